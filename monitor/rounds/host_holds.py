"""Store hosts that asked to wait, so that a restart and a separate `check` obey them too."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, delete, select

from crawler.holds import Hold, Holds
from monitor.database.engine import dialect_insert
from monitor.database.tables import HostHold
from monitor.history.schedule import MAX_RETRY_AFTER

_OF_A_HOLD: Final = ("saved_at", "until", "status", "repeats")


def restore(connection: Connection, holds: Holds, now: datetime) -> None:
    """Load the stored holds once per process. From then on its monotonic clock counts.

    If the clock was set back since, a hold lasts no longer than when it was stored.
    """
    if not holds.is_restored:
        refresh(connection, holds, now)
        holds.is_restored = True


def refresh(connection: Connection, holds: Holds, now: datetime) -> None:
    """Load the stored holds, which another process may have stored since."""
    for row in connection.execute(select(HostHold.__table__).where(HostHold.until > now)):
        left = min(row.until - max(now, row.saved_at), MAX_RETRY_AFTER)
        # the clock was set back behind a hold that is saved in the future: it is stored again with
        # its end, or each process would count its whole length from its own start
        is_saved = row.saved_at <= now
        holds.restore(row.host, left.total_seconds(), row.status, row.repeats, is_saved=is_saved)


def save(connection: Connection, holds: Holds, now: datetime) -> Mapping[str, Hold]:
    """Store new holds and delete expired ones. Return the stored ones, to mark after the commit.

    Two transactions may save the same hold at the same time.
    """
    unsaved = holds.unsaved()
    if unsaved:
        connection.execute(delete(HostHold).where(HostHold.until <= now))
        connection.execute(
            _put(connection),
            [_row(host, hold, holds, now) for host, hold in sorted(unsaved.items())],
        )
    return unsaved


# the two dialects' inserts have no type in common
def _put(connection: Connection) -> Any:  # noqa: ANN401
    """Return an insert that writes over the row of the same host."""
    new = dialect_insert(connection.dialect.name, HostHold)
    return new.on_conflict_do_update(
        index_elements=[HostHold.host], set_={name: new.excluded[name] for name in _OF_A_HOLD}
    )


def _row(host: str, hold: Hold, holds: Holds, now: datetime) -> dict[str, object]:
    until = now + timedelta(seconds=hold.until - holds.clock())
    return {
        "host": host,
        "saved_at": now,
        "until": until,
        "status": hold.status,
        "repeats": hold.repeats,
    }
