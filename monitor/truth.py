"""How a posting stands now, for its card: read from the tables when the card is drawn, so that it is never older than they are."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import Connection, and_, func, select

from monitor import models, store
from monitor.alerting import role
from monitor.messages import CardMessage, Message

_BOARD = select(models.Board.board, models.Board.company, models.Board.last_ok_at)
_POSTING = ("key", "company", "state", "baseline", "first_seen_at", "last_seen_at", "closed_at", "board_id")
_ROW = (
    select(
        *(column for column in models.PostingVersion.__table__.c if column.name != "raw"),
        models.Description.text,
        *(models.Posting.__table__.c[name] for name in _POSTING),
    )
    .join_from(
        models.PostingVersion,
        models.Posting,
        and_(models.Posting.id == models.PostingVersion.posting_id, models.Posting.version == models.PostingVersion.number),
    )
    .join(models.Description, models.Description.digest == models.PostingVersion.description_digest)
)


def truth(connection: Connection, posting_id: int | None, message: Message, now: datetime) -> Message:
    """A card's message with the facts of today; as it is where they are nowhere else, as an incident's."""
    if posting_id is None or not isinstance(message, CardMessage):
        return message
    row = connection.execute(_ROW.where(models.Posting.id == posting_id)).one_or_none()
    if row is None:
        return message
    board = connection.execute(_BOARD.where(models.Board.id == row.board_id)).one()
    today = role(board, row.key, store.content(row), None if row.baseline else row.first_seen_at)
    closed = row.state == "closed"
    at = {} if closed else _times(connection, posting_id)
    reopened = at.get("reopened")
    changed = at.get("revised")
    return msgspec.structs.replace(
        message,
        role=msgspec.structs.replace(today, repost_of=message.role.repost_of, repost_reason=message.role.repost_reason),
        state=row.state,
        changed_at=changed if changed and (reopened is None or changed >= reopened) else None,
        reopened_at=reopened,
        closed_at=row.closed_at if closed else None,
        last_seen_at=row.last_seen_at if closed else None,
        overdue=not closed and row.deadline_at is not None and row.deadline_at <= now,
    )


def _times(connection: Connection, posting_id: int) -> dict[str, datetime]:
    """When each kind of change last happened to it."""
    change = models.PostingChange
    rows = connection.execute(select(change.kind, func.max(change.at)).where(change.posting_id == posting_id).group_by(change.kind))
    return {row[0]: row[1] for row in rows}
