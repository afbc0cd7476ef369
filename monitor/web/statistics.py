"""The statistics of all boards: employers' rows and charts, made beside the requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection, func, select

from monitor.database.tables import Board, BoardCheck, PostingChange
from monitor.queries.employers import Turnover, turnover
from monitor.queries.stats_input import board_days, facts
from monitor.reports.charts.chart import Chart, LeftOut
from monitor.reports.charts.open_roles import OpenRoles
from monitor.reports.charts.open_time import OpenTimes
from monitor.reports.charts.page import board_chart, page_of
from monitor.reports.charts.pay import Pay
from monitor.reports.charts.turnover import Turnover as TurnoverChart
from monitor.reports.stats import by_employer
from monitor.web.prepared import FIRST_WAIT
from monitor.web.site import Visit

DAYS: Final = 30
WAIT = FIRST_WAIT  # seconds that the first reader waits
NAMES: Final[dict[type[Chart], str]] = {
    OpenRoles: "open-roles",
    TurnoverChart: "opened-and-closed",
    OpenTimes: "days-open",
    Pay: "pay",
}
COLUMNS: Final = ("company", "open", "opened_30d", "closed_30d", "median_days_open", "pay_share")
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Statistics:
    """The employers, the one with most open roles first, and the charts by their names."""

    rows: list[Row]
    charts: Mapping[str, Chart]
    left_out: tuple[LeftOut, ...]
    period: str


def statistics(visit: Visit) -> Statistics | None:
    """Return the statistics of all boards. None while they are counted for the first time."""
    last = (
        visit.connection.scalar(select(func.max(BoardCheck.id))),
        visit.connection.scalar(select(func.max(PostingChange.id))),
        visit.now.replace(minute=0, second=0, microsecond=0),
    )
    return visit.slowly("statistics", last, partial(_count, now=visit.now), WAIT)


def _count(connection: Connection, now: datetime) -> Statistics:
    found = facts(connection, [], None)
    recent = turnover(connection, now - timedelta(days=DAYS))
    page = page_of(found)
    return Statistics(
        [_row(row, recent.get(row["company"], Turnover())) for row in by_employer(found)],
        {NAMES[type(chart)]: chart for chart in page.charts},
        page.reasons,
        page.period,
    )


def _row(row: Row, recent: Turnover) -> Row:
    """Return the numbers of one employer."""
    counts = {"opened_30d": recent.opened, "closed_30d": recent.closed}
    found = row | counts
    return {name: found[name] for name in COLUMNS}


def open_roles_of(visit: Visit, board: str, wait: float) -> OpenRoles | LeftOut | None:
    """Return the chart of one board. None if it is not there after so many seconds."""
    checked = visit.connection.scalar(select(Board.last_check_at).where(Board.board == board))
    return visit.slowly(
        ("open roles", board),
        (checked, visit.now.date()),
        lambda connection: board_chart(board_days(connection, board)),
        wait,
    )
