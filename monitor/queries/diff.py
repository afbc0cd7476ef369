"""Compare a board with itself at an earlier moment: opened, closed and revised postings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, func, or_, select

from monitor.database.columns import AnyRow, to_the_minute
from monitor.database.json_values import one_of
from monitor.database.tables import CONTENT, Board, BoardCheck, Description, Posting, PostingVersion
from monitor.errors import UserError
from monitor.history.compare import differences
from monitor.history.contents import posting_from_row
from monitor.queries.view_tables import COVERAGE, Row, run_listing

COLUMNS = ("kind", "posting", "board", "company", "title", "url", "field", "old", "new", "version")


@dataclass(frozen=True, slots=True)
class BoardDiff:
    """Rows with `COLUMNS`, the first moment, and the number of open postings at both moments.

    `doubts` are sentences about moments at which the board's state is not known.
    """

    then: datetime
    open_then: int
    open_now: int
    rows: list[Row]
    doubts: list[str] = field(default_factory=list)


def diff_board(connection: Connection, board: str, then: datetime, now: datetime) -> BoardDiff:
    """Compare the board at `now` with `then`, or with its first check if that is later.

    Raises UserError when the board had no check before `now`.
    """
    first: datetime | None = connection.execute(_FIRST.where(Board.board == board)).scalar()
    if first is None or now < first:
        began = (
            "it was not checked yet"
            if first is None
            else f"its first check was at {to_the_minute(first)}"
        )
        raise UserError(f"nothing is known of {board} at {to_the_minute(now)}: {began}")
    younger = (
        [f"{board} was first checked at {to_the_minute(first)}: compared with that check"]
        if then < first
        else []
    )
    then = max(then, first)
    before, after = (_open_at(connection, board, moment) for moment in (then, now))
    doubts = younger + [
        doubt for moment in (then, now) if (doubt := _unknown_reason(connection, board, moment))
    ]
    return BoardDiff(then, len(before), len(after), list(_rows(connection, before, after)), doubts)


_FIRST = (
    select(func.min(BoardCheck.finished_at))
    .select_from(Board)
    .join(BoardCheck, BoardCheck.board_id == Board.id, isouter=True)
    .where(or_(BoardCheck.result.is_(None), BoardCheck.result != "failure"))
)


def _open_at(connection: Connection, board: str, moment: datetime) -> dict[int, int]:
    """Return the postings that were open then, as known today: version numbers by posting id."""
    version = PostingVersion
    valid = (
        version.valid_from <= moment,
        or_(version.valid_to.is_(None), version.valid_to > moment),
    )
    query = select(version.posting_id, version.number).join(Posting).join(Board)
    return {
        row.posting_id: row.number
        for row in connection.execute(query.where(Board.board == board, *valid))
    }


def _unknown_reason(connection: Connection, board: str, moment: datetime) -> str:
    """Return why the board's state at that moment is not known, or "" if it is."""
    here = (
        COVERAGE.c.board == board,
        COVERAGE.c.from_at <= moment,
        or_(COVERAGE.c.to_at.is_(None), COVERAGE.c.to_at > moment),
    )
    stretches = run_listing(
        connection, select(COVERAGE.c.known, COVERAGE.c.from_at, COVERAGE.c.to_at).where(*here)
    ).rows
    if stretches and stretches[0]["known"]:
        return ""
    span = "since it was not watched any more"
    if stretches:
        until = f" until {to_the_minute(stretches[0]['to_at'])}" if stretches[0]["to_at"] else ""
        span = f"nor at any time after {to_the_minute(stretches[0]['from_at'])}{until}"
    return (
        f"the state of {board} at {to_the_minute(moment)} is not known, {span}: shown is what "
        "was known last"
    )


def _rows(
    connection: Connection, before: Mapping[int, int], after: Mapping[int, int]
) -> Iterator[Row]:
    """Yield opened, then closed, then revised postings with a row for each field, each by title."""
    opened = _contents(
        connection, {posting: number for posting, number in after.items() if posting not in before}
    )
    closed = _contents(
        connection, {posting: number for posting, number in before.items() if posting not in after}
    )
    changed = {
        posting for posting, number in after.items() if before.get(posting, number) != number
    }
    old, new = (
        _contents(connection, {posting: numbers[posting] for posting in changed})
        for numbers in (before, after)
    )
    yield from (_row("opened", row) for row in _by_title(opened))
    yield from (_row("closed", row) for row in _by_title(closed))
    for row in _by_title(new):
        for change in differences(posting_from_row(old[row.posting_id]), posting_from_row(row)):
            yield _row("revised", row) | {
                "field": change.field,
                "old": change.old or None,
                "new": change.new or None,
            }


def _contents(connection: Connection, numbers: Mapping[int, int]) -> dict[int, AnyRow]:
    """Return the contents of those versions by posting id."""
    query = select(
        *CONTENT,
        Description.text,
        Posting.key,
        Board.board,
        func.coalesce(Posting.company, Board.company).label("company"),
    )
    rows = connection.execute(
        query.join(Posting, Posting.id == PostingVersion.posting_id)
        .join(Board, Board.id == Posting.board_id)
        .join(Description, Description.digest == PostingVersion.description_digest)
        .where(one_of(PostingVersion.posting_id, numbers))
    )
    return {row.posting_id: row for row in rows if row.number == numbers[row.posting_id]}


def _by_title(contents: Mapping[int, AnyRow]) -> Sequence[AnyRow]:
    return sorted(contents.values(), key=lambda row: (row.title.casefold(), row.key))


def _row(kind: str, row: AnyRow) -> Row:
    return {
        "kind": kind,
        "posting": f"{row.board}:{row.key}",
        "board": row.board,
        "company": row.company,
        "title": row.title,
        "url": row.url,
        "field": None,
        "old": None,
        "new": None,
        "version": row.number,
    }
