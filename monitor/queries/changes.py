"""Changes over all boards, and the history of one posting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from monitor.config.model import Rule
from monitor.database.json_values import one_of
from monitor.database.tables import Board, Description, Posting, PostingChange, PostingVersion
from monitor.queries.resolve import PostingRef
from monitor.queries.view_tables import CHANGES, VERSIONS, Listing, all_columns, run_listing
from monitor.rules.candidates import candidate_columns, candidate_from_row, fits_all


@dataclass(frozen=True, slots=True)
class ChangeFilter:
    """Conditions on changes. An empty tuple means all."""

    boards: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    since: datetime | None = None
    rules: tuple[Rule, ...] = ()  # all of them fit the content before or after
    limit: int | None = None


def find_changes(connection: Connection, wanted: ChangeFilter) -> Listing:
    """Return rows of `posting_changes`, newest first."""
    statement = (
        select(all_columns("posting_changes")).select_from(CHANGES).where(*_conditions(wanted))
    )
    statement = statement.order_by(CHANGES.c.at.desc(), CHANGES.c.change_id.desc())
    if not wanted.rules:
        return run_listing(connection, statement.limit(wanted.limit))
    fitting = fitting_changes(connection, wanted)
    found = run_listing(connection, statement)
    return Listing(
        found.columns, [row for row in found.rows if row["change_id"] in fitting][: wanted.limit]
    )


def _conditions(wanted: ChangeFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.boards:
        conditions.append(one_of(CHANGES.c.board, wanted.boards))
    if wanted.kinds:
        conditions.append(one_of(CHANGES.c.kind, wanted.kinds))
    if wanted.since is not None:
        conditions.append(CHANGES.c.at >= wanted.since)
    return conditions


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
        .where(*_table_conditions(wanted))
    )
    fits = fits_all(wanted.rules)
    return {
        row["id"]
        for row in connection.execute(statement).mappings()
        if fits(candidate_from_row(row))
    }


def _table_conditions(wanted: ChangeFilter) -> list[ColumnElement[bool]]:
    """Return the same conditions for the tables behind the view."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.boards:
        conditions.append(one_of(Board.board, wanted.boards))
    if wanted.kinds:
        conditions.append(one_of(PostingChange.kind, wanted.kinds))
    if wanted.since is not None:
        conditions.append(PostingChange.at >= wanted.since)
    return conditions


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
