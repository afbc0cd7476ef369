"""Several postings of one name, from which a person chooses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from monitor.cli.common import now
from monitor.cli.output import Format, age, emit

if TYPE_CHECKING:
    from rich.console import Console
    from sqlalchemy import Connection

    from monitor.queries.resolve import PostingRef

_COLUMNS = ("title", "company", "location", "state", "first_seen_at", "posting")
_SHOWN = ("title", "company", "location", "state", "age", "posting")
_MOST = 100


def list_several(
    connection: Connection, text: str, found: Sequence[PostingRef], fmt: Format, console: Console
) -> None:
    """List the postings that `text` may mean, with a sentence on standard error."""
    from monitor.queries.roles import describe

    more = f", of which the newest {_MOST} are listed" if len(found) > _MOST else ""
    typer.echo(
        f"{len(found)} postings fit “{text}”{more}: name one of them by the last column", err=True
    )
    rows = [describe(connection, each) for each in found[:_MOST]]
    aged = [{**row, "age": age(row["first_seen_at"], now())} for row in rows]
    emit(aged, _SHOWN if fmt is Format.TABLE else _COLUMNS, fmt, console)
