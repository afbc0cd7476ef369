"""Acquire the lease of a database, and tell the operator if its last holder died."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, Engine

from monitor.config.model import Settings
from monitor.database.lease import Lease, acquire
from monitor.database.lease_holder import LeaseRow


def acquire_and_report(
    engine: Engine, command: str, settings: Settings, clock: Callable[[], datetime]
) -> Lease:
    """Acquire the lease. Alert the operator if the last daemon died. Raises Held."""

    def tell(connection: Connection, died: LeaseRow, cut_off: int) -> None:
        # loaded only then: most commands find no such holder
        from monitor.alerts import daemon_incidents  # noqa: PLC0415
        from monitor.alerts.alerting import Alerting  # noqa: PLC0415
        from monitor.delivery import open_items  # noqa: PLC0415

        message = daemon_incidents.restarted(
            died, command, cut_off, open_items.count_unconfirmed(connection)
        )
        Alerting(settings).write_operator_alert(connection, message, at=clock())

    return acquire(engine, command, clock, tell)
