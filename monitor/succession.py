"""A worker that follows a daemon which died: the operator is told in the transaction that takes its place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, Engine

from monitor import deliveries, incidents
from monitor.alerting import Alerting
from monitor.db import AnyRow
from monitor.lease import Lease, take
from monitor.settings import Settings


def follow(engine: Engine, command: str, settings: Settings, clock: Callable[[], datetime]) -> Lease:
    """The lease, for `command`; of a daemon that held it and never gave it back the operator is told. Raises Held."""

    def tell(connection: Connection, died: AnyRow, cut_off: int) -> None:
        message = incidents.restarted(died, cut_off, deliveries.half_sent(connection))
        Alerting(settings).notice(connection, message, round_id=None, check_id=None, at=clock())

    return take(engine, command, clock, tell)
