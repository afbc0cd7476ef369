"""Turn a page into HTML or its JSON twin, a file into a tagged answer, an error into a sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import Final

import structlog
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from monitor.database.reading import ReadTimeoutError, bounded_read
from monitor.database.trouble import DATABASE_ERRORS, describe
from monitor.errors import UserError
from monitor.text.values import plain
from monitor.web.query_values import query_values
from monitor.web.site import Elsewhere, Page, PageError, Shown, Site, Visit
from monitor.web.templating import render

log = structlog.get_logger()

_NO_CACHE: Final = {"Cache-Control": "no-cache"}
SPARE: Final = 0.5  # seconds of a request that its queries leave for the rest
_NAMES: Final = {
    400: "That filter has a wrong value",
    404: "Not found",
    503: "Not available now",
}


def page_endpoint(site: Site, page: Page, *, as_json: bool) -> Callable[[Request], Response]:
    """Return the endpoint of a page or of its twin. Starlette runs it in a thread."""

    def answer(request: Request) -> Response:
        try:
            with bounded_read(site.engine, site.seconds - SPARE) as connection:
                visit = make_visit(site, request, connection, as_json=as_json)
                return _shown(visit, page(visit))
        except Elsewhere as found:
            return _redirect(request, found.path, as_json=as_json)
        except (PageError, UserError, ReadTimeoutError, *DATABASE_ERRORS) as error:
            return _failed(site, request, page_error(error), as_json=as_json)

    return answer


def make_visit(
    site: Site, request: Request, connection: Connection, *, as_json: bool = False
) -> Visit:
    """Return the request as a page sees it."""
    settings = site.settings()
    public = tuple(rule for rule in settings.rules if rule.watch is None)
    return Visit(
        connection,
        replace(settings, rules=public),
        site.clock(),
        path=_path(request, as_json=as_json),
        name=request.path_params.get("name", ""),
        query=query_values(request.query_params.multi_items()),
        wants_json=as_json,
        cache=site.cache,
        prepared=site.prepared,
        beside=site.beside,
    )


def _path(request: Request, *, as_json: bool) -> str:
    path: str = request.scope["path"]
    return path.removesuffix(".json") if as_json else path


def _shown(visit: Visit, shown: Shown) -> Response:
    if visit.wants_json and not shown.is_page:
        return json_response(shown.data)
    zone = visit.settings.alerts.timezone
    context = {"path": visit.path, "query": visit.query, **shown.context}
    return HTMLResponse(render(shown.template, context, visit.now, zone), headers=_NO_CACHE)


def _redirect(request: Request, path: str, *, as_json: bool) -> Response:
    query = request.url.query
    address = f"{path}.json" if as_json else path
    return RedirectResponse(f"{address}?{query}" if query else address, 302, headers=_NO_CACHE)


def json_response(data: object, status: int = 200) -> Response:
    """Return data as JSON, with instants as SQLite's views write them on both databases."""
    text = json.dumps(plain(data), ensure_ascii=False, separators=(",", ":"))
    return Response(text, status, headers=_NO_CACHE, media_type="application/json")


def page_error(error: Exception) -> PageError:
    """Return the answer to an error: a person's mistake, or a database that does not answer."""
    if isinstance(error, PageError):
        return error
    if isinstance(error, UserError):
        return PageError(400, str(error))
    if isinstance(error, ReadTimeoutError):
        return PageError(503, "This took too long. Narrow the filters, or try again.")
    log.warning("page_not_answered", reason=describe(error))
    return PageError(503, "The database does not answer. Try again in a minute.")


def _failed(site: Site, request: Request, error: PageError, *, as_json: bool) -> Response:
    if as_json:
        return json_response({"error": error.sentence}, error.status)
    context = {
        "path": request.scope["path"],
        "query": {},
        "title": _NAMES.get(error.status, "Error"),
        "sentence": error.sentence,
    }
    zone = site.settings().alerts.timezone
    return HTMLResponse(
        render("error.html", context, site.clock(), zone), error.status, headers=_NO_CACHE
    )


def tagged(request: Request, body: bytes, content_type: str) -> Response:
    """Return 200 with the body and its `ETag`, or 304 if the reader has it."""
    tag = f'"{sha256(body).hexdigest()[:32]}"'
    headers = {**_NO_CACHE, "ETag": tag}
    if _has(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    return Response(body, headers={**headers, "Content-Type": content_type})


def _has(given: str, tag: str) -> bool:
    """Compare as RFC 9110 says for `If-None-Match`: a weak tag is as good, and `*` is any."""
    tags = [each.strip().removeprefix("W/") for each in given.split(",")]
    return tag in tags or tags == ["*"]


def failed_file(error: Exception) -> Response:
    """Return the answer to an error of a feed, a calendar or a chart: no reader shows a page."""
    failed = page_error(error)
    return PlainTextResponse(f"{failed.sentence}\n", failed.status, headers=_NO_CACHE)


def missing(site: Site) -> Callable[[Request, Exception], Response]:
    """Return the handler of addresses that no page has."""

    def answer(request: Request, _error: Exception) -> Response:
        as_json = request.scope["path"].endswith(".json")
        return _failed(site, request, PageError(404, "There is no such page."), as_json=as_json)

    return answer


def broken(_request: Request, error: Exception) -> Response:
    """Answer an error of ours. The log has its traceback."""
    log.error("page_failed", exc_info=error)
    return PlainTextResponse("This page failed. The log of rolewatch says why.\n", 500)
