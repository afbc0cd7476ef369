"""`/boards`: every board with its health and coverage, those in trouble first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from monitor.database.tables import BoardCheck
from monitor.queries.board_health import all_boards, by_board, recent_coverage
from monitor.queries.status import health, troubles
from monitor.queries.view_tables import Row, reader
from monitor.web.board_words import health_words, next_check_words, totals_words
from monitor.web.coverage_strip import Stretch, Strip, since, strip_of
from monitor.web.site import Shown, Visit

_NEXT = reader("next_check_at")
Strips = Mapping[str, Strip]


def page(visit: Visit) -> Shown:
    """Return the page of all boards."""
    rows = all_boards(visit.connection)
    if visit.wants_json:
        return Shown("", {}, rows)
    strips = _strips(visit)
    why = troubles(visit.connection)
    shown = [_shown(visit, row, why, strips) for row in rows]
    watched = [one for one in shown if one["row"]["state"] != "unwatched"]
    context: dict[str, Any] = {
        "watched": watched,
        "unwatched": [one for one in shown if one["row"]["state"] == "unwatched"],
        "health": health([one["row"] for one in watched]),
        "totals": totals_words(rows),
    }
    return Shown("boards.html", context, rows)


def _shown(visit: Visit, row: Row, why: Mapping[str, Any], strips: Strips | None) -> dict[str, Any]:
    trouble = why.get(row["board"])
    return {
        "row": row,
        "words": health_words(row, trouble),
        "since": trouble.since if trouble and row["state"] == "failing" else None,
        "next": next_check_words(row, next_check(row), visit.now),
        "strip": None if strips is None else strips.get(row["board"]) or strip(visit, []),
    }


def next_check(row: Row) -> datetime | None:
    """Return when a row of `boards` is due."""
    found = _NEXT(row["next_check_at"])
    return found if isinstance(found, datetime) else None


def strip(visit: Visit, rows: list[Stretch]) -> Strip:
    """Return the strip of a board's stretches."""
    return strip_of(rows, visit.now, visit.settings.alerts.timezone)


def _strips(visit: Visit) -> Strips | None:
    """Return the strips of all boards. None while they are read for the first time."""
    begin = since(visit.now, visit.settings.alerts.timezone)

    def read(connection: Connection) -> Strips:
        found = by_board(recent_coverage(connection, begin))
        return {board: strip(visit, stretches(rows)) for board, rows in found.items()}

    last = visit.connection.scalar(select(func.max(BoardCheck.id)))
    return visit.slowly(
        "coverage", (last, begin, visit.now.replace(minute=0, second=0, microsecond=0)), read
    )


def stretches(rows: list[Row]) -> list[Stretch]:
    """Return read rows of `coverage` as stretches."""
    return [Stretch(row["from_at"], row["to_at"], known=row["known"]) for row in rows]
