"""Store hosts that asked to wait, so that a restart and a separate `check` obey them too."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, or_, select

from crawler.holds import Hold, Holds
from monitor.database.json_values import in_json_list, json_list
from monitor.database.tables import HostHold
from monitor.history.schedule import MAX_RETRY_AFTER


def restore(connection: Connection, holds: Holds, now: datetime) -> None:
    """Load the stored holds once per process. From then on its monotonic clock counts."""
    if holds.is_restored:
        return
    for row in connection.execute(select(HostHold.__table__).where(HostHold.until > now)):
        left = min(row.until - now, MAX_RETRY_AFTER)  # the clock may have been set back
        holds.restore(row.host, left.total_seconds(), row.status, row.repeats)
    holds.is_restored = True


def save(connection: Connection, holds: Holds, now: datetime) -> Mapping[str, Hold]:
    """Store new holds and delete expired ones. Return the stored ones, to mark after the commit."""
    unsaved = holds.unsaved()
    if unsaved:
        over = delete(HostHold).where(
            or_(in_json_list(HostHold.host, "hosts"), HostHold.until <= now)
        )
        connection.execute(over, {"hosts": json_list(unsaved)})
        connection.execute(
            insert(HostHold), [_row(host, hold, holds, now) for host, hold in unsaved.items()]
        )
    return unsaved


def _row(host: str, hold: Hold, holds: Holds, now: datetime) -> dict[str, object]:
    until = now + timedelta(seconds=hold.until - holds.clock())
    return {"host": host, "until": until, "status": hold.status, "repeats": hold.repeats}
