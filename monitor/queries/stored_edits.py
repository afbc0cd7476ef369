"""Find the board-wide edits of stored checks, for the replay of rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, func, select
from sqlalchemy.orm import aliased

from monitor.database.tables import Board, BoardCheck, PostingChange
from monitor.history.board_wide_edits import LEAST, FoundEdit, find_board_wide_edit

# checks that may have found one: `is_majority`, in SQL
_CHECKS = (
    select(BoardCheck.id, BoardCheck.seen, BoardCheck.finished_at, Board.company, Board.url)
    .join_from(PostingChange, BoardCheck, BoardCheck.id == PostingChange.check_id)
    .join(Board, Board.id == BoardCheck.board_id)
    .where(PostingChange.field == "description")
    .group_by(BoardCheck.id, Board.id)
    .having(func.count() >= LEAST, 2 * func.count() > BoardCheck.seen)
)
_back = aliased(PostingChange)  # a reopened posting is reported as such, whatever its text
_REOPENED = select(_back.id).where(
    and_(
        _back.check_id == PostingChange.check_id,
        _back.posting_id == PostingChange.posting_id,
        _back.kind == "reopened",
    )
)
_REWRITTEN = select(
    PostingChange.posting_id, PostingChange.version, PostingChange.old, PostingChange.new
).where(PostingChange.field == "description", ~_REOPENED.exists())


@dataclass(frozen=True, slots=True)
class StoredEdit:
    """A board-wide edit that one check found. Its postings are given by their ids."""

    company: str
    url: str  # of the board
    listed: int  # postings of the board
    at: datetime
    edit: FoundEdit[int]
    versions: Mapping[int, int]  # the number of each posting's version with the edit


def board_wide_edits(connection: Connection, since: datetime) -> dict[int, StoredEdit]:
    """Return the board-wide edits from `since` on, by the ids of their checks."""
    return dict(_edits(connection, since))


def _edits(connection: Connection, since: datetime) -> Iterator[tuple[int, StoredEdit]]:
    for check_id, seen, at, company, url in connection.execute(
        _CHECKS.where(PostingChange.at >= since)
    ).all():
        rows = connection.execute(_REWRITTEN.where(PostingChange.check_id == check_id)).all()
        texts = {posting_id: (old or "", new or "") for posting_id, _, old, new in rows}
        listed = seen or 0
        edit = find_board_wide_edit(texts, listed)
        if edit is not None:
            versions = {posting_id: version for posting_id, version, _, _ in rows}
            yield check_id, StoredEdit(company, url, listed, at, edit, versions)
