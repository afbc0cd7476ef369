"""Find postings by words, rules, boards, state and time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Literal, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, SQLColumnExpression, and_, or_, select
from sqlalchemy.orm import aliased

from crawler.items import Pay
from monitor.config.model import Rule
from monitor.database.columns import table
from monitor.database.json_values import one_of
from monitor.database.search import matches_words
from monitor.database.tables import (
    NEWEST_VERSION,
    Board,
    Description,
    Posting,
    PostingVersion,
    Saved,
    SearchText,
)
from monitor.errors import UserError
from monitor.history.compare import pay_words
from monitor.queries.view_tables import POSTINGS, Listing, columns_without, run_listing
from monitor.rules.candidates import candidate_columns, candidate_from_row, fits_all
from monitor.rules.prefilter import may_fit
from monitor.text.phrases import Phrase

Status = Literal["open", "closed", "all"]
SEARCH = "search"  # the name of a rule that typed words make
_NAME = POSTINGS.c.posting.label("fitting")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RoleFilter:
    """Conditions on postings.

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


def rule_of_words(words: Sequence[str], places: Sequence[str] = ()) -> Rule | None:
    """Return a rule that needs each of the words in title or company, at one of the places.

    Words fit as in any rule: whole words, plurals, `Research Scientist/Engineer`.
    None without words and places. Raises UserError for a phrase that cannot be read.
    """
    if not words and not places:
        return None
    rule = Rule(
        name=SEARCH, all=tuple(words), read_in=("title", "company"), locations=tuple(places)
    )
    for written in (*words, *places):
        _refuse_unreadable(written)
    return rule


def _refuse_unreadable(written: str) -> None:
    try:
        Phrase(written)
    except ValueError as error:
        raise UserError(f"{written!r} {error}") from error


def find_roles(connection: Connection, wanted: RoleFilter, *, described: bool = False) -> Listing:
    """Return rows of `postings`, newest first. The description is there if `described`."""
    columns = columns_without(connection, "postings", *(() if described else ("description",)))
    if wanted.rules:
        return _fitting(connection, wanted, columns)
    conditions = (
        _conditions(connection, wanted)
        if wanted.text is None
        else [POSTINGS.c.posting.in_(_first_with_words(connection, wanted))]
    )
    statement = select(*columns).select_from(POSTINGS).where(*conditions).order_by(*_newest_first())
    return run_listing(connection, statement.limit(wanted.limit))


def _newest_first() -> tuple[ColumnElement[Any], ...]:
    return POSTINGS.c.first_seen_at.desc(), POSTINGS.c.posting


class _Columns(NamedTuple):
    """The columns that a list is filtered by."""

    name: SQLColumnExpression[str]
    board: ColumnElement[str]
    first_seen_at: SQLColumnExpression[Any]
    closed_at: SQLColumnExpression[Any]


_OF_VIEW = _Columns(
    POSTINGS.c.posting, POSTINGS.c.board, POSTINGS.c.first_seen_at, POSTINGS.c.closed_at
)
_OF_TABLES = _Columns(Posting.name, table(Board).c.board, Posting.first_seen_at, Posting.closed_at)


def _conditions(connection: Connection, wanted: RoleFilter) -> list[ColumnElement[bool]]:
    """Return the conditions on the view."""
    conditions = _shared_conditions(wanted, _left_behind(connection, wanted), _OF_VIEW)
    if wanted.status != "all":
        conditions.append(POSTINGS.c.state == wanted.status)
    if wanted.text is not None:
        conditions.append(
            POSTINGS.c.posting.in_(names_with_words(connection, wanted.text, wanted.status))
        )
    return conditions


