"""`init` and `run`: write a configuration, and run the daemon."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.common import CHANCE, State, log_to_stderr, now, state
from monitor.cli.web import import_service
from monitor.errors import UserError

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Engine

    from monitor.config.model import Settings
    from monitor.web.service import PageService

_WAIT = 0.5  # seconds between two tries to begin, while a `check` works on the database
_END_WITHIN = 9.0  # seconds from a signal to the end, in any case


def init(
    ctx: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="$ROLEWATCH_CONFIG or rolewatch.toml by default."),
    ] = None,
    groups: Annotated[
        list[str] | None,
        typer.Option(
            "--group",
            metavar="NAME",
            help="Watch the employers of this group, such as ai-labs. May be repeated.",
        ),
    ] = None,
) -> None:
    """Write a commented rolewatch.toml that works as it is."""
    from monitor.config.file import write_example
    from monitor.config.load import NAME, named_file

    current = state(ctx)
    target = file or named_file(current.config, current.environ) or Path(NAME)
    write_example(target, _boards_of(groups) if groups else ())
    if current.verbosity >= 0:  # `make run` starts by itself
        typer.echo(
            f"wrote {target.absolute()}: look at its boards and rules, then start with "
            "`rolewatch run`"
        )


def _boards_of(groups: Sequence[str]) -> list[tuple[str, str]]:
    """Return the boards and companies of these groups. Raise UserError with the known groups."""
    from crawler.links.directory import boards_in, groups_of_employers

    known = groups_of_employers()
    if unknown := sorted(set(groups) - set(known)):
        raise UserError(
            f"no group is called {', '.join(unknown)}: the groups are {', '.join(known)}"
        )
    return [(entry.board, entry.company) for entry in boards_in(groups)]


def run(
    ctx: typer.Context,
    announce: Annotated[
        bool,
        typer.Option(
            "--announce", help="Announce each role of a board's first check, not one summary."
        ),
    ] = False,
) -> None:
    """Run the daemon: check boards on schedule and send alerts. Ctrl-C or SIGTERM stops it.

    Alerts go to the channels of each rule's `notify` and of `[alerts] operator`: to the console, or
    to Slack if a token is set.
    """
    from monitor.cli.first_round import announce_next_check, first_boards, last_round
    from monitor.cli.sending import make_outbox
    from monitor.config.load import load, require_boards
    from monitor.daemon.forced_exit import force_exit_after
    from monitor.daemon.memory import freeze_gc, use_one_malloc_arena
    from monitor.daemon.serve import serve

    # the configuration is read below anyway; from then on the daemon hears it
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    use_one_malloc_arena()
    current = state(ctx)
    settings = current.settings
    require_boards(settings)
    log_to_stderr(current, settings)
    engine = current.engine()
    first = first_boards(engine, settings, now())
    _say_where(current)
    if sys.stdout.isatty():
        _say(current, first.words)
    greeted = last_round(engine) if first.now else None
    outbox = make_outbox(engine, sys.stdout)
    clock = _clock(engine, settings)
    freeze_gc()
    # until the database is ours there is nothing to end well
    signal.signal(signal.SIGINT, signal.SIG_DFL)

    def work() -> Coroutine[None, None, bool]:
        served = serve(
            partial(load, settings.file, current.environ),
            engine,
            outbox,
            announce=announce,
            clock=clock,
            random=CHANCE,
            force_exit=partial(force_exit_after, _END_WITHIN),
            set_up_logs=partial(log_to_stderr, current),
            beside=_Page(),
        )
        return _beside(served, announce_next_check(engine, greeted, partial(_say, current), now))

    while _has_to_begin_again(work):
        pass


def _clock(engine: Engine, settings: Settings) -> Callable[[], datetime]:
    """Return this machine's clock, or the one that the daemon shares with its workers."""
    if not settings.workers.queue:
        return now
    from monitor.database.shared_clock import SharedClock

    shared = SharedClock()
    shared.read(engine)
    return shared


def _has_to_begin_again(work: Callable[[], Coroutine[None, None, bool]]) -> bool:
    """Run the daemon until it ends. Return True if another process has the database."""
    from monitor.daemon.serve import ForcedEnd
    from monitor.database.lease import AlreadyRunning

    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # a loop that has ended left it deadly
    try:
        return asyncio.run(work())
    except ForcedEnd as forced:
        raise typer.Exit(1) from forced
    except AlreadyRunning as held:
        if held.command == "run":
            raise
        time.sleep(_WAIT)
        return True


async def _beside(work: Coroutine[None, None, bool], greeting: Coroutine[None, None, None]) -> bool:
    """Run the work, and print what the end of its first round says."""
    greets = asyncio.create_task(greeting)
    try:
        return await work
    finally:
        greets.cancel()


def _say(current: State, line: str) -> None:
    if current.verbosity >= 0:
        typer.echo(line)


def _say_where(current: State) -> None:
    from sqlalchemy import make_url

    from monitor.config.database_url import shown_url

    url = make_url(current.settings.database_url.get_secret_value())
    place = url.database if url.get_backend_name() == "sqlite" else shown_url(url)
    _say(
        current,
        f"configuration  {current.settings.file}\ndatabase       {place}\nprogram        "
        f"{Path(sys.argv[0]).absolute()}",
    )


class _Page:
    """The page beside the daemon. Its libraries are an extra, and are loaded when it is served."""

    def __init__(self) -> None:
        self._service: PageService | None = None

    async def start(self, settings: Settings) -> None:
        await self.reconfigure(settings)

    async def reconfigure(self, settings: Settings) -> None:
        if self._service is not None:
            await self._service.reconfigure(settings)
        elif settings.web.listen is not None:
            service = import_service().PageService(now)
            await service.start(settings)
            self._service = service

    async def stop(self) -> None:
        if self._service is not None:
            await self._service.stop()
