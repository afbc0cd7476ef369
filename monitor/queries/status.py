"""The state of the whole installation: boards, waiting messages, mutes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select, text

from monitor.database.tables import Delivery, Mute

_OPEN = ("pending", "sending", "held", "failed")


@dataclass(frozen=True, slots=True)
class Status:
    """Watched boards, those in trouble first, waiting messages by channel, and muted roles."""

    boards: Sequence[Mapping[str, Any]]
    untold: list[tuple[str, str, int]]
    muted_roles: int


_BOARDS = text(
    "SELECT * FROM boards WHERE state <> 'unwatched' "
    "ORDER BY CASE state WHEN 'failing' THEN 0 WHEN 'collapsed' THEN 1 WHEN 'new' THEN 2 ELSE 3 "
    "END, failures DESC, board"
)


def read_status(connection: Connection) -> Status:
    """Return the state as of now."""
    open_ = select(Delivery.channel, Delivery.state, func.count()).where(
        Delivery.state.in_(_OPEN), Delivery.state != "sent"
    )
    untold = [
        (row[0], row[1], row[2])
        for row in connection.execute(
            open_.group_by(Delivery.channel, Delivery.state).order_by(Delivery.channel)
        )
    ]
    muted = (
        select(func.count())
        .select_from(Mute)
        .where(Mute.posting_id.is_not(None), Mute.ended_at.is_(None))
    )
    boards = [dict(row) for row in connection.execute(_BOARDS).mappings()]
    return Status(boards, untold, connection.scalar(muted) or 0)


def health(boards: Sequence[Mapping[str, object]]) -> str:
    """Return the health of the boards: "all well", "1 in trouble, 2 not read yet"."""
    counts = {
        "in trouble": _count(boards, "failing", "collapsed"),
        "not read yet": _count(boards, "new"),
    }
    return ", ".join(f"{count} {words}" for words, count in counts.items() if count) or "all well"


def _count(boards: Sequence[Mapping[str, object]], *states: str) -> int:
    return sum(board["state"] in states for board in boards)
