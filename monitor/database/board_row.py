"""A board's row as a typed value, and the one query that loads it.

A check is decided on the row as it was loaded, and decided again if the row differs when it is
written. So the value has every column.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, bindparam, select
from sqlalchemy.orm import InstrumentedAttribute

from crawler.links.forms import same_board
from monitor.database.columns import table
from monitor.database.json_values import in_json_list, json_list
from monitor.database.tables import Board


class BoardRow(NamedTuple):
    """A row of `board`. The model `Board` says what each column holds."""

    id: int
    board: str
    ats: str
    token: str
    company: str
    url: str
    watched: bool
    every: float
    etag: str | None
    last_modified: str | None
    read_at: datetime | None
    last_check_at: datetime | None
    last_ok_at: datetime | None
    next_check_at: datetime | None
    failures: int
    failing_since: datetime | None
    reason: str | None
    collapsed_since: datetime | None
    unknown: int
    notes: str | None
    put_back: bool
    moved_from: str | None
    found_at: str | None
    texts_waiting: int
    held_round: int | None
    clock: datetime | None

    @property
    def learned_company(self) -> str | None:
        """The company's name as configured or sent. None while its token stands for it."""
        return None if self.company == self.token else self.company

    @property
    def is_move_pending(self) -> bool:
        """True if the board had no snapshot since its employer moved to it."""
        return self.moved_from is not None and self.read_at is None


BOARD_COLUMNS = tuple(table(Board).c[name] for name in BoardRow._fields)
_BOARDS = select(*BOARD_COLUMNS)
# Built once: building a statement takes SQLAlchemy as long as answering it takes SQLite.
_BY_NAME = _BOARDS.where(Board.board == bindparam("name"))
_BY_NAMES = _BOARDS.where(in_json_list(Board.board, "names"))

_Condition = ColumnElement[bool] | InstrumentedAttribute[bool]
# Any: the columns may have any type
_Order = ColumnElement[Any] | InstrumentedAttribute[Any]


def load_board(connection: Connection, name: str) -> BoardRow:
    """Return the row of a board that is stored."""
    return BoardRow._make(connection.execute(_BY_NAME, {"name": name}).one())


def load_named_boards(connection: Connection, names: Collection[str]) -> list[BoardRow]:
    """Return the rows of those of these boards that are stored, in no order."""
    rows = connection.execute(_BY_NAMES, {"names": json_list(names)})
    return [BoardRow._make(row) for row in rows]


def load_boards(
    connection: Connection, *conditions: _Condition, order_by: Sequence[_Order] = ()
) -> list[BoardRow]:
    """Return the rows under the conditions, by default in the order in which they were added."""
    query = _BOARDS.where(*conditions).order_by(*(order_by or (Board.id,)))
    return [BoardRow._make(row) for row in connection.execute(query)]


def find_board(connection: Connection, name: str) -> BoardRow | None:
    """Return the row of a board, however its name is spelled."""
    exact = load_boards(connection, Board.board == name)
    alike = exact or [row for row in load_boards(connection) if same_board(row.board, name)]
    return alike[0] if alike else None
