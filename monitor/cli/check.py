"""`check`: one round now, by this process or by the daemon that runs beside it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.common import CHANCE, State, now, state
from monitor.cli.output import Format, FormatOption
from monitor.errors import UserError

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from monitor.lease import Held, Lease
    from monitor.round import BoardReport
    from monitor.settings import Settings

_WAIT = 0.5  # seconds between two tries to begin while another command works on the database


def check(
    ctx: typer.Context,
    boards: Annotated[
        list[str] | None, typer.Argument(metavar="[BOARD]...", help="ats:token or any URL of it; all boards by default.")
    ] = None,
    no_alerts: Annotated[bool, typer.Option("--no-alerts", help="Write no alerts of what this round brings, ever.")] = False,
    announce: Annotated[bool, typer.Option("--announce", help="Tell a first snapshot role by role, not in one summary.")] = False,
    fmt: FormatOption = Format.TABLE,
) -> None:
    """Look at the boards once, now, and tell what is new."""
    from monitor.cli.reporting import show
    from monitor.config import require_boards

    current = state(ctx)
    require_boards(current.settings)
    names = [watched(current.settings, text) for text in boards or []]
    one = _Check(current, current.engine(), names, not no_alerts, announce, lambda reports: show(reports, fmt, current.console), fmt)
    if not asyncio.run(one.look()):
        raise typer.Exit(1)


def watched(settings: Settings, text: str) -> str:
    """The watched board that `text` names: `ats:token`, or a URL of it or of a posting. Raises UserError naming the watched ones."""
    from crawler.address import parse

    names = [board.board for board in settings.boards if board.enabled]
    try:
        address = parse(text)
    except ValueError as error:
        raise UserError(f"{error}; watched are: {', '.join(names)}") from error
    name = f"{address.ats}:{address.token}"
    if name not in names:
        raise UserError(f"{name} is not watched: `rolewatch boards add {name}` adds it; watched are: {', '.join(names)}")
    return name


@dataclass(frozen=True, slots=True)
class _Check:
    """One `check`; its methods say whether all boards were read and all alerts delivered."""

    current: State
    engine: Engine
    names: Sequence[str]  # empty: all
    alerts: bool
    announce: bool
    show: Callable[[Sequence[BoardReport]], None]
    fmt: Format

    async def look(self) -> bool:
        from monitor.lease import Held, take

        while True:
            try:
                lease = take(self.engine, "check", now)
            except Held as held:
                outcome = await self._ask(held)
                if outcome is not None:
                    return outcome
                await asyncio.sleep(_WAIT)
            else:
                async with _renewed(lease):
                    return await self._alone()

    async def _ask(self, held: Held) -> bool | None:
        """The daemon's answer; None when there is no daemon, or none any more."""
        from monitor.asking import ask

        if held.command != "run":
            return None
        with self.current.busy(f"the daemon (pid {held.pid} on {held.host}) looks"):
            round_id = await ask(self.engine, self.names, alerts=self.alerts, announce=self.announce, clock=now)
        return None if round_id is None else self._told(round_id) and self._delivered(round_id)

    async def _alone(self) -> bool:
        from monitor.round import run_round

        settings = self.current.settings
        with self.current.busy("looking"):
            names = self.names or None
            round_id = await run_round(self.engine, settings, names, alerts=self.alerts, announce=self.announce, clock=now, random=CHANCE)
        well = self._told(round_id)
        if not self.alerts:
            return well
        await self._deliver()
        return well and self._delivered(round_id)

    def _told(self, round_id: int) -> bool:
        """Prints what the round brought; was every board read?"""
        from monitor.db import reading
        from monitor.round import report

        with reading(self.engine) as connection:
            reports = report(connection, round_id)
        self.show(reports)
        return all(board.result != "failure" for board in reports)


@asynccontextmanager
async def _renewed(lease: Lease) -> AsyncIterator[None]:
    """Holds the lease for as long as the work takes, and gives it back."""
    from monitor.lease import RENEW_EVERY

    async def renew() -> None:
        while True:
            await asyncio.sleep(RENEW_EVERY)
            await asyncio.to_thread(lease.renew, now())

    renewing = asyncio.create_task(renew())
    try:
        yield
    finally:
        renewing.cancel()
        lease.release(now())
