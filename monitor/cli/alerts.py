"""`alerts`: what was told and what was not, trying again, giving up, and a sample to each channel."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from monitor.cli.common import now, state
from monitor.cli.output import Format, FormatOption, emit
from monitor.errors import UserError

app = typer.Typer(no_args_is_help=True)

STATES = ("pending", "sending", "sent", "held", "failed", "expired", "discarded")
_SHOWN = ("created_at", "state", "kind", "channel", "rule", "company", "title", "reason")


@app.command("list")
def list_alerts(
    ctx: typer.Context,
    *,
    wanted: Annotated[str | None, typer.Option("--state", metavar="STATE", help=f"One of {' '.join(STATES)}.")] = None,
    channel: Annotated[str | None, typer.Option("--channel", metavar="CHANNEL", help="Such as slack:#roles.")] = None,
    since: Annotated[str | None, typer.Option("--since", metavar="TIME", help="Only those written since then.")] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="At most so many.")] = 100,
    fmt: FormatOption = Format.TABLE,
) -> None:
    """Alerts, the newest first, and what became of each."""
    from monitor.cli.times import optional_time
    from monitor.db import reading
    from monitor.queries.alerts import AlertFilter, find_alerts

    if wanted is not None and wanted not in STATES:
        raise UserError(f"no state {wanted!r}: an alert is one of {', '.join(STATES)}")
    current = state(ctx)
    with reading(current.engine()) as connection:
        found = find_alerts(connection, AlertFilter(wanted, channel, optional_time(since, now()), limit))
    emit(found.rows, _SHOWN if fmt is Format.TABLE else found.columns, fmt, current.console)


@app.command()
def retry(ctx: typer.Context) -> None:
    """Send again what could not be delivered."""


@app.command()
def discard(
    ctx: typer.Context,
    before: Annotated[str, typer.Option("--before", metavar="TIME", help="Only alerts written before then.")],
) -> None:
    """Give up alerts that were not delivered."""
