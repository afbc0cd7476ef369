"""Postings as feeds and calendars show them: with the content of a stored version."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, literal, select

from monitor.alerts.role_state import role_of
from monitor.database.board_row import BoardRow, load_boards
from monitor.database.columns import AnyRow
from monitor.database.json_values import one_of
from monitor.database.tables import CONTENT, Board, Posting, PostingChange, PostingVersion
from monitor.history.contents import posting_from_row
from monitor.history.former_postings import reposts_by_posting
from monitor.history.reposts import RepostOf
from monitor.message_parts import Role
from monitor.rules.matcher import VersionId

_POSTING = (Posting.key, Posting.company, Posting.board_id, Posting.name)
# the description is most of the data, and no feed shows it in full
_TEXT = literal("").label("text")


def content_query() -> Select[Any]:
    """Select versions with their postings, as `role_from_row` reads them."""
    return select(*CONTENT, *_POSTING, _TEXT).join(Posting, Posting.id == PostingVersion.posting_id)


def role_from_row(
    row: AnyRow, boards: Mapping[int, BoardRow], repost: RepostOf | None = None
) -> Role:
    """Return the role of a row of `content_query`."""
    return role_of(boards[row.board_id], row.key, posting_from_row(row), repost=repost)


def boards_of(connection: Connection, rows: Iterable[AnyRow]) -> dict[int, BoardRow]:
    """Return the boards of rows with a `board_id`, by their row ids."""
    ids = sorted({row.board_id for row in rows})
    return {row.id: row for row in load_boards(connection, one_of(Board.id, ids))} if ids else {}


def roles_of(
    connection: Connection, versions: Collection[VersionId], opened: Collection[int]
) -> dict[VersionId, Role]:
    """Return the roles with the content of these versions.

    `opened`: postings that say which earlier one they repeat.
    """
    ids = sorted({posting for posting, _ in versions})
    if not ids:
        return {}
    rows = [
        row
        for row in connection.execute(content_query().where(one_of(PostingVersion.posting_id, ids)))
        if (row.posting_id, row.number) in versions
    ]
    boards, reposts = boards_of(connection, rows), reposts_by_posting(connection, opened)
    return {
        (row.posting_id, row.number): role_from_row(row, boards, reposts.get(row.posting_id))
        for row in rows
    }


def before_events(
    connection: Connection, ids: Collection[int]
) -> dict[int, list[tuple[datetime, str]]]:
    """Return when each posting opened, closed and reopened, with the kind."""
    found: dict[int, list[tuple[datetime, str]]] = defaultdict(list)
    if ids:
        change = PostingChange
        query = select(change.posting_id, change.at, change.kind).where(
            and_(one_of(change.posting_id, sorted(ids)), change.kind != "revised")
        )
        for row in connection.execute(query):
            found[row.posting_id].append((row.at, row.kind))
    return found
