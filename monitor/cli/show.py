"""`show`: one posting in full, and a list of the postings that a text may mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.arguments import PostingArgument
from monitor.cli.common import now, reading_state
from monitor.cli.marking import print_folded
from monitor.cli.output import Format, FormatOption, Row, emit, emit_object, paged
from monitor.text.times import optional_time
from monitor.text.values import age, clean, field_value, short

if TYPE_CHECKING:
    from rich.console import Console
    from sqlalchemy import Connection

    from monitor.queries.resolve import PostingRef

_COLUMNS = ("title", "company", "location", "state", "first_seen_at", "posting")
_SHOWN = ("title", "company", "location", "state", "age", "posting")
_MOST = 100  # postings in the list


def show(
    ctx: typer.Context,
    posting: PostingArgument,
    version: Annotated[
        int | None, typer.Option(metavar="N", help="Show the content of this version.")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(metavar="TIME", help="Show the posting as it was known at TIME.")
    ] = None,
    fmt: FormatOption = Format.TABLE,
) -> None:
    """Show everything that is known about one posting."""
    from monitor.database.engine import read_transaction
    from monitor.errors import UserError
    from monitor.queries.describe import describe, repost_words
    from monitor.queries.resolve import find_posting

    if version is not None and as_of is not None:
        raise UserError("give --version or --as-of, not both")
    shared = reading_state(ctx)
    moment = optional_time(as_of, now())
    with read_transaction(shared.history()) as connection:
        found = find_posting(connection, posting)
        row = describe(connection, found, version, moment)
        repost = repost_words(connection, [found.posting]).get(found.posting, "")
    if fmt is Format.JSON:
        emit_object(row, shared.console)
    elif fmt is Format.CSV:
        emit([row], list(row), fmt, shared.console)
    else:
        with paged(shared.console):
            _print(row, repost.removeprefix("a repost of "), shared.console)


def _print(row: Row, repost: str, console: Console) -> None:
    from rich.text import Text

    facts = {
        name: value for name, value in (_facts(row) | {"repost of": clean(repost)}).items() if value
    }
    width = max(map(len, facts)) + 2
    console.print(Text(short(row["title"]) or "(not read yet)", style="bold"), soft_wrap=True)
    for name, value in facts.items():
        console.print(
            Text(f"{name:<{width}}", style="dim").append(" ".join(value.split()), style="default"),
            soft_wrap=True,
        )
    if row["description"]:
        console.print()
        print_folded(Text(clean(str(row["description"]))), console)


def _facts(row: Row) -> dict[str, str]:
    named = {
        "posting": "posting",
        "company": "company",
        "url": "url",
        "state": "state",
        "location": "location",
        "department": "department",
        "employment_type": "employment type",
        "workplace": "workplace",
        "country": "country",
        "seniority": "seniority",
    }
    later = {
        "first_seen_at": "first seen",
        "last_seen_at": "last seen",
        "closed_at": "closed",
        "ats_first_published": "published",
        "ats_updated_at": "updated",
        "requisition": "requisition",
        "repost_of": "repost of",  # with the reason, where it is printed
        "version": "version",
    }
    from monitor.queries.roles import pay_of

    pay = _as_written(field_value("pay", pay_of(row)), row["pay_text"])
    deadline = _as_written(short(row["deadline_at"]), row["deadline_text"])
    first = {words: short(row[name]) for name, words in named.items()}
    return {
        **first,
        "pay": clean(pay),
        "deadline": deadline,
        **{words: short(row[name]) for name, words in later.items()},
    }


def _as_written(read: str, written: object) -> str:
    """Return the value, followed by the posting's own words if they differ."""
    words = short(written)
    if not words or words == read:
        return read
    return f"{read} (“{words}”)" if read else f"“{words}”"


def list_several(
    connection: Connection, text: str, found: Sequence[PostingRef], fmt: Format, console: Console
) -> None:
    """List the postings that `text` may mean, with a sentence on standard error."""
    from monitor.queries.describe import describe

    more = f", of which the newest {_MOST} are listed" if len(found) > _MOST else ""
    typer.echo(
        f"{len(found)} postings fit “{text}”{more}: name one of them by the last column", err=True
    )
    rows = [describe(connection, each) for each in found[:_MOST]]
    aged = [{**row, "age": age(row["first_seen_at"], now())} for row in rows]
    emit(aged, _SHOWN if fmt is Format.TABLE else _COLUMNS, fmt, console)
