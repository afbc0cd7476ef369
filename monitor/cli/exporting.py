"""`export`: write the full history as files for other programs."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.common import state


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
            f"{one.view:<{names}}  {one.rows:>{counts},} "
            f"{'row ' if one.rows == 1 else 'rows'}  {one.file}"
        )
