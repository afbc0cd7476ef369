"""Hosts that asked to wait, in the database: a restart and a `check` of its own obey what an earlier process was told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, or_, select

from crawler.holds import Hold, Holds
from monitor.gathered import among, listed
from monitor.models import HostHold
from monitor.plan import LONGEST_PATIENCE


def restore(connection: Connection, holds: Holds, now: datetime) -> None:
    """Take up the stored holds, once a process: from then on its own clock counts, whatever becomes of the machine's."""
    if holds.is_restored:
        return
    for row in connection.execute(select(HostHold.__table__).where(HostHold.until > now)):
        left = min(row.until - now, LONGEST_PATIENCE)  # the clock may have been set back
        holds.restore(row.host, left.total_seconds(), row.status, row.repeats)
    holds.is_restored = True


def save(connection: Connection, holds: Holds, now: datetime) -> Mapping[str, Hold]:
    """Store the holds that are new and drop those that are over. Return the stored ones, to be marked once they are committed."""
    unsaved = holds.unsaved()
    if unsaved:
        over = delete(HostHold).where(or_(among(HostHold.host, "hosts"), HostHold.until <= now))
        connection.execute(over, {"hosts": listed(unsaved)})
        connection.execute(insert(HostHold), [_row(host, hold, holds, now) for host, hold in unsaved.items()])
    return unsaved


def _row(host: str, hold: Hold, holds: Holds, now: datetime) -> dict[str, object]:
    until = now + timedelta(seconds=hold.until - holds.clock())
    return {"host": host, "until": until, "status": hold.status, "repeats": hold.repeats}
