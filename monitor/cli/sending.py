"""Sending from commands: with the database's lease, or through the daemon that holds it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from itertools import groupby, starmap
from typing import TYPE_CHECKING, NamedTuple, TextIO, TypeVar

import typer
from sqlalchemy import Engine, func, select

from monitor.channels import secret_name
from monitor.cli.common import now
from monitor.config.model import Settings
from monitor.daemon.takeover import acquire_and_report
from monitor.database.engine import read_transaction
from monitor.database.lease import RENEW_EVERY, AlreadyRunning, Lease, LeaseLost
from monitor.database.slack_channels import read
from monitor.database.tables import Delivery
from monitor.database.trouble import OutageLog
from monitor.rules.watches import with_stored
from monitor.text.values import clean, counted

if TYPE_CHECKING:  # a check without alerts sends nothing
    from monitor.delivery.outbox import Outbox

_WAIT = 0.5  # seconds between two tries to begin while another command works on the database
Done = TypeVar("Done")


def make_outbox(engine: Engine, console: TextIO) -> Callable[[Settings], Outbox]:
    """Return a function that makes an outbox for settings. Console messages go to `console`."""
    from monitor.delivery.outbox import Outbox
    from monitor.notify import notifiers

    def make(settings: Settings) -> Outbox:
        operators = tuple(dict.fromkeys(map(settings.effective_channel, settings.alerts.operator)))
        return Outbox(
            engine,
            notifiers(settings, console),
            now,
            operators=operators,
            hours=settings.alerts,
            channels=settings.channels(),
        )

    return make


@asynccontextmanager
async def open_outbox(lease: Lease, settings: Settings, console: TextIO) -> AsyncIterator[Outbox]:
    """Open an outbox that works under the lease, and close it."""
    outbox = make_outbox(lease.engine, console)(settings)
    outbox.work_under(lease)
    try:
        yield outbox
    finally:
        await outbox.close()


async def settle_channel_names(lease: Lease, settings: Settings) -> None:
    """Store all rows of a Slack channel under its one name, before alerts are written.

    Slack is asked if a name without a known id may be one of the configured ids.
    """
    channels = settings.channels()
    if read(lease.engine).may_be_doubled(map(settings.effective_channel, channels)):
        async with open_outbox(lease, settings, sys.stderr) as outbox:
            await outbox.ask_channel_names()
    if aliases := read(lease.engine).aliases(channels):
        from monitor.delivery import channel_merge

        with lease.engine.begin() as connection:
            channel_merge.merge(connection, aliases)


class Undelivered(NamedTuple):
    """The messages that are not delivered to a channel."""

    channel: str
    messages: int
    reason: str | None  # why the first does not go, for which the others wait
    failed: bool  # and not merely on its way


class _Waiting(NamedTuple):
    id: int
    channel: str
    state: str
    reason: str | None


def undelivered(engine: Engine) -> list[Undelivered]:
    """Return the undelivered messages by channel."""
    from monitor.delivery.open_items import UNDELIVERED, next_per_channel

    query = (
        select(Delivery.id, Delivery.channel, Delivery.state, Delivery.reason)
        .where(UNDELIVERED)
        .order_by(Delivery.channel, Delivery.id)
    )
    with read_transaction(engine) as connection:
        firsts = {head.id for head in next_per_channel(connection)}
        rows = list(starmap(_Waiting, connection.execute(query)))
    channels = [
        (channel, list(mine)) for channel, mine in groupby(rows, key=lambda row: row.channel)
    ]
    return [
        Undelivered(
            channel, len(mine), _reason(mine, firsts), any(row.state == "failed" for row in mine)
        )
        for channel, mine in channels
    ]


def _reason(rows: Sequence[_Waiting], firsts: Collection[int]) -> str | None:
    """Return the reason of the next message to try, else of the newest "maybe sent" one."""
    said = [row.reason for row in rows if row.reason]
    return next(
        (row.reason for row in rows if row.id in firsts and row.reason), said[-1] if said else None
    )


def say_undelivered(engine: Engine, settings: Settings) -> None:
    """Print a line for each channel on standard error, with what to do."""
    settings = with_stored(engine, settings)
    for one in undelivered(engine):
        missing = (
            f"${secret_name(one.channel)} is not set"
            if settings.effective_channel(one.channel) != one.channel
            else ""
        )
        why = clean(missing or one.reason or "it waits for its time")
        remedy = f" — {unwanted(one.channel)}" if is_unwanted(settings, one.channel) else ""
        typer.echo(
            f"{one.channel}: {counted(one.messages, 'message')} could not be delivered: "
            f"{why}{remedy}",
            err=True,
        )


def is_unwanted(settings: Settings, channel: str) -> bool:
    """Return True if no rule and no operator setting names the channel any more."""
    return channel != "console" and channel not in settings.channels()


def unwanted(channel: str) -> str:
    """Return the remedy for messages of such a channel."""
    return f"no rule names this channel any more: {given_up(channel)}"


def given_up(channel: str) -> str:
    return f"`rolewatch alerts discard --channel {channel} --before 0s` discards them"


def say_held(engine: Engine, settings: Settings) -> int:
    """Print what waits for the end of quiet hours. Return the number of messages."""
    from monitor.delivery.quiet_hours import until

    end = until(settings.alerts, now())
    if end is None:
        return 0
    with read_transaction(engine) as connection:
        held = (
            connection.scalar(
                select(func.count())
                .select_from(Delivery)
                .where(Delivery.state == "held", Delivery.state != "sent")
            )
            or 0
        )
    if held:
        messages = "1 message is" if held == 1 else f"{held} messages are"
        typer.echo(
            f"{messages} held until {end.astimezone(settings.alerts.timezone):%H:%M} "
            f"({settings.alerts.timezone}): quiet hours",
            err=True,
        )
    return int(held)


async def work(
    engine: Engine,
    command: str,
    settings: Settings,
    alone: Callable[[Lease], Awaitable[Done]],
    ask: Callable[[AlreadyRunning], Awaitable[Done | None]],
) -> Done:
    """Return what `alone` returns while we hold the lease, or what the daemon answers.

    It waits for another command to end. `alone` writes through the lease's engine. `ask` returns
    None if the daemon went away before it answered.
    """
    while True:
        try:
            lease = await asyncio.to_thread(acquire_and_report, engine, command, settings, now)
        except AlreadyRunning as held:
            done = await ask(held) if held.command == "run" else None
            if done is not None:
                return done
            await asyncio.sleep(_WAIT)
        else:
            async with _renewed(lease):
                return await alone(lease)


@asynccontextmanager
async def _renewed(lease: Lease) -> AsyncIterator[None]:
    """Hold the lease while the work runs, then release it."""
    work, lost, troubles = asyncio.current_task(), asyncio.Event(), OutageLog()

    async def renew() -> None:
        while not lost.is_set():
            await asyncio.sleep(RENEW_EVERY)
            with troubles.passing("lease_not_renewed"):
                if not await asyncio.to_thread(lease.renew):
                    lost.set()
        if work is not None:
            work.cancel()

    renewing = asyncio.create_task(renew())
    try:
        yield
    except asyncio.CancelledError:
        if lost.is_set():
            raise LeaseLost from None
        raise
    finally:
        renewing.cancel()
        lease.release(now())
