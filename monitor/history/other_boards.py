"""Find new postings that another board of the same employer has too.

One employer may have several boards: Workday tenants show one requisition on several sites. The
requisition and the title must be the same, since two systems may number alike.

This is asked in a transaction that writes. So the boards are found first: most employers have one,
and only the postings of the others are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, bindparam, or_, select

from crawler.items import Posting
from monitor.database import tables
from monitor.database.board_row import BoardRow
from monitor.database.json_values import in_json_list, json_list
from monitor.history.reposts import RECENTLY, Repost, plain

_board, _posting, _version = tables.Board, tables.Posting, tables.PostingVersion
_FOUND = (
    select(
        *(_posting.id, _posting.requisition, _posting.first_seen_at),
        *(_version.title, _board.board),
    )
    .join(_board, _board.id == _posting.board_id)
    .join(_version, tables.NEWEST_VERSION)
    .where(in_json_list(_posting.board_id, "boards"), in_json_list(_posting.requisition, "numbers"))
    .where(or_(_posting.state == "open", _posting.closed_at >= bindparam("since")))
)


def find_on_other_boards(
    connection: Connection, board: BoardRow, new: Sequence[Posting], at: datetime
) -> dict[str, Repost]:
    """Return the postings that are or recently were on another board of the employer, by key.

    The one that was seen first is repeated.
    """
    numbers = sorted({one.requisition for one in new if one.requisition})
    if not numbers:
        return {}
    ids = connection.scalars(select(_board.id).where(_is_sibling(board))).all()
    if not ids:
        return {}
    asked = {"boards": json_list(ids), "numbers": json_list(numbers), "since": at - RECENTLY}
    rows = connection.execute(_FOUND, asked).all()
    first: dict[tuple[str, str], tuple[int, str]] = {}
    for row in sorted(rows, key=lambda row: (row.first_seen_at, row.id)):
        first.setdefault((row.requisition, plain(row.title)), (row.id, row.board))
    found = {one.key: first.get((one.requisition or "", plain(one.title))) for one in new}
    return {
        key: Repost(other[0], f"the same requisition and title on {other[1]}")
        for key, other in found.items()
        if other
    }


def _is_sibling(board: BoardRow) -> ColumnElement[bool]:
    """Select the other boards of the employer: of the same tenant or the same company."""
    tenant = board.token.partition("/")[0]
    same = [and_(_board.ats == board.ats, _board.token.startswith(f"{tenant}/", autoescape=True))]
    if board.learned_company:
        same.append(_board.company == board.learned_company)
    return and_(_board.id != board.id, or_(*same))
