"""The charts as SVG files: `/charts/open-roles.svg`, `/charts/boards/BOARD.svg`.

`?theme=dark` has dark colors, and `?size=narrow` fits a phone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Lock
from typing import Final, Literal
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from monitor.database.board_row import find_board
from monitor.database.reading import ReadTimeoutError, bounded_read
from monitor.database.trouble import DATABASE_ERRORS
from monitor.errors import UserError
from monitor.reports.charts.chart import Chart, LeftOut
from monitor.web.filters import one
from monitor.web.plain_svg import plain_svg
from monitor.web.prepared import FIRST_WAIT
from monitor.web.respond import SPARE, failed_file, make_visit, tagged
from monitor.web.site import PageError, Site, Visit, not_found
from monitor.web.statistics import open_roles_of, statistics

Theme = Literal["light", "dark"]
Size = Literal["wide", "narrow"]
_THEMES: Final[tuple[Theme, ...]] = ("light", "dark")
_SIZES: Final[tuple[Size, ...]] = ("wide", "narrow")
_INCHES: Final[dict[Size, float]] = {"wide": 7.2, "narrow": 3.6}
_CONTENT_TYPE: Final = "image/svg+xml"
_NOT_YET: Final = "The chart is being drawn. Try again in a few seconds."
_DRAWING: Final = Lock()  # the library's style is one for the whole process
Pictures = Mapping[Theme, bytes]


def chart_path(name: str) -> str:
    """Return the path of a chart of all boards: `/charts/open-roles.svg`."""
    return f"/charts/{name}.svg"


def board_chart_path(board: str) -> str:
    """Return the path of a board's open roles over time."""
    return f"/charts/boards/{quote(board, safe=':')}.svg"


def chart_routes(site: Site) -> list[BaseRoute]:
    """Return the routes of all charts."""
    return [
        Route("/charts/boards/{name:path}.svg", _endpoint(site, _board_chart)),
        Route("/charts/{name}.svg", _endpoint(site, _chart)),
    ]


def _endpoint(site: Site, find: Callable[[Visit], Chart]) -> Callable[[Request], Response]:
    """Return the endpoint of a kind of chart. Starlette runs it in a thread."""

    def answer(request: Request) -> Response:
        try:
            with bounded_read(site.engine, site.seconds - SPARE) as connection:
                visit = make_visit(site, request, connection)
                theme = one(visit, "theme", _THEMES, "light")
                size = one(visit, "size", _SIZES, "wide")
                chart = find(visit)
            return tagged(request, _pictures(visit, chart, size)[theme], _CONTENT_TYPE)
        except (PageError, UserError, ReadTimeoutError, *DATABASE_ERRORS) as error:
            return failed_file(error)

    return answer


def _chart(visit: Visit) -> Chart:
    found = statistics(visit)
    if found is None:
        raise PageError(503, _NOT_YET)
    if visit.name not in found.charts:
        raise not_found(f"There is no chart “{visit.name}”. The page /stats shows the charts.")
    return found.charts[visit.name]


def _board_chart(visit: Visit) -> Chart:
    board = None if "\0" in visit.name else find_board(visit.connection, visit.name)
    if board is None:
        raise not_found(f"There is no board “{visit.name}”. The page /boards lists the boards.")
    found = open_roles_of(visit, board.board, FIRST_WAIT)
    if found is None:
        raise PageError(503, _NOT_YET)
    if isinstance(found, LeftOut):
        raise not_found(f"There is no chart of {board.board} yet: it {found.reason}.")
    return found


def _pictures(visit: Visit, chart: Chart, size: Size) -> Pictures:
    """Return a chart's picture in all colors. It is drawn again when its numbers change."""
    key = ("picture", visit.path, size)
    pictures = visit.prepared.get(key, chart, lambda: _draw(chart, size))
    if pictures is None:
        raise PageError(503, _NOT_YET)
    return pictures


def _draw(chart: Chart, size: Size) -> Pictures:
    # matplotlib takes a second and 40 MB: only who sees a chart loads it
    from monitor.reports.plot.page import draw_picture  # noqa: PLC0415
    from monitor.reports.plot.style import DARK  # noqa: PLC0415

    with _DRAWING:
        drawn = draw_picture(chart, _INCHES[size])
    return {"light": plain_svg(drawn), "dark": plain_svg(drawn, DARK)}
