"""Postings as messages show them: with a given content, or in their current state for a card."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import Connection, func, select

from crawler.items import Posting
from monitor.database import tables
from monitor.database.board_row import BoardRow, load_boards
from monitor.database.json_values import one_of
from monitor.history.compare import pay_words
from monitor.history.contents import posting_from_row
from monitor.history.reposts import RepostOf
from monitor.message_parts import Reminder, Role
from monitor.messages import CardMessage, GroupMessage, Message, ReminderMessage, RoleMessage

_OpenRoles = Mapping[str, tuple[BoardRow, str, Posting]]  # by name: board, key, content
_POSTING = (
    "key",
    "company",
    "state",
    "baseline",
    "first_seen_at",
    "last_seen_at",
    "closed_at",
    "board_id",
)
_ROW = (
    select(
        *tables.CONTENT,
        tables.Description.text,
        *(tables.Posting.__table__.c[name] for name in _POSTING),
    )
    .join_from(tables.PostingVersion, tables.Posting, tables.NEWEST_VERSION)
    .join(tables.Description, tables.Description.digest == tables.PostingVersion.description_digest)
)


def role_of(
    board: BoardRow,
    key: str,
    posting: Posting,
    first_seen_at: datetime | None = None,
    repost: RepostOf | None = None,
    *,
    first: Iterable[str] = (),
) -> Role:
    """Return the posting as a message shows it. The places in `first` come first."""
    deadline = posting.deadline
    return Role(
        posting=f"{board.board}:{key}",
        company=posting.company or board.company,
        title=posting.title,
        url=posting.url,
        location=posting.location,
        pay=pay_words(posting.pay),
        deadline_at=deadline.at if deadline else None,
        deadline_text=deadline.text if deadline else "",
        department=posting.department,
        employment_type=posting.employment_type,
        workplace=posting.workplace or "",
        first_seen_at=first_seen_at,
        repost_of=repost.posting if repost else "",
        repost_reason=repost.reason if repost else "",
        repost_closed_at=repost.closed_at if repost else None,
        places=places_in_order(posting.locations, first),
    )


def places_in_order(places: Sequence[str], first: Iterable[str]) -> tuple[str, ...]:
    """Return the places, those in `first` before the others and in its order."""
    order = {place: number for number, place in enumerate(dict.fromkeys(first))}
    return tuple(sorted(places, key=lambda place: order.get(place, len(order))))


def closed_roles(connection: Connection, messages: Iterable[Message]) -> dict[str, datetime]:
    """Return when each role of lists of changes that is closed now did so, by posting."""
    items = (
        item
        for message in messages
        if isinstance(message, RoleMessage | GroupMessage)
        for item in (message.items if isinstance(message, GroupMessage) else (message,))
    )
    names = list(dict.fromkeys(item.role.posting for item in items))
    posting = tables.Posting
    closed = select(posting.name, posting.closed_at).where(
        one_of(posting.name, names), posting.state == "closed"
    )
    return {name: at for name, at in connection.execute(closed) if at is not None}


def with_current_facts(connection: Connection, messages: Sequence[Message]) -> list[Message]:
    """Return the messages. An open role that opened or is reminded of has its facts of now.

    A rule may tell openings alone, so no later message has what changed since. A reminder keeps
    its deadline: `expire` decides about another one.
    """
    names = {item.role.posting for message in messages for item in _to_refresh(message)}
    known = _open_roles(connection, names) if names else {}
    return [_refreshed(message, known) for message in messages] if known else list(messages)


def _open_roles(connection: Connection, names: Collection[str]) -> _OpenRoles:
    rows = connection.execute(
        _ROW.add_columns(tables.Posting.name.label("name")).where(
            one_of(tables.Posting.name, names), tables.Posting.state == "open"
        )
    ).all()
    boards = {row.id: row for row in load_boards(connection)} if rows else {}
    return {row.name: (boards[row.board_id], row.key, posting_from_row(row)) for row in rows}


def _refreshed(message: Message, known: _OpenRoles) -> Message:
    match message:
        case RoleMessage():
            return _change_now(message, known)
        case GroupMessage():
            items = tuple(_change_now(item, known) for item in message.items)
            return msgspec.structs.replace(message, items=items)
        case ReminderMessage():
            due = tuple(_reminder_now(item, known) for item in message.items)
            return msgspec.structs.replace(message, items=due)
        case _:
            return message


def _change_now(item: RoleMessage, known: _OpenRoles) -> RoleMessage:
    if item.role.posting not in known or not _opened(item):
        return item
    return msgspec.structs.replace(item, role=_role_now(item.role, known))


def _reminder_now(item: Reminder, known: _OpenRoles) -> Reminder:
    if item.role.posting not in known:
        return item
    role = msgspec.structs.replace(
        _role_now(item.role, known),
        deadline_at=item.role.deadline_at,
        deadline_text=item.role.deadline_text,
    )
    return msgspec.structs.replace(item, role=role)


def _role_now(shown: Role, known: _OpenRoles) -> Role:
    role = role_of(*known[shown.posting], shown.first_seen_at, first=shown.places)
    return _with_repost(role, shown)


def _to_refresh(message: Message) -> tuple[RoleMessage | Reminder, ...]:
    return message.items if isinstance(message, ReminderMessage) else _opened(message)


def _opened(message: Message) -> tuple[RoleMessage, ...]:
    """Return the openings in a message about roles, without those that name what changed."""
    items = message.items if isinstance(message, GroupMessage) else (message,)
    return tuple(
        item
        for item in items
        if isinstance(item, RoleMessage)
        if item.kind in {"opened", "reopened"} and not item.changes
    )


def current_state(
    connection: Connection, posting_id: int | None, message: Message, now: datetime
) -> Message:
    """Return a role card's message with the posting's current state.

    The message of an incident's card, and of a posting without a row, stays as it is.
    """
    if posting_id is None or not isinstance(message, CardMessage):
        return message
    row = connection.execute(_ROW.where(tables.Posting.id == posting_id)).one_or_none()
    if row is None:
        return message
    [board] = load_boards(connection, tables.Board.id == row.board_id)
    closed = row.state == "closed"
    first_seen_at = None if row.baseline else row.first_seen_at
    role = role_of(board, row.key, posting_from_row(row), first_seen_at, first=message.role.places)
    at = _times(connection, posting_id)
    reopened, changed = at.get("reopened"), at.get("revised")
    return msgspec.structs.replace(
        message,
        role=_with_repost(role, message.role),
        state=row.state,
        changed_at=changed if changed and (reopened is None or changed > reopened) else None,
        reopened_at=reopened,
        closed_at=row.closed_at if closed else None,
        overdue=not closed and row.deadline_at is not None and row.deadline_at <= now,
        revised=row.number > 1,
        opened_at=reopened or first_seen_at,
    )


def _with_repost(role: Role, shown: Role) -> Role:
    """Return the role with what the card knows of the posting that it repeats."""
    return msgspec.structs.replace(
        role,
        repost_of=shown.repost_of,
        repost_reason=shown.repost_reason,
        repost_closed_at=shown.repost_closed_at,
    )


def _times(connection: Connection, posting_id: int) -> dict[str, datetime]:
    """Return when each kind of change last happened. An edit of a description does not count."""
    change = tables.PostingChange
    counts = func.coalesce(change.field, "") != "description"
    rows = connection.execute(
        select(change.kind, func.max(change.at))
        .where(change.posting_id == posting_id, counts)
        .group_by(change.kind)
    )
    return {row[0]: row[1] for row in rows}
