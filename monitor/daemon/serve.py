"""Run the daemon while it holds the database's lease, take over from one that died, end on time.

Python waits for its threads, and a thread may hang in SQLite (another program's lock) or in a
socket (a dead server). All work is in transactions, so that a forced exit loses nothing and
the next start resumes. The operator hears of a takeover in the transaction that takes the lease.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from random import Random

import structlog
from sqlalchemy import Engine

from monitor.config.load import require_boards
from monitor.config.model import Settings
from monitor.daemon.beside import NoService, Service
from monitor.daemon.daemon import Daemon
from monitor.daemon.daemon_parts import DaemonSetup
from monitor.daemon.queue_times import QueueTimes
from monitor.daemon.takeover import acquire_and_report
from monitor.database.lease import Lease
from monitor.database.trouble import DATABASE_ERRORS, describe
from monitor.delivery.outbox import Outbox

log = structlog.get_logger()


class ForcedEnd(Exception):  # not an error: the next start resumes the work  # noqa: N818
    """The daemon ended before all work in flight did, or its database was replaced."""


async def serve(
    load: Callable[[], Settings],
    engine: Engine,
    make_outbox: Callable[[Settings], Outbox],
    *,
    announce: bool,
    clock: Callable[[], datetime],
    random: Random,
    force_exit: Callable[[], None] = lambda: None,
    set_up_logs: Callable[[Settings], None] = lambda _: None,
    beside: Service | None = None,
    queue_times: QueueTimes = QueueTimes(),  # noqa: B008  # frozen
) -> bool:
    """Run the daemon until SIGTERM or SIGINT.

    Return True if it ended because another process took the database while this machine slept.
    `force_exit` is called when a signal has come, `set_up_logs` with each changed configuration.
    `beside` runs as long as the daemon.
    Raises UserError for a configuration without boards, Held when another process has the database,
    ForcedEnd when work in flight had to be cut off, or the file of the database was replaced.
    """
    settings = load()
    require_boards(settings)
    lease = await asyncio.to_thread(acquire_and_report, engine, "run", settings, clock)
    setup = DaemonSetup(
        load=load,
        lease=lease,
        make_outbox=make_outbox,
        announce=announce,
        clock=clock,
        random=random,
        force_exit=force_exit,
        set_up_logs=set_up_logs,
        beside=beside or NoService(),
        queue_times=queue_times,
    )
    daemon = Daemon(setup, settings)
    try:
        await daemon.run()
    finally:
        await asyncio.to_thread(_release, lease, clock())
    if daemon.forced or daemon.replaced:
        raise ForcedEnd
    return daemon.lease_lost


def _release(lease: Lease, now: datetime) -> None:
    """Release the lease. If the database fails, the lease expires by itself."""
    try:
        lease.release(now)
    except DATABASE_ERRORS as error:
        log.warning("lease_not_released", reason=describe(error))
