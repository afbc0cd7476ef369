"""The state of the whole installation: boards, waiting messages, mutes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select, text

from monitor.database.json_values import one_of
from monitor.database.tables import Board, Delivery, Mute, Posting, RuleMatch

_OPEN = ("pending", "sending", "held", "failed")


class Trouble(NamedTuple):
    """The reason of a board's last failed check, and the beginning of its failures."""

    reason: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Status:
    """Watched boards, those in trouble first, waiting messages by channel, and muted roles."""

    boards: Sequence[Mapping[str, Any]]
    waiting: list[tuple[str, str, int]]  # channel, state, number of messages
    muted_roles: int
    # a Trouble for each failing board
    failing: Mapping[str, tuple[str, datetime | None]] = field(default_factory=dict)
    # why the first message of a channel could not be sent: by channel
    refused: Mapping[str, str] = field(default_factory=dict)


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
    waiting = [
        (row[0], row[1], row[2])
        for row in connection.execute(
            open_.group_by(Delivery.channel, Delivery.state).order_by(Delivery.channel)
        )
    ]
    # a role may be muted in several channels
    muted = select(func.count(Mute.posting_id.distinct())).where(Mute.ended_at.is_(None))
    boards = [dict(row) for row in connection.execute(_BOARDS).mappings()]
    return Status(
        boards,
        waiting,
        connection.scalar(muted) or 0,
        troubles(connection),
        _refused(connection),
    )


def _refused(connection: Connection) -> dict[str, str]:
    rows = connection.execute(
        select(Delivery.channel, Delivery.reason)
        .where(Delivery.state.in_(_OPEN), Delivery.state != "sent", Delivery.reason.is_not(None))
        .order_by(Delivery.id.desc())
    )
    return {row.channel: row.reason or "" for row in rows}


def troubles(connection: Connection) -> dict[str, Trouble]:
    """Return why boards could not be read the last time, by board."""
    failed = select(Board.board, Board.reason, Board.failing_since).where(Board.failures > 0)
    return {
        row.board: Trouble(row.reason or "", row.failing_since)
        for row in connection.execute(failed)
    }


def count_fitting(connection: Connection, rules: Sequence[str]) -> int:
    """Return the number of open roles that one of these rules fits, if they are matched."""
    current = (RuleMatch.posting_id == Posting.id) & (RuleMatch.version == Posting.version)
    fitting = (
        select(func.count(Posting.id.distinct()))
        .join(RuleMatch, current)
        .where(Posting.state == "open", one_of(RuleMatch.rule, rules))
    )
    return connection.scalar(fitting) or 0


def health(boards: Sequence[Mapping[str, object]]) -> str:
    """Return the health of the boards: "all well", "1 in trouble, 2 not read yet"."""
    counts = {
        "in trouble": _count(boards, "failing", "collapsed"),
        "not read yet": _count(boards, "new"),
    }
    return ", ".join(f"{count} {words}" for words, count in counts.items() if count) or "all well"


def _count(boards: Sequence[Mapping[str, object]], *states: str) -> int:
    return sum(board["state"] in states for board in boards)
