"""A daemon at work while it holds the database's lease."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from random import Random

import structlog
from sqlalchemy import Engine

from monitor.config import require_boards
from monitor.daemon import Daemon
from monitor.lease import Lease
from monitor.outbox import Outbox
from monitor.settings import Settings
from monitor.succession import follow
from monitor.trouble import NO_DATABASE, words

log = structlog.get_logger()


class ForcedEnd(Exception):  # noqa: N818  # not an error: the next start resumes the work
    """The daemon ended before all work in flight did."""


async def serve(
    load: Callable[[], Settings],
    engine: Engine,
    make_outbox: Callable[[Settings], Outbox],
    *,
    announce: bool,
    clock: Callable[[], datetime],
    random: Random,
    hurry: Callable[[], None] = lambda: None,
    set_up_logs: Callable[[Settings], None] = lambda _: None,
) -> bool:
    """Works until SIGTERM or SIGINT; True when it ended since another process has the database, taken while this machine slept.

    `hurry` is called when a signal has come, `set_up_logs` with each changed configuration. Raises UserError for a configuration without
    boards, Held when another has the database, ForcedEnd when work in flight had to be cut off.
    """
    settings = load()
    require_boards(settings)
    lease = await asyncio.to_thread(follow, engine, "run", settings, clock)
    daemon = Daemon(load, settings, lease, make_outbox, announce, clock, random, hurry, set_up_logs)
    try:
        await daemon.run()
    finally:
        await asyncio.to_thread(_give_back, lease, clock())
    if daemon.forced:
        raise ForcedEnd
    return daemon.ousted


def _give_back(lease: Lease, now: datetime) -> None:
    """Where it cannot be given back it ends by itself."""
    try:
        lease.release(now)
    except NO_DATABASE as error:
        log.warning("the database was not given back", reason=words(error))
