"""`changes` and `history`: changes of all boards, and of one posting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.arguments import BoardOption, LimitOption, RuleOption, complete_postings
from monitor.cli.common import now, reading_state
from monitor.cli.marking import field_change, in_color, print_folded
from monitor.cli.output import Format, FormatOption, Row, emit, paged
from monitor.text.times import parse_time, since_words
from monitor.text.values import clean, field_value, no_match, short, shortened

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text
    from sqlalchemy import Connection

    from monitor.queries.resolve import PostingRef
    from monitor.queries.view_tables import Listing

_COLUMNS = ("at", "kind", "title", "company", "posting", "what")
_LONGEST = 60  # characters of an old or a new value in a table
_STYLES = {"opened": "green", "reopened": "green", "closed": "red", "revised": "yellow"}


class Kind(StrEnum):
    """The kinds of changes."""

    OPENED = "opened"
    REVISED = "revised"
    CLOSED = "closed"
    REOPENED = "reopened"


def changes(
    ctx: typer.Context,
    *,
    since: Annotated[str, typer.Option(metavar="TIME", help="Only changes since TIME.")] = "7d",
    board: BoardOption = None,
    kind: Annotated[
        list[Kind] | None,
        typer.Option(
            metavar="KIND", help="Only opened, revised, closed or reopened. Can be repeated."
        ),
    ] = None,
    rule: RuleOption = None,
    limit: LimitOption = None,
    fmt: FormatOption = Format.TABLE,
) -> None:
    """List changes, newest first."""
    from monitor.database.engine import read_transaction
    from monitor.queries.changes import ChangeFilter, find_changes
    from monitor.queries.describe import repost_words
    from monitor.queries.resolve import find_board

    shared = reading_state(ctx)
    rules = tuple(shared.settings.named_rules(rule or []))
    after = parse_time(since, now())
    with read_transaction(shared.history()) as connection:
        boards = tuple(find_board(connection, name) for name in board or [])
        found = find_changes(
            connection,
            ChangeFilter(boards, tuple(each.value for each in kind or ()), after, rules, limit),
        )
        reposts = repost_words(connection, _opened(found))
    if fmt is Format.TABLE:
        rows = [{**row, "what": _what(row, reposts)} for row in found.rows]
        asked = {"is on": ", ".join(boards), "fits the rule": rule or []}
        emit(
            rows,
            _COLUMNS,
            fmt,
            shared.console,
            empty=no_match(f"{_kinds(kind)} {since_words(since)}", asked).removesuffix(" yet"),
        )
    else:
        emit(found.rows, found.columns, fmt, shared.console)


def _kinds(kinds: Sequence[Kind] | None) -> str:
    """Return `change`, or `opened or closed role`."""
    return f"{' or '.join(each.value for each in kinds)} role" if kinds else "change"


def _opened(found: Listing) -> list[str]:
    return [str(row["posting"]) for row in found.rows if row["kind"] == "opened"]


def _what(row: Row, reposts: Mapping[str, str]) -> str:
    """Return `location: London → Mountain View`.

    A description only says that it was edited, an opening that it repeats another posting.
    """
    if row["field"] is None:
        return clean(reposts.get(str(row["posting"]), "")) if row["kind"] == "opened" else ""
    if row["field"] == "description":
        return "description edited"
    field = str(row["field"])
    old, new = (
        shortened(field_value(field, row[name]), _LONGEST) or "none" for name in ("old", "new")
    )
    return f"{field}: {old} → {new}"


def history(
    ctx: typer.Context,
    posting: Annotated[
        str,
        typer.Argument(
            metavar="POSTING",
            help="ats:token:key, its URL, its key, or its title or part of one.",
            autocompletion=complete_postings,
        ),
    ],
    fmt: FormatOption = Format.TABLE,
) -> None:
    """Show the history of one posting, with edits of its description word by word."""
    from monitor.cli.show import list_several
    from monitor.database.engine import read_transaction
    from monitor.queries.changes import timeline
    from monitor.queries.moved import former_lives
    from monitor.queries.titles import find_by_name_or_title

    shared = reading_state(ctx)
    with read_transaction(shared.history()) as connection:
        several = find_by_name_or_title(connection, posting)
        if len(several) > 1:
            list_several(connection, posting, several, fmt, shared.console)
            return
        lives = [*former_lives(connection, several[0]), several[0]]
        if fmt is not Format.TABLE:
            happened = [timeline(connection, life) for life in lives]
            emit(
                [row for life in happened for row in life.rows],
                happened[0].columns,
                fmt,
                shared.console,
            )
            return
        stories = [_story(connection, life, shared.console) for life in lives]
    with paged(shared.console):
        for line in _together(stories):
            print_folded(line, shared.console)


def _together(lives: Sequence[Sequence[Text]]) -> Iterator[Text]:
    """Return the role's postings on all boards, the earliest first."""
    from rich.text import Text

    for number, life in enumerate(lives):
        yield from ([Text()] if number else [])
        yield from life


def _story(connection: Connection, found: PostingRef, console: Console) -> list[Text]:
    """Return one posting's history, and its posting on the new board if that moved."""
    from rich.text import Text

    from monitor.queries.changes import timeline, versions
    from monitor.queries.describe import describe, repost_words
    from monitor.queries.moved import next_life

    happened, contents = timeline(connection, found), versions(connection, found)
    repost = repost_words(connection, [found.posting]).get(found.posting, "")
    later = next_life(connection, found)
    lines = list(_lines(describe(connection, found), happened, contents, repost, console))
    return (
        [*lines, Text(f"\nIts board has moved: it continues as {later}.", style="dim")]
        if later
        else lines
    )


def _lines(
    row: Row, happened: Listing, contents: Listing, repost: str, console: Console
) -> Iterator[Text]:
    from rich.text import Text

    yield Text(short(row["title"]) or "(not read yet)", style="bold")
    yield Text(
        clean(f"{row['company']} · {row['posting']} · {row['state']}\n{row['url'] or ''}"),
        style="dim",
    )
    if not any(change["kind"] == "opened" for change in happened.rows):
        yield _headline(
            row["first_seen_at"],
            "first seen",
            1,
            repost or "it was open before its board was watched",
        )
    texts = {version["version"]: str(version["description"] or "") for version in contents.rows}
    moment: tuple[object, object] | None = None
    for change in happened.rows:
        if moment != (change["at"], change["kind"]):
            moment = (change["at"], change["kind"])
            yield _headline(
                change["at"],
                str(change["kind"]),
                change["version"],
                repost if change["kind"] == "opened" else _last_seen(change),
            )
        if change["field"] is not None:
            yield from (
                Text("  ").append_text(line)
                for line in _revision(change, texts, marked=not in_color(console))
            )


def _headline(at: object, kind: str, version: object, note: str) -> Text:
    from rich.text import Text

    text = (
        Text(f"\n{short(at)}  ")
        .append(kind, style=_STYLES.get(kind, "bold"))
        .append(f"  version {version}", style="dim")
    )
    return text.append(clean(f"  ({note})"), style="dim") if note else text


def _last_seen(change: Row) -> str:
    return (
        f"last seen {short(change['not_before'])}"
        if change["kind"] == "closed" and change["not_before"]
        else ""
    )


def _revision(change: Row, texts: dict[int, str], *, marked: bool) -> list[Text]:
    """Return the field's old and new value. A description's texts come from its versions."""
    if change["field"] != "description":
        return field_change(str(change["field"]), change["old"], change["new"], marked=marked)
    version = int(str(change["version"]))
    return field_change("description", texts.get(version - 1), texts.get(version), marked=marked)
