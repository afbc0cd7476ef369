"""`/boards/BOARD`: one board's health, coverage, open roles over time and its last checks."""

from __future__ import annotations

from typing import Any, Final

from monitor.database.board_row import find_board
from monitor.queries.board_health import board_row, by_board, coverage, eventful_checks
from monitor.queries.roles import left_behind
from monitor.queries.status import troubles
from monitor.reports.charts.chart import LeftOut
from monitor.web.board_words import check_words, health_words, next_check_words
from monitor.web.charts import board_chart_path
from monitor.web.coverage_strip import since
from monitor.web.pages.boards import next_check, stretches, strip
from monitor.web.site import Shown, Visit, not_found
from monitor.web.statistics import open_roles_of

_SHORT: Final = 0.03  # seconds that the page waits for its chart's numbers


def page(visit: Visit) -> Shown:
    """Return the page of a board."""
    board, is_page = _found(visit)
    connection = visit.connection
    row = board_row(connection, board)
    zone = visit.settings.alerts.timezone
    rows = coverage(connection, since(visit.now, zone), board)
    data = row | {"coverage": rows}
    if visit.wants_json and not is_page:
        return Shown("", {}, data)
    trouble = troubles(connection).get(board)
    context: dict[str, Any] = {
        "board": row,
        "words": health_words(row, trouble),
        # the roles of a board that moved are listed on the new one
        "is_listed": board not in left_behind(connection),
        "since": trouble.since if trouble and row["state"] != "unwatched" else None,
        "next": next_check_words(row, next_check(row), visit.now),
        "strip": strip(visit, stretches(by_board(rows).get(board, []))),
        "checks": [(check, check_words(check)) for check in eventful_checks(connection, board)],
        **_chart(visit, board),
    }
    return Shown("board.html", context, data, is_page=is_page)


def _chart(visit: Visit, board: str) -> dict[str, Any]:
    """Return what the page shows of the board's chart, which a slow one draws later."""
    found = open_roles_of(visit, board, _SHORT)
    if isinstance(found, LeftOut):
        return {"chart": "", "drawn": None, "left_out": found.reason}
    return {"chart": board_chart_path(board), "drawn": found, "left_out": ""}


def _found(visit: Visit) -> tuple[str, bool]:
    """Return the board's name, and whether its page is asked for. A name may end with `.json`."""
    for name, is_page in visit.names:
        found = None if "\0" in name else find_board(visit.connection, name)
        if found is not None:
            return found.board, is_page
    raise not_found(f"There is no board “{visit.name}”. The page /boards lists the boards.")
