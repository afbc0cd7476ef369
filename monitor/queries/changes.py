"""Changes over all boards, and the history of one posting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from monitor.config.model import Rule
from monitor.database.json_values import one_of
from monitor.database.tables import (
    Board,
    Description,
    Posting,
    PostingChange,
    PostingVersion,
    RuleMatch,
)
from monitor.queries.resolve import PostingRef
from monitor.queries.view_tables import CHANGES, VERSIONS, Listing, Row, all_columns, run_listing
from monitor.rules.candidates import candidate_columns, candidate_from_row, fits_all

_NEWEST: Final = (PostingChange.at.desc(), PostingChange.id.desc())
_FEW: Final = 5_000  # postings up to which their changes are sorted; else all changes are walked


@dataclass(frozen=True, slots=True)
class ChangeFilter:
    """Conditions on changes. An empty tuple means all."""

    boards: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    since: datetime | None = None
    rules: tuple[Rule, ...] = ()  # all of them fit the content before or after
    limit: int | None = None
    fields: tuple[str, ...] = ()  # of a revision
    offset: int = 0  # with a limit
    matched: frozenset[str] = frozenset()  # the rules whose stored matches are up to date


def find_changes(connection: Connection, wanted: ChangeFilter) -> Listing:
    """Return rows of `posting_changes`, newest first."""
    statement = select(all_columns("posting_changes")).select_from(CHANGES)
    statement = statement.order_by(CHANGES.c.at.desc(), CHANGES.c.change_id.desc())
    if wanted.limit is None and not wanted.rules:
        return run_listing(connection, statement.where(*_of_view(wanted)))
    # the ids alone: the view is asked for the rows that are shown
    ids = connection.scalars(
        select(PostingChange.id)
        .where(*_conditions(connection, wanted))
        .order_by(*_NEWEST)
        .limit(wanted.limit)
        .offset(wanted.offset or None)
    ).all()
    return run_listing(connection, statement.where(one_of(CHANGES.c.change_id, ids)))


def count_changes(connection: Connection, wanted: ChangeFilter, most: int) -> int:
    """Return how many changes there are, at most `most`: counting all would take too long."""
    found = select(PostingChange.id).where(*_conditions(connection, wanted)).limit(most)
    return connection.scalar(select(func.count()).select_from(found.subquery())) or 0


def _of_view(wanted: ChangeFilter) -> list[ColumnElement[bool]]:
    view = CHANGES.c
    conditions = [one_of(view.board, wanted.boards)] if wanted.boards else []
    return conditions + _own(wanted, view.kind, view.field, view.at)


def _conditions(connection: Connection, wanted: ChangeFilter) -> list[ColumnElement[bool]]:
    """Return the conditions on the table of changes."""
    change = PostingChange
    conditions = _own(wanted, change.kind, change.field, change.at)
    if wanted.boards:
        conditions.append(_on_boards(connection, wanted.boards))
    for rule in wanted.rules:
        if rule.name in wanted.matched:
            conditions += _fits(connection, rule)
    if others := [rule for rule in wanted.rules if rule.name not in wanted.matched]:
        fitting = fitting_changes(connection, replace(wanted, rules=tuple(others)))
        conditions.append(one_of(change.id, sorted(fitting)))
    return conditions


def _own(wanted: ChangeFilter, kind: Any, field: Any, at: Any) -> list[ColumnElement[bool]]:  # noqa: ANN401  # columns of the table or of the view
    conditions: list[ColumnElement[bool]] = []
    if wanted.kinds:
        conditions.append(one_of(kind, wanted.kinds))
    if wanted.fields:
        conditions.append(one_of(field, wanted.fields))
    if wanted.since is not None:
        conditions.append(at >= wanted.since)
    return conditions


def _on_boards(connection: Connection, names: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that a change is of a posting on one of the boards.

    SQLite reads the changes of each posting for `IN`, and for `EXISTS` walks all of them.
    """
    boards = connection.scalars(select(Board.id).where(one_of(Board.board, names))).all()
    theirs = select(Posting.id).where(one_of(Posting.board_id, boards))
    if _are_few(connection, theirs):
        return PostingChange.posting_id.in_(theirs)
    return theirs.where(Posting.id == PostingChange.posting_id).exists()


