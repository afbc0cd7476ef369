"""The postings that a role had before and after one of its postings, with the evidence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, select
from sqlalchemy.orm import aliased

from monitor.database.columns import AnyRow
from monitor.database.json_values import one_of
from monitor.database.tables import NEWEST_VERSION, Board, Posting, PostingVersion
from monitor.queries.resolve import PostingRef

_MOST: Final = 50  # postings on either side


@dataclass(frozen=True, slots=True)
class Relative:
    """Another posting of the same role."""

    id: int  # of the row in `posting`
    posting: str
    title: str  # "" if it was never read
    company: str
    state: str
    first_seen_at: datetime
    closed_at: datetime | None
    reason: str  # the evidence
    has_moved: bool  # the other of the two postings is on another board


def earlier_postings(connection: Connection, found: PostingRef) -> list[Relative]:
    """Return the postings that this one repeats, the latest first."""
    return _chain(connection, found.id, _before)


def later_postings(connection: Connection, found: PostingRef) -> list[Relative]:
    """Return the postings that repeat this one, the earliest first."""
    return _chain(connection, found.id, _after)


def first_postings(connection: Connection, names: Iterable[str]) -> dict[str, Relative]:
    """Return by posting name the posting that it repeats. Others are left out."""
    wanted = sorted(set(names))
    if not wanted:
        return {}
    one = aliased(Posting)
    query = _relatives(one, Posting.id == one.repost_of, one.repost_reason).add_columns(
        one.name.label("of")
    )
    return {
        row.of: _relative(row) for row in connection.execute(query.where(one_of(one.name, wanted)))
    }


def _chain(connection: Connection, start: int, step: Any) -> list[Relative]:  # noqa: ANN401  # one of the two below
    """Follow the links from a posting. A posting is listed once."""
    found: dict[int, Relative] = {}
    edge = [start]
    while edge and len(found) < _MOST:
        rows = connection.execute(step(edge).order_by(Posting.first_seen_at, Posting.id))
        new = {row.id: _relative(row) for row in rows if row.id not in {start, *found}}
        found |= new
        edge = list(new)
    return list(found.values())[:_MOST]


def _before(ids: list[int]) -> Select[Any]:
    one = aliased(Posting)
    query = _relatives(one, Posting.id == one.repost_of, one.repost_reason)
    return query.where(one_of(one.id, ids))


def _after(ids: list[int]) -> Select[Any]:
    one = aliased(Posting)
    query = _relatives(one, Posting.repost_of == one.id, Posting.repost_reason)
    return query.where(one_of(one.id, ids))


def _relatives(one: Any, link: ColumnElement[bool], reason: Any) -> Select[Any]:  # noqa: ANN401  # aliases
    columns = (Posting.id, Posting.name, Posting.state, Posting.first_seen_at, Posting.closed_at)
    company = (Posting.company, Board.company.label("board_company"))
    return (
        select(
            *columns,
            *company,
            PostingVersion.title,
            reason.label("reason"),
            (Posting.board_id != one.board_id).label("has_moved"),
        )
        .select_from(one)
        .join(Posting, link)
        .join(Board, Board.id == Posting.board_id)
        .outerjoin(PostingVersion, NEWEST_VERSION)
    )


def _relative(row: AnyRow) -> Relative:
    return Relative(
        id=row.id,
        posting=row.name,
        title=row.title or "",
        company=row.company or row.board_company,
        state=row.state,
        first_seen_at=row.first_seen_at,
        closed_at=row.closed_at,
        reason=row.reason or "",
        has_moved=bool(row.has_moved),
    )
