"""`export`: the full history as files that other programs read."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.common import state


class FileFormat(StrEnum):
    """How the files are written."""

    PARQUET = "parquet"
    CSV = "csv"
    JSONL = "jsonl"


def export(
    ctx: typer.Context,
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="Where the files go; it is made when it is not there."),
    ],
    fmt: Annotated[
        FileFormat, typer.Option("--format", help="How to write them.")
    ] = FileFormat.PARQUET,
) -> None:
    """Write the full history into DIR, a file a view. Nothing is overwritten."""
    from monitor.reports.export import export as write

    shared = state(ctx)
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
            f"{one.view:<{names}}  {one.rows:>{counts},} {'row ' if one.rows == 1 else 'rows'}  {one.file}"
        )
