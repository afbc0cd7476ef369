"""`diff`: compare a board with itself at another time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.arguments import complete_boards
from monitor.cli.common import now, reading_state
from monitor.cli.marking import field_change, in_color, print_folded
from monitor.cli.output import Format, FormatOption, Row, emit, paged
from monitor.text.times import parse_time
from monitor.text.values import clean, short

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from monitor.queries.diff import BoardDiff

_SIGNS = {"opened": ("+", "green"), "closed": ("-", "red"), "revised": ("~", "yellow")}


def diff(
    ctx: typer.Context,
    board: Annotated[
        str,
        typer.Argument(
            metavar="BOARD",
            help="ats:token, its URL, its token or its company.",
            autocompletion=complete_boards,
        ),
    ],
    *,
    from_: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="TIME",
            help="Earlier time, or the first check if that is later.",
            show_default="7d before --to",
        ),
    ] = None,
    to: Annotated[
        str, typer.Option("--to", metavar="TIME", help="Later time.", show_default="now")
    ] = "now",
    fmt: FormatOption = Format.TABLE,
) -> None:
    """Compare a board with itself at another time: opened, closed and revised roles."""
    from monitor.database.engine import read_transaction
    from monitor.errors import UserError
    from monitor.queries.diff import COLUMNS, diff_board
    from monitor.queries.resolve import find_board

    moment = now()
    later = parse_time(to, moment)
    then = parse_time(from_, moment) if from_ else later - timedelta(days=7)
    if then >= later:
        raise UserError(f"--from {from_} is not before --to {to}")
    if later > moment:
        raise UserError(f"--to {to} is still to come")
    shared = reading_state(ctx)
    with read_transaction(shared.history()) as connection:
        name = find_board(connection, board)
        found = diff_board(connection, name, then, later)
    for doubt in found.doubts:
        typer.echo(doubt, err=True)
    if fmt is not Format.TABLE:
        emit(found.rows, COLUMNS, fmt, shared.console)
        return
    with paged(shared.console):
        for line in _report(name, found.then, later, found, shared.console):
            print_folded(line, shared.console)


def _report(
    board: str, then: datetime, later: datetime, found: BoardDiff, console: Console
) -> Iterator[Text]:
    """Yield a headline, a line for each posting, and a line for each revised field."""
    from rich.text import Text

    counts = {
        kind: len({row["posting"] for row in found.rows if row["kind"] == kind}) for kind in _SIGNS
    }
    yield Text(f"{board}  {short(then)} → {short(later)}", style="bold")
    yield Text(
        f"{found.open_then} → {found.open_now} open: "
        f"{', '.join(f'{count} {kind}' for kind, count in counts.items())}\n"
    )
    if not found.rows:
        yield Text("Nothing changed")
    for (kind, _), rows in groupby(found.rows, key=lambda row: (row["kind"], row["posting"])):
        fields = list(rows)
        yield _posting(str(kind), fields[0])
        for row in fields:
            if row["field"]:
                lines = field_change(
                    str(row["field"]), row["old"], row["new"], marked=not in_color(console)
                )
                yield from (Text("    ").append_text(line) for line in lines)


def _posting(kind: str, row: Row) -> Text:
    from rich.text import Text

    sign, style = _SIGNS[kind]
    return Text(f"{sign} {' '.join(clean(str(row['title'])).split())}", style=style).append(
        f"  {row['posting']}", style="dim"
    )
