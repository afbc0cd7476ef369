"""`roles` and `show`: list postings, and show one in full."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import completion
from monitor.cli.common import now, state
from monitor.cli.marking import print_folded
from monitor.cli.output import Format, FormatOption, Row, age, clean, emit, emit_object, short
from monitor.cli.pager import paged
from monitor.cli.times import optional_time

if TYPE_CHECKING:
    from rich.console import Console
    from sqlalchemy import Connection

    from monitor.config.model import Rule, Settings
    from monitor.queries.roles import RoleFilter

BoardOption = Annotated[
    list[str] | None,
    typer.Option(
        "--board",
        metavar="BOARD",
        help="Only this board. Can be repeated.",
        autocompletion=completion.boards,
    ),
]
RuleOption = Annotated[
    list[str] | None,
    typer.Option(
        "--rule",
        metavar="NAME",
        help="Only postings that fit this rule.",
        autocompletion=completion.rules,
    ),
]
PostingArgument = Annotated[
    str,
    typer.Argument(
        metavar="POSTING",
        help="ats:token:key, its URL, or its key if only one board has it.",
        autocompletion=completion.postings,
    ),
]


class Status(StrEnum):
    """Postings by state."""

    OPEN = "open"
    CLOSED = "closed"
    ALL = "all"


_COLUMNS = ("title", "company", "location", "pay", "age", "deadline", "closed", "posting")
_MILLIONS, _THOUSANDS = re.compile(r"(?<=\d)000000\b"), re.compile(r"(?<=\d)000\b")
_A_YEAR = "/year"
# columns that are left out of a table when no row has them
_OPTIONAL = frozenset({"pay", "deadline", "closed"})


def roles(
    ctx: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="WORDS",
            help="Words of the title or company. Quote a phrase, as in a rule.",
            show_default=False,
        ),
    ] = None,
    *,
    board: BoardOption = None,
    status: Annotated[Status, typer.Option(help="Open, closed or all postings.")] = Status.OPEN,
    location: Annotated[
        list[str] | None,
        typer.Option(metavar="PLACE", help="Only at this place. If repeated, at one of them."),
    ] = None,
    rule: RuleOption = None,
    text: Annotated[
        str | None,
        typer.Option(
            metavar="WORDS",
            help='Words of title or description: "two words" in a row, kern* as a beginning.',
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Only postings first seen (or, with --status closed, closed) since TIME.",
        ),
    ] = None,
    saved: Annotated[
        bool, typer.Option("--saved", help="Only postings that somebody saved in Slack.")
    ] = False,
    saved_by: Annotated[
        str | None,
        typer.Option(metavar="USER", help="Only postings that this Slack user (U…) saved."),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Maximum number of rows.")
    ] = None,
    fmt: FormatOption = Format.TABLE,
) -> None:
    """List postings: open ones by default."""
    from monitor.database.engine import read_transaction
    from monitor.queries.resolve import find_board
    from monitor.queries.roles import RoleFilter, find_roles
    from monitor.queries.search import search

    shared = state(ctx)
    rules = [*search(words or [], location or []), *named_rules(shared.settings, rule or [])]
    after = optional_time(since, now())
    with read_transaction(shared.history()) as connection:
        boards = tuple(find_board(connection, name) for name in board or [])
        wanted = RoleFilter(boards, status.value, after, tuple(rules), saved, saved_by, text, limit)
        found = find_roles(connection, wanted)
        asked = [*(words or []), *([text] if text else [])]
        empty = (
            _nothing(connection, wanted, asked, location or [], since)
            if fmt is Format.TABLE and not found.rows
            else ""
        )
    if fmt is Format.TABLE:
        rows = [_table_row(row, now(), brief=shared.console.is_terminal) for row in found.rows]
        used = [
            name for name in _COLUMNS if name not in _OPTIONAL or any(row[name] for row in rows)
        ]
        labels = _yearly(rows) if shared.console.is_terminal else {}
        emit(rows, used, fmt, shared.console, empty=empty, labels=labels)
    else:
        emit(found.rows, found.columns, fmt, shared.console)


def _nothing(
    connection: Connection,
    wanted: RoleFilter,
    words: Sequence[str],
    places: Sequence[str],
    since: str | None,
) -> str:
    """Return the sentence of an empty list, with a spelling and whether closed roles fit."""
    from monitor.cli.emptiness import no_match
    from monitor.queries.roles import find_roles
    from monitor.queries.search import SEARCH
    from monitor.queries.spelling import spelling

    what = "role" if wanted.status == "all" else f"{wanted.status} role"
    rules = [rule.name for rule in wanted.rules if rule.name != SEARCH]
    filters = {
        "matches": words,
        "fits the rule": rules,
        "is on": ", ".join(wanted.boards),
        "is in": places,
    }
    saved = {"is saved": "by anybody" if wanted.saved else ""} | {"is saved by": wanted.saved_by}
    seen = "was first seen since" if wanted.status == "open" else "was seen or closed since"
    line = no_match(
        what, filters | saved | {seen: since}, spelling(connection, words) if words else None
    )
    closed = (
        find_roles(connection, replace(wanted, status="closed", limit=None)).rows
        if wanted.status == "open" and words
        else []
    )
    fit = "1 closed role fits" if len(closed) == 1 else f"{len(closed):,} closed roles fit"
    return f"{line} ({fit}: --status closed)" if closed else line


def named_rules(settings: Settings, names: Sequence[str]) -> list[Rule]:
    """Return the configured rules of those names. Raises UserError for an unknown one."""
    from monitor.errors import UserError

    rules = {rule.name: rule for rule in settings.rules}
    for name in names:
        if name not in rules:
            raise UserError(
                f"no rule {name!r} in {settings.file}: there is {', '.join(rules) or 'none'}"
            )
    return [rules[name] for name in names]


def _table_row(row: Row, moment: datetime, *, brief: bool) -> dict[str, object]:
    """Return the row for a table. `brief` shortens pay and deadline."""
    from monitor.queries.roles import pay_of

    deadline = row["deadline_at"] or row["deadline_text"]
    return {
        "title": row["title"],
        "company": row["company"],
        "location": row["location"],
        "pay": brief_pay(pay_of(row)) if brief else pay_of(row),
        "age": age(row["first_seen_at"], moment),
        "deadline": _day(deadline) if brief and row["deadline_at"] else deadline,
        "closed": _day(row["closed_at"]),
        "posting": row["posting"],
        "url": row["url"],
    }


def _yearly(rows: Sequence[dict[str, object]]) -> dict[str, object]:
    """Name the period in the column's head, and not in its cells, if all pay is yearly."""
    pays = [str(row["pay"]) for row in rows if row["pay"]]
    if not pays or not all(pay.endswith(_A_YEAR) for pay in pays):
        return {}
    for row in rows:
        row["pay"] = str(row["pay"]).removesuffix(_A_YEAR)
    return {"pay": f"pay{_A_YEAR}"}


def brief_pay(pay: str) -> str:
    """Return `133000-240000 USD/year` as `133k-240k USD/year`."""
    return _THOUSANDS.sub("k", _MILLIONS.sub("M", pay))


def _day(instant: object) -> str:
    return short(instant)[: len("2026-03-01")]


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
    from monitor.queries.reposts import repost_words
    from monitor.queries.resolve import find_posting
    from monitor.queries.roles import describe

    if version is not None and as_of is not None:
        raise UserError("give --version or --as-of, not both")
    shared = state(ctx)
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

    pay = _as_written(pay_of(row), row["pay_text"])
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
