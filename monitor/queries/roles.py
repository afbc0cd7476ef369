"""Search postings, and describe one posting in full."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    SQLColumnExpression,
    and_,
    func,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from crawler.items import Pay
from monitor.config.model import Rule
from monitor.database.engine import to_the_minute
from monitor.database.json_values import one_of
from monitor.database.search import matches_words
from monitor.database.tables import (
    Board,
    BoardCheck,
    Description,
    Posting,
    PostingChange,
    PostingVersion,
    Saved,
    SearchText,
)
from monitor.errors import UserError
from monitor.history.compare import pay_words
from monitor.queries.moved import left_behind
from monitor.queries.resolve import PostingRef
from monitor.queries.view_tables import (
    POSTINGS,
    VERSIONS,
    Listing,
    Row,
    all_columns,
    reader,
    run_listing,
)
from monitor.rules.candidates import candidate_columns, candidate_from_row, fits_all

Status = Literal["open", "closed", "all"]

_OWN_COLUMNS = (
    "title",
    "location",
    "department",
    "employment_type",
    "workplace",
    "pay_min",
    "pay_max",
    "pay_currency",
    "pay_period",
)
# what a version has of its own
CONTENT = (*_OWN_COLUMNS, "pay_text", "deadline_at", "deadline_text", "url")


@dataclass(frozen=True, slots=True)
class RoleFilter:
    """Which postings to return.

    `since`: first seen since then, or for closed ones closed since then.
    """

    boards: tuple[str, ...] = ()  # empty: every board
    status: Status = "open"
    since: datetime | None = None
    rules: tuple[Rule, ...] = ()  # all of them fit
    saved: bool = False  # somebody saved it in Slack
    saved_by: str | None = None  # this Slack user saved it
    text: str | None = None  # words of its title and description
    limit: int | None = None


def find_roles(connection: Connection, wanted: RoleFilter) -> Listing:
    """Return rows of `postings`, newest first."""
    if wanted.rules:
        return _fitting(connection, wanted)
    conditions = (
        _conditions(connection, wanted)
        if wanted.text is None
        else [POSTINGS.c.posting.in_(_first_with_words(connection, wanted))]
    )
    statement = (
        select(all_columns("postings"))
        .select_from(POSTINGS)
        .where(*conditions)
        .order_by(*_newest_first())
    )
    return run_listing(connection, statement.limit(wanted.limit))


def _newest_first() -> tuple[ColumnElement[Any], ...]:
    return POSTINGS.c.first_seen_at.desc(), POSTINGS.c.posting


def _conditions(connection: Connection, wanted: RoleFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.boards:
        conditions.append(one_of(POSTINGS.c.board, wanted.boards))
    if wanted.status != "all":
        conditions.append(POSTINGS.c.state == wanted.status)
    if wanted.status == "open" and (left := left_behind(connection)):
        conditions.append(~one_of(POSTINGS.c.board, left))
    if wanted.since is not None:
        conditions.append(
            _since(wanted.status, wanted.since, POSTINGS.c.first_seen_at, POSTINGS.c.closed_at)
        )
    if wanted.saved or wanted.saved_by is not None:
        conditions.append(_saved(wanted.saved_by, POSTINGS.c.posting))
    if wanted.text is not None:
        conditions.append(
            POSTINGS.c.posting.in_(_with_words(connection, wanted.text, wanted.status))
        )
    return conditions


def _since(
    status: Status,
    since: datetime,
    first_seen: SQLColumnExpression[Any],
    closed: SQLColumnExpression[Any],
) -> ColumnElement[bool]:
    seen, gone = first_seen >= since, closed >= since
    return {"open": seen, "closed": gone, "all": or_(seen, gone)}[status]


def _saved(user_id: str | None, name: SQLColumnExpression[str]) -> ColumnElement[bool]:
    mine = [] if user_id is None else [Saved.user_id == user_id]
    saved = select(_saved_posting.name).join(Saved, Saved.posting_id == _saved_posting.id)
    return name.in_(saved.where(*mine))


_saved_posting = aliased(Posting)


def _with_words(connection: Connection, words: str, status: Status) -> Select[str]:
    """Select the names of postings whose newest title and description have those words.

    The texts are found first: neither database expects them to be few. Versions of open postings
    are the valid ones.
    """
    texts = select(SearchText.title, SearchText.description_digest).where(
        matches_words(connection, words)
    )
    found = texts.cte("found").prefix_with("MATERIALIZED")
    version = PostingVersion
    newest = and_(
        version.description_digest == found.c.description_digest,
        version.title == found.c.title,
        ~version.superseded,
    )
    query = (
        select(Posting.name)
        .select_from(found)
        .join(version, newest)
        .join(Posting, Posting.id == version.posting_id)
    )
    if status == "all":
        return query
    return query.where(
        version.valid_to.is_(None) if status == "open" else version.valid_to.is_not(None)
    )


def _first_with_words(connection: Connection, wanted: RoleFilter) -> Select[str]:
    """Select the names of the postings to list, so that the view is asked for those alone."""
    query = _with_words(connection, str(wanted.text), wanted.status)
    conditions: list[ColumnElement[bool]] = []
    left = left_behind(connection) if wanted.status == "open" else []
    if wanted.boards or left:
        query = query.join(Board, Board.id == Posting.board_id)
    if wanted.boards:
        conditions.append(one_of(Board.board, wanted.boards))
    if left:
        conditions.append(~one_of(Board.board, left))
    if wanted.since is not None:
        conditions.append(
            _since(wanted.status, wanted.since, Posting.first_seen_at, Posting.closed_at)
        )
    if wanted.saved or wanted.saved_by is not None:
        conditions.append(_saved(wanted.saved_by, Posting.name))
    return (
        query.where(*conditions)
        .order_by(Posting.first_seen_at.desc(), Posting.name)
        .limit(wanted.limit)
    )


def _fitting(connection: Connection, wanted: RoleFilter) -> Listing:
    """Return the rows of `find_roles` that the rules fit.

    The columns that rules read follow the view's columns in each row and are cut off.
    """
    source = (
        POSTINGS.join(Posting, Posting.name == POSTINGS.c.posting)
        .join(Board, Board.id == Posting.board_id)
        .join(
            PostingVersion,
            and_(PostingVersion.posting_id == Posting.id, PostingVersion.number == Posting.version),
        )
        .join(Description, Description.digest == PostingVersion.description_digest)
    )
    read = candidate_columns(wanted.rules)
    statement = (
        select(all_columns("postings"), *read)
        .select_from(source)
        .where(*_conditions(connection, wanted))
    )
    found = run_listing(connection, statement.order_by(*_newest_first()))
    columns = found.columns[: -len(read)]
    fits = fits_all(wanted.rules)
    fitting = (
        {name: row[name] for name in columns} for row in found.rows if fits(candidate_from_row(row))
    )
    return Listing(columns, list(islice(fitting, wanted.limit)))


def describe(
    connection: Connection,
    found: PostingRef,
    version: int | None = None,
    as_of: datetime | None = None,
) -> Row:
    """Return the columns of `postings` and `description`, None if it could never be read.

    With a version, or with the moment `as_of`, the content is that version's. Raises UserError when
    there is none.
    """
    here = (POSTINGS.c.board == found.board, POSTINGS.c.key == found.key)
    row = run_listing(
        connection, select(all_columns("postings")).select_from(POSTINGS).where(*here)
    ).rows[0]
    versions = _versions(connection, found)
    if as_of is not None:
        return _as_of(connection, found, row, versions, as_of)
    wanted = version if version is not None else row["version"]
    content = next((each for each in versions if each["version"] == wanted), None)
    if content is None and version is not None:
        raise UserError(f"{found.posting} has no version {version}: it has {_span(versions)}")
    return _with_content(row, content)


def _versions(connection: Connection, found: PostingRef) -> Sequence[Row]:
    here = (VERSIONS.c.board == found.board, VERSIONS.c.posting == found.posting)
    statement = select(
        all_columns("posting_versions"),
        VERSIONS.c.valid_from.label("from_at"),
        VERSIONS.c.valid_to.label("to_at"),
    )
    return run_listing(
        connection, statement.select_from(VERSIONS).where(*here).order_by(VERSIONS.c.version)
    ).rows


def _span(versions: Sequence[Row]) -> str:
    return (
        f"versions 1 to {len(versions)}"
        if len(versions) > 1
        else f"{len(versions)} version{'' if len(versions) == 1 else 's'}"
    )


def _with_content(row: Row, content: Row | None) -> Row:
    if content is None:
        return {**row, "description": None}
    return {
        **row,
        **{name: content[name] for name in CONTENT},
        "version": content["version"],
        "description": content["description"],
    }


def _as_of(
    connection: Connection, found: PostingRef, row: Row, versions: Sequence[Row], moment: datetime
) -> Row:
    """Return the posting as it was known at that moment. The ATS's own times are today's."""
    begun = [version for version in versions if version["from_at"] <= moment]
    if not begun:
        raise UserError(
            f"{row['posting']} was not known at {to_the_minute(moment)}: it was first seen at "
            f"{_first(versions)}"
        )
    content = begun[-1]
    ended = content["to_at"] is not None and content["to_at"] <= moment
    state = (
        {"state": "closed", "closed_at": content["to_at"]}
        if ended
        else {"state": "open", "closed_at": None}
    )
    return {
        **_with_content(row, content),
        **state,
        "last_seen_at": _last_seen(connection, found, row, content["from_at"], moment),
    }


def _last_seen(
    connection: Connection, found: PostingRef, row: Row, begun: datetime, moment: datetime
) -> datetime:
    """Return the time of the last check by that moment that saw the posting.

    `begun` is when the content of that moment began. The next closing says until when it was seen.
    """
    looks = select(func.max(BoardCheck.finished_at)).join(
        Posting, Posting.board_id == BoardCheck.board_id
    )
    looked = connection.scalar(
        looks.where(
            Posting.id == found.id, BoardCheck.result != "failure", BoardCheck.finished_at <= moment
        )
    )
    closing = select(PostingChange.not_before).where(
        PostingChange.posting_id == found.id, PostingChange.kind == "closed"
    )
    missed = connection.scalar(
        closing.where(PostingChange.at > begun).order_by(PostingChange.at).limit(1)
    )
    last: Any = missed or reader("last_seen_at")(row["last_seen_at"])
    seen: datetime = last if looked is None else min(looked, last)
    return seen


def _first(versions: Sequence[Row]) -> str:
    return to_the_minute(versions[0]["from_at"]) if versions else "a later time"


def pay_of(row: Mapping[str, object]) -> str:
    """Return a row's pay as a change shows it, "" for none."""
    pay: Any = [row[f"pay_{part}"] for part in ("min", "max", "currency", "period", "text")]
    return pay_words(Pay(*pay)) if any(part is not None for part in pay) else ""
