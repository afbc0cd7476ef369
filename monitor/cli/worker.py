"""`worker`: check boards for a daemon, beside others on any number of machines."""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from typing import Annotated

import typer

from monitor.cli.common import CHANCE, State, begin_work, state
from monitor.errors import UserError

_END_WITHIN = 14.0  # seconds from a signal to the end, in any case


def worker(
    ctx: typer.Context,
    concurrency: Annotated[
        int, typer.Option("--concurrency", metavar="N", min=1, max=256, help="Checks at once.")
    ] = 4,
) -> None:
    """Check boards for a daemon with `[workers] queue = true`, on PostgreSQL.

    It needs $ROLEWATCH_DATABASE_URL alone: the configuration comes from the daemon. SIGTERM ends it
    after the board in hand.
    """
    from monitor.daemon.forced_exit import force_exit_after
    from monitor.daemon.memory import use_one_malloc_arena
    from monitor.daemon.queue_times import QueueTimes

    use_one_malloc_arena()
    current = state(ctx)
    url = _database(current)
    try:
        from monitor.daemon.worker import WorkerProcess, require_postgresql
    except ModuleNotFoundError as error:
        raise UserError(
            "workers need the extra `postgres`: pip install 'rolewatch[postgres]'"
        ) from error
    require_postgresql(url)
    _set_up_logs(current)
    # what is frozen makes `release_memory` collect, and a worker calls it with each sign of life
    begin_work(freeze=False)
    process = WorkerProcess(
        url, concurrency, QueueTimes(), CHANCE, partial(force_exit_after, _END_WITHIN)
    )
    asyncio.run(process.run())


def _database(current: State) -> str:
    """Return the URL of the database: of the environment, else of a configuration."""
    from pathlib import Path

    from monitor.config.environment import Environment

    mistakes: list[str] = []
    secret = Environment(current.environ, Path(), mistakes).secret("ROLEWATCH_DATABASE_URL")
    if mistakes:
        raise UserError("; ".join(mistakes))
    if secret is not None:
        return secret.get_secret_value()
    try:
        return current.settings.database_url.get_secret_value()
    except UserError as error:
        if current.config is not None:
            raise
        raise UserError(
            "set $ROLEWATCH_DATABASE_URL to the daemon's PostgreSQL: a worker needs nothing else"
        ) from error


def _set_up_logs(current: State) -> None:
    from monitor.logs import set_up

    set_up("info", "text", sys.stderr, verbosity=current.verbosity)
