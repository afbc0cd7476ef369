"""Count the roles that opened and closed at each employer since an instant."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from monitor.database.tables import Board, Posting, PostingChange


class Turnover(NamedTuple):
    """Roles that opened and closed. One that opened again counts as neither."""

    opened: int = 0
    closed: int = 0


def turnover(connection: Connection, since: datetime) -> dict[str, Turnover]:
    """Return the counts by employer. Employers without any are left out."""
    company = func.coalesce(Posting.company, Board.company)
    change = PostingChange
    query = (
        select(company, change.kind, func.count())
        .select_from(change)
        .join(Posting, Posting.id == change.posting_id)
        .join(Board, Board.id == Posting.board_id)
        .where(change.at >= since, change.kind.in_(("opened", "closed")))
        .group_by(company, change.kind)
    )
    found: defaultdict[str, Turnover] = defaultdict(Turnover)
    for name, kind, number in connection.execute(query):
        found[name] = found[name]._replace(**{kind: number})
    return dict(found)