def _shared_conditions(
    wanted: RoleFilter, left: Sequence[str], columns: _Columns
) -> list[ColumnElement[bool]]:
    """Return the conditions on boards, time and saved roles. `left`: boards to leave out."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.boards:
        conditions.append(one_of(columns.board, wanted.boards))
    if left:
        conditions.append(~one_of(columns.board, left))
    if wanted.since is not None:
        conditions.append(_since(wanted.status, wanted.since, columns))
    if wanted.saved or wanted.saved_by is not None:
        conditions.append(_saved(wanted.saved_by, columns.name))
    return conditions


def _left_behind(connection: Connection, wanted: RoleFilter) -> list[str]:
    return left_behind(connection) if wanted.status == "open" else []


_successor = aliased(Board)


def left_behind(connection: Connection) -> list[str]:
    """Return the unwatched boards whose employer's new board was read.

    Their roles are listed there. A listing asks this first, and needs no further condition where
    there is none.
    """
    moved = select(_successor.moved_from).where(
        _successor.moved_from.is_not(None), _successor.read_at.is_not(None)
    )
    return list(
        connection.scalars(select(Board.board).where(~Board.watched, Board.board.in_(moved)))
    )


def _since(status: Status, since: datetime, columns: _Columns) -> ColumnElement[bool]:
    began, ended = columns.first_seen_at >= since, columns.closed_at >= since
    return {"open": began, "closed": ended, "all": or_(began, ended)}[status]


def _saved(user_id: str | None, name: SQLColumnExpression[str]) -> ColumnElement[bool]:
    mine = [] if user_id is None else [Saved.user_id == user_id]
    saved = select(_saved_posting.name).join(Saved, Saved.posting_id == _saved_posting.id)
    return name.in_(saved.where(*mine))


_saved_posting = aliased(Posting)


def names_with_words(connection: Connection, words: str, status: Status) -> Select[str]:
    """Select the names of postings whose newest title and description have those words."""
    query = newest_with(select(Posting.name), matches_words(connection, words), status)
    return query.join(Posting, Posting.id == PostingVersion.posting_id)


def newest_with(columns: Select[T], in_text: ColumnElement[bool], status: Status) -> Select[T]:
    """Select columns of the newest versions whose text fits the condition, by status.

    The texts are found first: neither database expects them to be few. Versions of open postings
    are the valid ones.
    """
    texts = select(SearchText.title, SearchText.description_digest).where(in_text)
    found = texts.cte("found").prefix_with("MATERIALIZED")
    version = PostingVersion
    newest = and_(
        version.description_digest == found.c.description_digest,
        version.title == found.c.title,
        ~version.superseded,
    )
    query = columns.select_from(found).join(version, newest)
    if status == "all":
        return query
    is_open = version.valid_to.is_(None)
    return query.where(is_open if status == "open" else ~is_open)


def _first_with_words(connection: Connection, wanted: RoleFilter) -> Select[str]:
    """Select the names of the postings to list, so that the view is asked for those alone."""
    query = names_with_words(connection, str(wanted.text), wanted.status)
    left = _left_behind(connection, wanted)
    if wanted.boards or left:
        query = query.join(Board, Board.id == Posting.board_id)
    return (
        query.where(*_shared_conditions(wanted, left, _OF_TABLES))
        .order_by(Posting.first_seen_at.desc(), Posting.name)
        .limit(wanted.limit)
    )


def _fitting(
    connection: Connection, wanted: RoleFilter, shown: Sequence[ColumnElement[Any]]
) -> Listing:
    """Return the rows of `find_roles` that the rules fit.

    Those that may fit are read for what the rules need, and the fitting ones for all columns.
    """
    source = (
        POSTINGS.join(Posting, Posting.name == POSTINGS.c.posting)
        .join(Board, Board.id == Posting.board_id)
        .join(PostingVersion, NEWEST_VERSION)
        .join(Description, Description.digest == PostingVersion.description_digest)
    )
    read = candidate_columns(wanted.rules)
    conditions = (*_conditions(connection, wanted), *may_fit(connection, wanted.rules))
    statement = select(_NAME, *read).select_from(source).where(*conditions)
    found = run_listing(connection, statement.order_by(*_newest_first()))
    fits = fits_all(wanted.rules)
    names = (row[_NAME.name] for row in found.rows if fits(candidate_from_row(row)))
    fitting = one_of(POSTINGS.c.posting, list(islice(names, wanted.limit)))
    return run_listing(connection, select(*shown).where(fitting).order_by(*_newest_first()))


def pay_of(row: Mapping[str, object]) -> str:
    """Return a row's pay as a change shows it, "" for none."""
    pay: Any = [row[f"pay_{part}"] for part in ("min", "max", "currency", "period", "text")]
    return pay_words(Pay(*pay)) if any(part is not None for part in pay) else ""
