"""`roles`: list postings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.arguments import BoardOption, LimitOption, RuleOption
from monitor.cli.common import now, reading_state
from monitor.cli.output import Format, FormatOption, Row, emit
from monitor.text.places import format_places, split_places
from monitor.text.times import optional_time, since_words
from monitor.text.values import age, field_value, short

if TYPE_CHECKING:
    from rich.console import Console
    from sqlalchemy import Connection

    from monitor.queries.roles import RoleFilter


class Status(StrEnum):
    """Postings by state."""

    OPEN = "open"
    CLOSED = "closed"
    ALL = "all"


_COLUMNS = ("title", "company", "location", "pay", "age", "deadline", "closed", "posting")
# columns that are left out of a table when no row has them
_OPTIONAL = frozenset({"pay", "deadline", "closed"})


WordsArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="WORDS",
        help="Words of the title or company. Quote a phrase, as in a rule.",
        show_default=False,
    ),
]
StatusOption = Annotated[Status, typer.Option(help="Open, closed or all postings.")]
LocationOption = Annotated[
    list[str] | None,
    typer.Option(metavar="PLACE", help="Only at this place. If repeated, at one of them."),
]
TextOption = Annotated[
    str | None,
    typer.Option(
        metavar="WORDS",
        help='Words of title or description: "two words" in a row, kern* as a beginning.',
    ),
]
SinceOption = Annotated[
    str | None,
    typer.Option(
        metavar="TIME",
        help="Only postings first seen (or, with --status closed, closed) since TIME.",
    ),
]
SavedOption = Annotated[
    bool, typer.Option("--saved", help="Only postings that somebody saved in Slack.")
]
SavedByOption = Annotated[
    str | None,
    typer.Option(metavar="USER", help="Only postings that this Slack user (U…) saved."),
]


def roles(
    ctx: typer.Context,
    words: WordsArgument = None,
    *,
    board: BoardOption = None,
    status: StatusOption = Status.OPEN,
    location: LocationOption = None,
    rule: RuleOption = None,
    text: TextOption = None,
    since: SinceOption = None,
    saved: SavedOption = False,
    saved_by: SavedByOption = None,
    limit: LimitOption = None,
    fmt: FormatOption = Format.TABLE,
) -> None:
    """List postings: open ones by default."""
    from monitor.database.engine import read_transaction
    from monitor.queries.resolve import find_board
    from monitor.queries.roles import RoleFilter, find_roles, rule_of_words

    shared = reading_state(ctx)
    typed = rule_of_words(words or [], location or [])
    rules = (*([typed] if typed else []), *shared.settings.named_rules(rule or []))
    after = optional_time(since, now())
    empty = ""
    with read_transaction(shared.history()) as connection:
        boards = tuple(find_board(connection, name) for name in board or [])
        wanted = RoleFilter(boards, status.value, after, rules, saved, saved_by, text, limit)
        found = find_roles(connection, wanted, described=fmt is not Format.TABLE)
        if fmt is Format.TABLE and not found.rows:
            asked = [*(words or []), *([text] if text else [])]
            empty = _nothing(connection, wanted, asked, location or [], since)
    if fmt is Format.TABLE:
        _print_table(found.rows, empty, shared.console)
    else:
        emit(found.rows, found.columns, fmt, shared.console)


def _print_table(found: Sequence[Row], empty: str, console: Console) -> None:
    """Print the rows without the columns that none of them has."""
    rows = [_table_row(row, now(), brief=console.is_terminal) for row in found]
    used = [name for name in _COLUMNS if name not in _OPTIONAL or any(row[name] for row in rows)]
    emit(rows, used, Format.TABLE, console, empty=empty)


def _nothing(
    connection: Connection,
    wanted: RoleFilter,
    words: Sequence[str],
    places: Sequence[str],
    since: str | None,
) -> str:
    """Return the sentence of an empty list, with a spelling and whether closed roles fit."""
    from monitor.queries.roles import SEARCH, find_roles
    from monitor.queries.titles import spelling
    from monitor.text.values import no_match

    what = "role" if wanted.status == "all" else f"{wanted.status} role"
    rules = [rule.name for rule in wanted.rules if rule.name != SEARCH]
    filters = {
        "matches": words,
        "fits the rule": rules,
        "is on": ", ".join(wanted.boards),
        "is in": places,
    }
    saved = {"is saved": "by anybody" if wanted.saved else ""} | {"is saved by": wanted.saved_by}
    seen = "was first seen" if wanted.status == "open" else "was seen or closed"
    line = no_match(
        what,
        filters | saved | {seen: since_words(since) if since else None},
        spelling(connection, words) if words else None,
    )
    closed = (
        find_roles(connection, replace(wanted, status="closed", limit=None)).rows
        if wanted.status == "open" and words
        else []
    )
    fit = "1 closed role fits" if len(closed) == 1 else f"{len(closed):,} closed roles fit"
    return f"{line} ({fit}: --status closed)" if closed else line


def _table_row(row: Row, moment: datetime, *, brief: bool) -> dict[str, object]:
    """Return the row for a table. `brief` shortens the deadline."""
    from monitor.queries.roles import pay_of

    deadline = row["deadline_at"] or row["deadline_text"]
    location, workplace = str(row["location"] or ""), str(row["workplace"] or "")
    return {
        "title": row["title"],
        "company": row["company"],
        "location": format_places(split_places(location), workplace),
        "pay": field_value("pay", pay_of(row)),
        "age": age(row["first_seen_at"], moment),
        "deadline": _day(deadline) if brief and row["deadline_at"] else deadline,
        "closed": _day(row["closed_at"]),
        "posting": row["posting"],
        "url": row["url"],
    }


def _day(instant: object) -> str:
    return short(instant)[: len("2026-03-01")]
