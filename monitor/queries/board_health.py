"""The boards with their health, for the page: why one is in trouble, its checks, its coverage."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, func, or_, select, table, text

from monitor.database import views
from monitor.database.tables import Board, Posting
from monitor.queries.view_tables import (
    COVERAGE,
    Row,
    all_columns,
    columns_without,
    reader,
    run_listing,
)

_CHECKS: Final = 20
_COUNT: Final = "open_postings"
_STATES: Final = ("failing", "collapsed", "new", "ok", "unwatched")
_ONE: Final = text("SELECT * FROM boards WHERE board = :board")
_EVENTFUL: Final = text(
    "SELECT * FROM checks WHERE board = :board"
    " AND (result = 'failure' OR reason IS NOT NULL OR opened + revised + closed + reopened > 0)"
    " ORDER BY finished_at DESC LIMIT :most"
)


def all_boards(connection: Connection) -> list[Row]:
    """Return the rows of the view `boards`: those in trouble first, unwatched ones last.

    Open postings are counted apart: SQLite reads all of them again for each row of the view.
    """
    shown = columns_without(connection, "boards", _COUNT)
    columns = [column.name for column in columns_without(connection, "boards")]
    rows = run_listing(connection, select(*shown).select_from(table("boards"))).rows
    open_ = select(Board.board, func.count()).join(Posting, Posting.board_id == Board.id)
    open_ = open_.where(Posting.state == "open").group_by(Board.board)
    counts = dict(connection.execute(open_).all())
    found = [{_COUNT: counts.get(row["board"], 0), **row} for row in rows]
    ordered = [{name: row[name] for name in columns} for row in found]
    return sorted(ordered, key=_trouble_first)


def _trouble_first(row: Row) -> tuple[int, int, str, str]:
    """Return the key that sorts boards: by state, then by failures, then by employer."""
    order = _STATES.index(row["state"])
    return order, -row["failures"], row["company"].casefold(), row["board"]


def board_row(connection: Connection, board: str) -> Row:
    """Return the row of a board that is stored."""
    return run_listing(connection, _ONE.bindparams(board=board)).rows[0]


def eventful_checks(connection: Connection, board: str) -> list[Row]:
    """Return the last checks of a board that brought a change, failed or were doubted."""
    return run_listing(connection, _EVENTFUL.bindparams(board=board, most=_CHECKS)).rows


def coverage(connection: Connection, since: datetime, board: str | None = None) -> Sequence[Row]:
    """Return the rows of the view `coverage` of the time from `since` on, oldest first."""
    query = select(all_columns("coverage")).select_from(COVERAGE)
    query = query.where(or_(COVERAGE.c.to_at.is_(None), COVERAGE.c.to_at > since))
    if board is not None:
        query = query.where(COVERAGE.c.board == board)
    return run_listing(connection, query.order_by(COVERAGE.c.board, COVERAGE.c.from_at)).rows


def recent_coverage(connection: Connection, since: datetime) -> Sequence[Row]:
    """Return the rows of `coverage` of all boards from `since` on, oldest first.

    The first row of a board begins at its last check before: the view would read them all.
    """
    parameter = bindparam("since", since, type_=COVERAGE.c.from_at.type)
    query = text(views.recent_coverage(connection.dialect.name)).bindparams(parameter)
    rows = run_listing(connection, query).rows
    return sorted(rows, key=lambda row: (row["board"], row["from_at"]))


def by_board(rows: Sequence[Row]) -> Mapping[str, list[Row]]:
    """Return rows of `coverage` by board, with their instants and booleans read."""
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        read = {name: reader(name)(value) for name, value in row.items()}
        found[row["board"]].append(read)
    return found