def _are_few(connection: Connection, rows: Select[int]) -> bool:
    some = rows.limit(_FEW + 1).subquery()
    return (connection.scalar(select(func.count()).select_from(some)) or 0) <= _FEW


def _fits(connection: Connection, rule: Rule) -> list[ColumnElement[bool]]:
    """Return the conditions that the stored matches have the content after, or before a revision.

    A rule with few matches is read from these.
    """
    match, change = RuleMatch, PostingChange
    of_rule = select(match.posting_id).where(match.rule == rule.name)
    before = and_(change.kind == "revised", match.version == change.version - 1)
    here = of_rule.where(
        match.posting_id == change.posting_id, or_(match.version == change.version, before)
    )
    narrowed = [change.posting_id.in_(of_rule)] if _are_few(connection, of_rule) else []
    return [*narrowed, here.exists()]


def fitting_changes(connection: Connection, wanted: ChangeFilter) -> set[int]:
    """Return the ids of changes whose posting fits with its content after, or before a revision."""
    before = and_(
        PostingChange.kind == "revised", PostingVersion.number == PostingChange.version - 1
    )
    contents = and_(
        PostingVersion.posting_id == PostingChange.posting_id,
        or_(PostingVersion.number == PostingChange.version, before),
    )
    statement = (
        select(PostingChange.id, *candidate_columns(wanted.rules))
        .join(Posting, Posting.id == PostingChange.posting_id)
        .join(Board, Board.id == Posting.board_id)
        .join(PostingVersion, contents)
        .join(Description, Description.digest == PostingVersion.description_digest)
        .where(*_conditions(connection, replace(wanted, rules=())))
    )
    fits = fits_all(wanted.rules)
    return {
        row["id"]
        for row in connection.execute(statement).mappings()
        if fits(candidate_from_row(row))
    }


def edited_texts(connection: Connection, rows: Sequence[Row]) -> dict[tuple[str, int], str]:
    """Return the descriptions before and after the edits among these changes.

    By the posting's name and the version's number.
    """
    edits = {
        (str(row["posting"]), int(row["version"])) for row in rows if row["field"] == "description"
    }
    if not edits:
        return {}
    wanted = edits | {(name, number - 1) for name, number in edits}
    names = sorted({name for name, _ in wanted})
    statement = (
        select(Posting.name, PostingVersion.number, Description.text)
        .join(PostingVersion, PostingVersion.posting_id == Posting.id)
        .join(Description, Description.digest == PostingVersion.description_digest)
        .where(one_of(Posting.name, names))
        .where(one_of(PostingVersion.number, sorted({number for _, number in wanted})))
    )
    return {
        (row.name, row.number): row.text
        for row in connection.execute(statement)
        if (row.name, row.number) in wanted
    }


def timeline(connection: Connection, found: PostingRef) -> Listing:
    """Return the posting's rows of `posting_changes`, oldest first."""
    mine = (CHANGES.c.board == found.board, CHANGES.c.posting == found.posting)
    statement = select(all_columns("posting_changes")).select_from(CHANGES).where(*mine)
    return run_listing(connection, statement.order_by(CHANGES.c.at, CHANGES.c.change_id))


def versions(connection: Connection, found: PostingRef) -> Listing:
    """Return the posting's rows of `posting_versions`, oldest first."""
    mine = (VERSIONS.c.board == found.board, VERSIONS.c.posting == found.posting)
    statement = select(all_columns("posting_versions")).select_from(VERSIONS).where(*mine)
    return run_listing(connection, statement.order_by(VERSIONS.c.version))
