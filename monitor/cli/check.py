"""`check`: one round now, by this process or by the daemon that runs beside it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.arguments import complete_boards, named
from monitor.cli.common import CHANCE, State, begin_work, load_more, now, state
from monitor.cli.output import Format, FormatOption
from monitor.errors import UserError

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

    from monitor.config.fresh import Stamp
    from monitor.config.model import Settings
    from monitor.database.lease import AlreadyRunning, Lease


def check(
    ctx: typer.Context,
    boards: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="BOARD",
            help="ats:token, its URL, its token or its company; all by default.",
            autocompletion=complete_boards,
        ),
    ] = None,
    *,
    no_alerts: Annotated[
        bool, typer.Option("--no-alerts", help="Don't create alerts for this check.")
    ] = False,
    announce: Annotated[
        bool,
        typer.Option("--announce", help="Announce each role of a first check, not one summary."),
    ] = False,
    fmt: FormatOption = Format.TABLE,
) -> None:
    """Check the boards once, now, and send alerts for what is new.

    Alerts go to the channels of each rule's `notify`: to the console, or to Slack if a token is
    set. With --no-alerts none are created.
    """
    from monitor.cli.sending import work
    from monitor.config.fresh import stamps
    from monitor.config.load import require_boards

    current = state(ctx)
    settings = current.settings
    read = stamps(settings.sources)
    require_boards(settings)
    names = _on(settings, boards or [])
    if not names and (boards or not any(board.enabled for board in settings.boards)):
        return  # all are off
    one = _Check(current, current.engine(), names, not no_alerts, announce, fmt, read)
    if not asyncio.run(work(one.engine, "check", settings, one.alone, one.ask)):
        raise typer.Exit(1)


def _on(settings: Settings, texts: Sequence[str]) -> list[str]:
    """Return the boards to check; empty for all. Say which boards their ATS turns off."""
    wanted = {named(settings.boards, text) for text in texts}
    for board in settings.boards:
        if board.off and (not wanted or board.board in wanted):
            typer.echo(f"{board.board} is not watched: {board.off}", err=True)
    off = {board.board for board in settings.boards if board.off}
    return [watched(settings, text) for text in texts if named(settings.boards, text) not in off]


def watched(settings: Settings, text: str) -> str:
    """Return the watched board that `text` names. Raises UserError with the watched boards."""
    names = [board.board for board in settings.boards if board.enabled]
    name = named(settings.boards, text)
    if name not in names:
        add = f"`rolewatch boards add {name}` adds it"
        off = f"take its `enabled = false` out of {settings.file}"
        todo = add if settings.board(name) is None else off
        raise UserError(
            f"{name} is not watched: {todo}; the watched boards are: {', '.join(names)}"
        )
    return name


@dataclass(frozen=True, slots=True)
class _Check:
    """One `check`.

    `alone` and `ask` return True if every board was read and every alert delivered.
    """

    current: State
    engine: Engine
    names: Sequence[str]  # empty: all
    alerts: bool
    announce: bool
    fmt: Format
    read: dict[Path, Stamp]  # the files of the configuration as they were read

    async def alone(self, lease: Lease) -> bool:
        """Run the round in this process."""
        from monitor.cli.sending import settle_channel_names

        load_more()
        begin_work()
        if self.alerts:
            await settle_channel_names(lease, self.current.settings)
        with self.current.busy("checking"):
            round_id = await self._round(lease)
        delivered = True
        try:
            well = self._show(round_id)
        finally:  # the reader of our output may have left; alerts go to others
            if self.alerts:
                delivered = await self._deliver(lease)
        return delivered and well

    async def _round(self, lease: Lease) -> int:
        """Run the round. Return its id. Raises UserError if the configuration has changed."""
        from monitor.config.fresh import stamps
        from monitor.rounds.round import run_round
        from monitor.rounds.round_rows import OutdatedSettingsError
        from monitor.rules.watches import with_stored

        try:
            return await run_round(
                lease.engine,
                with_stored(lease.engine, self.current.settings),
                self.names or None,
                alerts=self.alerts,
                announce=self.announce,
                clock=now,
                random=CHANCE,
                is_current=lambda: stamps(self.read) == self.read,
            )
        except OutdatedSettingsError:
            file = self.current.settings.file
            raise UserError(
                f"{file} changed before the check began: run `rolewatch check` again"
            ) from None

    async def ask(self, held: AlreadyRunning) -> bool | None:
        """Let the daemon run the round. Return None if it went away before it answered."""
        from monitor.rounds.requests import request_round

        self._warn_without_workers()
        with self.current.busy(f"the daemon (pid {held.pid} on {held.host}) checks"):
            round_id = await request_round(
                self.engine, self.names, alerts=self.alerts, announce=self.announce, clock=now
            )
        if round_id is None:
            return None
        well = self._show(round_id)
        return self._say_undelivered(self._undelivered(round_id)) and well

    def _warn_without_workers(self) -> None:
        """Say why the daemon's round does not end, if no worker checks its boards."""
        from monitor.database.engine import read_transaction
        from monitor.queries.workers import count_workers

        if not self.current.settings.workers.queue:
            return
        with read_transaction(self.engine) as connection:
            alive = count_workers(connection).alive
        if not alive:
            typer.echo(
                "no worker is alive, and the check waits for one: start `rolewatch worker` with "
                "$ROLEWATCH_DATABASE_URL",
                err=True,
            )

    def _show(self, round_id: int) -> bool:
        """Print the results of the round. Return True if every board was read."""
        from monitor.cli.reporting import show
        from monitor.database.engine import read_transaction
        from monitor.rounds.report import report

        with read_transaction(self.engine) as connection:
            reports = report(connection, round_id)
        unread = [board for board in reports if not board.was_read]
        quiet = self.current.verbosity < 0 and self.fmt is Format.TABLE
        show(unread if quiet else reports, self.fmt, self.current.console)
        return not unread

    async def _deliver(self, lease: Lease) -> bool:
        """Send what is due by now and say what cannot be sent.

        Console messages stay out of the output that a program reads.
        """
        from monitor.alerts.scheduled import write_due
        from monitor.cli.sending import open_outbox, say_held
        from monitor.delivery.waiting import has_work
        from monitor.rules.watches import with_stored

        settings = with_stored(lease.engine, self.current.settings)
        write_due(lease.engine, settings, now())
        if not has_work(lease.engine):
            return True
        console = sys.stdout if self.fmt is Format.TABLE else sys.stderr
        async with open_outbox(lease, settings, console) as outbox:
            delivered = await outbox.deliver(until_idle=True)
        say_held(self.engine, self.current.settings)
        return self._say_undelivered(delivered.failed + delivered.waiting)

    def _say_undelivered(self, count: int) -> bool:
        from monitor.cli.sending import say_undelivered

        if count:
            say_undelivered(self.engine, self.current.settings)
            typer.echo(
                "`rolewatch doctor` finds the cause, `rolewatch alerts retry` sends again",
                err=True,
            )
        return not count

    def _undelivered(self, round_id: int) -> int:
        """Print messages of a daemon's round that it could not send."""
        from monitor.database.engine import read_transaction
        from monitor.delivery import open_items

        with read_transaction(self.engine) as connection:
            return open_items.undelivered_of_round(connection, round_id)
