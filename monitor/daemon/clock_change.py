"""Notice changes of the system clock, by comparing it with the event loop's monotonic time.

The next check of a board and the next try of a message are stored as wall-clock instants. When the
clock is set back by three hours they would wait three hours more, so they are brought forward by
that much and the scheduler's jobs are planned again. Times of day (digests, quiet hours) stay as
they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Table, bindparam, select, update

from monitor.database.columns import AnyRow, table
from monitor.database.tables import Board, Card, Delivery

TOLERANCE: Final = timedelta(seconds=2)  # the clock's own small corrections


@dataclass(slots=True)
class Steps:
    """The steps of the clock, measured at each poll."""

    known: timedelta | None = None  # how far the clock is ahead of the loop's time
    found: timedelta = timedelta(0)  # the same, as measured last

    def measure(self, now: datetime, seconds: float) -> timedelta:
        """Return how far the clock has stepped, zero for small corrections.

        Negative: it was set back. `seconds` is the loop's time.
        """
        self.found = now - datetime.fromtimestamp(0, now.tzinfo) - timedelta(seconds=seconds)
        step = self.found - self.known if self.known is not None else timedelta(0)
        return step if abs(step) > TOLERANCE else timedelta(0)

    def remember(self) -> bool:
        """Store the last measurement as known. Return True the first time."""
        first, self.known = self.known is None, self.found
        return first


_PLANNED: Final = (
    (Board, "next_check_at"),
    (Delivery, "next_try_at"),
    (Delivery, "not_before"),
    (Card, "next_try_at"),
    (Card, "not_before"),
)


def shift(connection: Connection, step: timedelta, now: datetime) -> int:
    """Bring forward the planned times of boards, messages and edits. Return how many moved."""
    return sum(_shift(connection, table(model), column, step, now) for model, column in _PLANNED)


def _shift(connection: Connection, table: Table, name: str, step: timedelta, now: datetime) -> int:
    column = table.c[name]
    rows: list[AnyRow] = list(connection.execute(select(table.c.id, column).where(column > now)))
    moved: list[dict[str, Any]] = [{"row": row[0], "at": row[1] + step} for row in rows]
    if moved:
        connection.execute(
            update(table).where(table.c.id == bindparam("row")).values({name: bindparam("at")}),
            moved,
        )
    return len(moved)
