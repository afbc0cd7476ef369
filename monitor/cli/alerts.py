"""`alerts`: list alerts, retry or discard them, and send samples."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.common import State, now, reading_state, state
from monitor.cli.output import Format, FormatOption, emit
from monitor.errors import UserError
from monitor.text.values import clean, counted, no_match

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from monitor.cli.sample import Tried
    from monitor.database.lease import AlreadyRunning, Lease

app = typer.Typer(no_args_is_help=True)

STATES = ("pending", "sending", "sent", "held", "failed", "expired", "discarded")
_NOTHING = "There is nothing to retry: no alert waits to be sent."
_SHOWN = ("created_at", "state", "kind", "title", "company", "rule", "channel", "reason")


@app.command("list")
def list_alerts(
    ctx: typer.Context,
    *,
    wanted: Annotated[
        str | None, typer.Option("--state", metavar="STATE", help=f"One of {' '.join(STATES)}.")
    ] = None,
    channel: Annotated[
        str | None, typer.Option("--channel", metavar="CHANNEL", help="Such as slack:#roles.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="TIME", help="Only alerts created since TIME.")
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", min=1, help="Maximum number of alerts.")
    ] = 100,
    fmt: FormatOption = Format.TABLE,
) -> None:
    """List alerts and their delivery, newest first."""
    from monitor.database.engine import read_transaction
    from monitor.queries.alerts import AlertFilter, find_alerts
    from monitor.text.times import optional_time, since_words

    if wanted is not None and wanted not in STATES:
        raise UserError(f"no state {wanted!r}: an alert is one of {', '.join(STATES)}")
    current, channel = reading_state(ctx), _as_stored(channel)
    with read_transaction(current.history()) as connection:
        found = find_alerts(
            connection, AlertFilter(wanted, channel, optional_time(since, now()), limit)
        )
    asked = {"goes to": channel, "was written": since_words(since) if since else None}
    empty = no_match(f"{wanted or ''} alert".lstrip(), asked)
    emit(
        found.rows,
        _SHOWN if fmt is Format.TABLE else found.columns,
        fmt,
        current.console,
        empty=empty,
    )


def _as_stored(channel: str | None) -> str | None:
    """Return the channel as alerts have it. Raise UserError for a text that is no channel."""
    from monitor.channels import parse_channel

    try:
        return None if channel is None else parse_channel(channel)
    except ValueError as error:
        raise UserError(f"--channel {channel}: {error}") from error


@app.command()
def retry(ctx: typer.Context) -> None:
    """Send alerts again that could not be delivered."""
    from monitor.cli.sending import say_held, say_undelivered, undelivered, work
    from monitor.delivery.manual import retry as try_again
    from monitor.delivery.open_items import retry_edits_now

    current = state(ctx)
    if current.no_database() is not None:
        typer.echo(_NOTHING)
        return
    engine = current.history()
    with engine.begin() as connection:
        count = try_again(connection, now())
        retry_edits_now(connection, now())
    if not count and not _is_anything_left(engine):
        typer.echo(
            "everything else is delivered" if say_held(engine, current.settings) else _NOTHING
        )
        return
    typer.echo(f"trying {counted(count, 'message')} again" if count else "sending what waits")
    one = _Retry(current, engine)
    asyncio.run(work(engine, "alerts retry", current.settings, one.alone, one.ask))
    held = say_held(engine, current.settings)
    if undelivered(engine):
        say_undelivered(engine, current.settings)
        raise typer.Exit(1)
    typer.echo("everything else is delivered" if held else "everything is delivered")


def _is_anything_left(engine: Engine) -> bool:
    """Return True if a message, an unpacked alert or an edit of a card waits."""
    from monitor.database.engine import read_transaction
    from monitor.delivery import open_items, pack

    with read_transaction(engine) as connection:
        return bool(
            open_items.count(connection, open_items.QUEUED)
            or pack.unpacked_alerts(connection)
            or open_items.next_edits(connection)
        )


@dataclass(frozen=True, slots=True)
class _Retry:
    """One `alerts retry`, here or by the daemon, which checks the database every few seconds."""

    current: State
    engine: Engine

    async def alone(self, lease: Lease) -> bool:
        from monitor.cli.sending import open_outbox

        async with open_outbox(lease, self.current.settings, sys.stdout) as outbox:
            await outbox.deliver(until_idle=True)
        return True

    async def ask(self, held: AlreadyRunning) -> bool | None:
        from monitor.rounds.requests import wait_until_delivered

        with self.current.busy(f"the daemon (pid {held.pid} on {held.host}) sends"):
            await wait_until_delivered(self.engine, now)
        return True


@app.command()
def discard(
    ctx: typer.Context,
    before: Annotated[
        str | None,
        typer.Option(
            "--before", metavar="TIME", help="Only alerts written before TIME; 0s for all."
        ),
    ] = None,
    channel: Annotated[
        str | None,
        typer.Option("--channel", metavar="CHANNEL", help="Only alerts of this channel."),
    ] = None,
) -> None:
    """Discard alerts that were not delivered."""
    from monitor.delivery.manual import discard as give_up
    from monitor.delivery.pack import new_id, pack
    from monitor.delivery.threads import begin_threads
    from monitor.text.times import parse_time

    if before is None:
        raise UserError(
            "choose the alerts with --before TIME: `rolewatch alerts discard --before 7d` discards "
            "those older than seven days, --before 0s all of them"
        )
    moment, channel = now(), _as_stored(channel)
    until = parse_time(before, moment)
    with state(ctx).history().begin() as connection:
        pack(connection, moment)
        count = give_up(connection, until, channel)
        begin_threads(connection, new_id)
    asked = {"goes to": channel, "was written before": before}
    nothing = f"{no_match('undelivered alert', asked)}, so nothing was discarded."
    typer.echo(f"discarded {counted(count, 'message')}" if count else nothing)


@app.command("test")
def send_samples(ctx: typer.Context, fmt: FormatOption = Format.TABLE) -> None:
    """Send a sample to each channel of the rules and of the operator."""
    current = state(ctx)
    tried = asyncio.run(_send(current, fmt))
    if fmt is not Format.TABLE:
        rows = [{"channel": one.channel, "ok": one.ok, "words": one.words} for one in tried]
        emit(rows, ("channel", "ok", "words"), fmt, current.console)
    if not all(one.ok for one in tried):
        raise typer.Exit(1)


async def _send(current: State, fmt: Format) -> list[Tried]:
    """Send the samples and print each result at once."""
    from monitor.cli.sample import send_samples as send
    from monitor.notify import notifiers

    settings = current.settings
    ways = notifiers(settings, sys.stdout if fmt is Format.TABLE else sys.stderr)
    named = [
        *settings.alerts.operator,
        *(channel for rule in settings.rules for channel in rule.notify),
    ]
    width = max(map(len, named))
    tried = []
    async for one in send(settings, ways, now()):
        tried.append(one)
        if fmt is Format.TABLE:
            typer.echo(
                f"{one.channel:<{width}}  {'ok' if one.ok else 'FAILED'}  {clean(one.words)}"
            )
    for way in ways.values():
        await way.close()
    return tried
