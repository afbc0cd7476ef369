"""Edits of boards' templates as history has them: the looks in which most of a board's descriptions were edited alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, func, select
from sqlalchemy.orm import aliased

from monitor.db import AnyRow
from monitor.models import Board, BoardCheck, PostingChange
from monitor.template import LEAST, TemplateEdit, find


@dataclass(frozen=True, slots=True)
class StoredEdit:
    """The board's edit that one look brought; its postings by their ids."""

    company: str
    url: str  # of the board
    listed: int  # postings of the board
    at: datetime
    edit: TemplateEdit[int]
    versions: Mapping[int, int]  # the number of each posting's version with the edit


def template_edits(connection: Connection, since: datetime) -> dict[int, StoredEdit]:
    """The edits of templates from `since` on, by the ids of their looks."""
    return dict(_edits(connection, since))


def _edits(connection: Connection, since: datetime) -> Iterator[tuple[int, StoredEdit]]:
    for look in connection.execute(_LOOKS.where(PostingChange.at >= since)).all():
        rows = connection.execute(_REWRITTEN.where(PostingChange.check_id == look.id)).all()
        edit = find({row.posting_id: (row.old or "", row.new or "") for row in rows}, look.seen)
        if edit is not None:
            yield look.id, _stored(look, rows, edit)


def _stored(look: AnyRow, rows: Sequence[AnyRow], edit: TemplateEdit[int]) -> StoredEdit:
    return StoredEdit(look.company, look.url, look.seen, look.finished_at, edit, {row.posting_id: row.version for row in rows})


_LOOKS = (
    select(BoardCheck.id, BoardCheck.seen, BoardCheck.finished_at, Board.company, Board.url)
    .join_from(PostingChange, BoardCheck, BoardCheck.id == PostingChange.check_id)
    .join(Board, Board.id == BoardCheck.board_id)
    .where(PostingChange.field == "description")
    .group_by(BoardCheck.id, Board.id)
    .having(func.count() >= LEAST, 2 * func.count() > BoardCheck.seen)
)
_back = aliased(PostingChange)  # a posting that came back with another text is told as that
_REOPENED = select(_back.id).where(
    and_(_back.check_id == PostingChange.check_id, _back.posting_id == PostingChange.posting_id, _back.kind == "reopened")
)
_REWRITTEN = select(PostingChange.posting_id, PostingChange.version, PostingChange.old, PostingChange.new).where(
    PostingChange.field == "description", ~_REOPENED.exists()
)
