"""`sql`: a person's own queries on the views."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.arguments import LimitOption
from monitor.cli.common import now, reading_state
from monitor.cli.output import Format, FormatOption, Row, emit, paged
from monitor.queries.sql_examples import EXAMPLES, HIRING
from monitor.text.times import parse_time

if TYPE_CHECKING:
    from rich.console import Console
    from sqlalchemy import Engine

_INDENT = "      "
_MOST_IN_A_TABLE = 10_000  # rows; a table is laid out when all its rows are there


def sql(
    ctx: typer.Context,
    query: Annotated[
        str | None,
        typer.Argument(
            metavar="QUERY",
            help="One SELECT on the views; - reads it from standard input. Without it: views, "
            "columns, examples.",
            show_default=False,
        ),
    ] = None,
    *,
    since: Annotated[str, typer.Option(metavar="TIME", help="Value of :since.")] = "30d",
    param: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="Value of :NAME. Can be repeated."),
    ] = None,
    limit: LimitOption = None,
    timeout: Annotated[
        float,
        typer.Option(metavar="SECONDS", min=0.001, help="Time limit of the query in seconds."),
    ] = 30.0,
    fmt: FormatOption = Format.TABLE,
) -> None:
    """Query the history in SQL. Nothing can be written."""
    from monitor.queries.question import Question, bound
    from monitor.queries.user_sql import ask

    moment = now()
    shared = reading_state(ctx)
    text = _query(query)
    own = dict(map(_parameter, param or []))
    moments = {"now": moment, "since": parse_time(since, moment)}
    engine = shared.history()
    if not text:
        with paged(shared.console):
            _print_guide(engine, fmt, shared.console)
        return
    values = bound(engine.dialect.name, moments, own)
    with ask(engine, Question(text, values, timeout)) as answer:
        most = limit if limit is not None or fmt is not Format.TABLE else _MOST_IN_A_TABLE
        rows = answer.rows if most is None else _first(answer.rows, most, report_cut=limit is None)
        emit(rows, answer.columns, fmt, shared.console, empty="No rows")


def _query(given: str | None) -> str:
    """Return the query, read from standard input for "-", or "" for none. Raise UserError."""
    from monitor.errors import UserError

    if given != "-":
        return (given or "").strip()
    if sys.stdin is None:  # it was closed before the program began
        raise UserError("there is no standard input to read the query from")
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise UserError("the query on standard input is not UTF-8 text") from error


def _parameter(given: str) -> tuple[str, str]:
    from monitor.errors import UserError

    name, equals, value = given.partition("=")
    name = name.removeprefix(":")
    if not equals or not name.isidentifier():
        raise UserError(f"--param {given!r} is not like NAME=VALUE")
    return name, value


def _first(rows: Iterable[Row], most: int, *, report_cut: bool) -> Iterator[Row]:
    """Return that many rows. `report_cut`: say on standard error that rows were cut."""
    for number, row in enumerate(rows):
        if number == most:
            if report_cut:
                typer.echo(
                    f"only the first {most} rows: --format csv or json gives all, --limit N more",
                    err=True,
                )
            return
        yield row


def _print_guide(engine: Engine, fmt: Format, console: Console) -> None:
    from rich.text import Text

    from monitor.queries.view_tables import view_columns

    views = view_columns(engine)
    if fmt is not Format.TABLE:
        emit(
            [{"view": view, "columns": "; ".join(columns)} for view, columns in views.items()],
            ("view", "columns"),
            fmt,
            console,
        )
        return
    console.print(Text("Views and their columns", style="bold"))
    for view, columns in views.items():
        console.print(Text(f"  {view}", style="cyan"))
        console.print(
            fill(
                ", ".join(columns), console.width, initial_indent=_INDENT, subsequent_indent=_INDENT
            ),
            soft_wrap=True,
        )
    console.print(Text("\nExample questions", style="bold"))
    for line in _examples(EXAMPLES | HIRING):
        console.print(line, soft_wrap=True)
    console.print(
        ":now is the current time, :since the time of --since (30d), :NAME the value of --param "
        "NAME=VALUE.",
        soft_wrap=True,
    )


def _examples(examples: dict[str, str]) -> Sequence[str]:
    return [
        line
        for words, query in examples.items()
        for line in (f"  {words}", *(_INDENT + part for part in query.strip().splitlines()), "")
    ]
