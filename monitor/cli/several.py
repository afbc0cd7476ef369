"""Several postings of one name, from which a person chooses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from monitor.cli.common import now
from monitor.cli.output import Format, age, emit
from monitor.errors import UserError

if TYPE_CHECKING:
    from rich.console import Console
    from sqlalchemy import Connection

    from monitor.queries.resolve import Found

_COLUMNS = ("title", "company", "location", "state", "age", "posting")
_MOST = 100


def list_several(connection: Connection, text: str, found: Sequence[Found], fmt: Format, console: Console) -> None:
    """Lists what `text` may mean. Raises UserError where a program expects the answer for one."""
    from monitor.queries.roles import describe

    if fmt is not Format.TABLE:
        raise UserError(f"“{text}” is several postings: {', '.join(each.posting for each in found[:_MOST])}; name one of them")
    typer.echo(f"{len(found)} postings are called so: name one of them by the last column", err=True)
    rows = [describe(connection, each) for each in found[:_MOST]]
    emit([{**row, "age": age(row["first_seen_at"], now())} for row in rows], _COLUMNS, fmt, console)
