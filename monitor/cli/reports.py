"""`stats` and `export`: counts by employer, and the full history as files."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.arguments import BoardOption
from monitor.cli.common import now, reading_state
from monitor.cli.output import Format, FormatOption, emit
from monitor.text.times import optional_time

if TYPE_CHECKING:
    from monitor.queries.stats_input import Facts


_EMPTY = "Nothing to count yet: `rolewatch check` checks the boards"


class By(StrEnum):
    """The grouping of the table's rows."""

    EMPLOYER = "employer"
    DEPARTMENT = "department"
    WEEK = "week"
    PAY = "pay"


def stats(
    ctx: typer.Context,
    *,
    by: Annotated[
        By,
        typer.Option(help="Group rows by employer, department, week or pay."),
    ] = By.EMPLOYER,
    board: BoardOption = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Only since TIME. Everything by default."),
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also draw charts: FILE.png or FILE.svg."),
    ] = None,
    fmt: FormatOption = Format.TABLE,
) -> None:
    """Count open roles over time, time to close and pay, by employer."""
    from monitor.database.engine import read_transaction
    from monitor.queries.resolve import find_board
    from monitor.queries.stats_input import facts
    from monitor.reports.plot_file import check_plot_file
    from monitor.reports.readable import readable
    from monitor.reports.stats import COLUMNS, TABLES

    shared = reading_state(ctx)
    after = optional_time(since, now())
    if plot is not None:
        check_plot_file(plot)
    with shared.busy("counting"), read_transaction(shared.history()) as connection:
        found = facts(connection, [find_board(connection, name) for name in board or []], after)
    if fmt is Format.TABLE:
        table = readable(by.value, found)
        emit(table.rows, table.columns, fmt, shared.console, empty=_EMPTY, labels=table.labels)
    else:
        emit(TABLES[by.value](found), COLUMNS[by.value], fmt, shared.console)
    if plot is not None:
        _draw(found, plot)


def _draw(found: Facts, plot: Path) -> None:
    """Draw the charts. Without any, leave the file as it is and say why."""
    from monitor.reports.charts.page import page_of

    page = page_of(found)
    if page.charts:
        from monitor.reports.plot.page import write_page

        write_page(page, plot)
        typer.echo(f"drew {plot}", err=True)
    else:
        typer.echo(f"Nothing to draw yet, so {plot} was not written", err=True)
    if page.left_out:
        typer.echo(page.left_out, err=True)


class FileFormat(StrEnum):
    """The file formats."""

    PARQUET = "parquet"
    CSV = "csv"
    JSONL = "jsonl"


def export(
    ctx: typer.Context,
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="Folder for the files. It is created if needed."),
    ],
    fmt: Annotated[
        FileFormat, typer.Option("--format", help="Format of the files.")
    ] = FileFormat.PARQUET,
) -> None:
    """Write the full history into DIR, one file for each view. Nothing is overwritten."""
    from monitor.reports.export import export as write

    shared = reading_state(ctx)
    with shared.busy("exporting") as say:
        exported = write(
            shared.history(),
            folder,
            fmt.value,
            lambda view, rows: say(f"exporting {view}: {rows:,} rows"),
        )
    names = max(len(one.view) for one in exported)
    counts = max(len(f"{one.rows:,}") for one in exported)
    for one in exported:
        typer.echo(
            f"{one.view:<{names}}  {one.rows:>{counts},} "
            f"{'row ' if one.rows == 1 else 'rows'}  {one.file}"
        )
