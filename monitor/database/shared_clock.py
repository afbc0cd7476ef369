"""The database's clock, read without asking it each time: all processes of a queue share it.

The clocks of several machines may be minutes apart. A board's next check, a host's hold and the
turns of its slots mean the same instant to the daemon and to every worker only by one clock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection, Engine, text

from monitor.database.engine import read_transaction
from monitor.database.lease import elapsed

_NOW: Final = text("SELECT clock_timestamp()")
_DRIFT: Final = 1e-4  # seconds that two clocks may part in a second
Reading = tuple[float, float, float]  # how far it is ahead of ours, the error, when it was read


def better(known: Reading | None, new: Reading) -> Reading:
    """Return the reading to go by: the more exact one, or the new one if both cannot be true.

    An old reading loses exactness as the clocks drift. Pure.
    """
    if known is None:
        return new
    error = known[1] + (new[2] - known[2]) * _DRIFT
    agree = abs(new[0] - known[0]) <= error + new[1]
    return known if agree and error < new[1] else new


@dataclass(slots=True)
class SharedClock:
    """The database's clock, carried on by a clock of this process that nobody sets."""

    elapsed: Callable[[], float] = elapsed  # seconds
    _reading: Reading | None = None

    def read(self, engine: Engine) -> None:
        """Ask the database for the time, in a transaction of its own."""
        with read_transaction(engine) as connection:
            self.measure(connection)

    def measure(self, connection: Connection) -> None:
        """Ask the database for the time."""
        asked = self.elapsed()
        self.take(connection.execute(_NOW).scalar_one(), asked)

    def take(self, database_time: datetime, asked: float) -> None:
        """Take the database's time. `asked` is our clock's time of the question."""
        now = self.elapsed()
        error = (now - asked) / 2
        self._reading = better(
            self._reading, (database_time.timestamp() - asked - error, error, now)
        )

    def seconds(self) -> float:
        """Return the seconds since 1970 by the database's clock, which was read before."""
        if self._reading is None:
            raise RuntimeError("the database's clock was not read yet")
        return self.elapsed() + self._reading[0]

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(self.seconds(), UTC)
