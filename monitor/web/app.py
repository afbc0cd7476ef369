"""The site as an ASGI application: its addresses, behind its guard."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from monitor.web.access import TryLimit
from monitor.web.charts import chart_routes
from monitor.web.guard import Guard
from monitor.web.pages import board, boards, changes, role, roles, rule, rules, stats
from monitor.web.respond import broken, missing, page_endpoint
from monitor.web.site import Page, Site
from monitor.web.subscriptions import subscription_routes

# the path of each page; `name` may have slashes, since a board's token may
PAGES: dict[str, Page] = {
    "/": roles.page,
    "/changes": changes.page,
    "/roles/{name:path}": role.page,
    "/boards": boards.page,
    "/boards/{name:path}": board.page,
    "/rules": rules.page,
    "/rules/{name:path}": rule.page,
    "/stats": stats.page,
}


def make_app(site: Site) -> ASGIApp:
    """Return the application."""
    app = Starlette(
        routes=[
            *_pages(site),
            *chart_routes(site),
            *subscription_routes(site),
            Mount("/static", StaticFiles(packages=[("monitor.web", "static")])),
            Route("/healthz", _healthz),
        ],
        exception_handlers={404: missing(site), Exception: broken},
    )
    app.router.redirect_slashes = False
    web = lambda: site.settings().web  # noqa: E731
    return Guard(app, site.listen, web, TryLimit(site.clock), site.seconds)


def _pages(site: Site) -> list[BaseRoute]:
    """Return two routes a page: the twin first, since a name could end with `.json`."""
    routes: list[BaseRoute] = []
    for path, page in PAGES.items():
        twin = "/index.json" if path == "/" else f"{path}.json"
        routes.append(Route(twin, page_endpoint(site, page, as_json=True)))
        routes.append(Route(path, page_endpoint(site, page, as_json=False)))
    return routes


async def _healthz(_request: Request) -> Response:
    """Answer that the process is alive. It says nothing of boards, since it needs no password."""
    return PlainTextResponse("ok\n")
