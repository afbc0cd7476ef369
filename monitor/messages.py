"""The messages of alerts as values, stored with the change and rendered by a notifier.

Their parts are in `message_parts.py`. Nothing here knows Slack or the database.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final, Literal

import msgspec

from monitor.message_parts import (
    BoardCount,
    BoardHealth,
    FieldChange,
    More,
    Move,
    Passage,
    Reminder,
    Role,
    RoleKind,
    RuleCount,
    Why,
)

BoardEvent = Literal["failing", "recovered", "moved", "collapsed", "drained", "unwatched"]
ChannelEvent = Literal["refused", "works", "network", "network back", "test"]
DaemonEvent = Literal["restarted", "configuration", "in order", "late", "in time"]
# the prefix of the posting's name in a sample message
SAMPLE: Final = "sample:"


class RoleMessage(msgspec.Struct, frozen=True, omit_defaults=True, tag="role"):
    """One change to one posting, for every rule that fits."""

    kind: RoleKind
    role: Role
    why: tuple[Why, ...]
    at: datetime  # the check that found it
    changes: tuple[FieldChange, ...] = ()  # of a revision, or of a reopening with new content
    not_before: datetime | None = None  # the last check without it
    mention: tuple[str, ...] = ()  # Slack user or group ids
    # made by a revision; None for other changes, and in messages of an older rolewatch
    version: int | None = None
    # of a closing: when it had opened, if that was seen; of a reopening: when it had closed
    before_at: datetime | None = None
    # of a closing in a list: it opened, or opened again, in the list's period too
    after: Literal["", "opened", "reopened"] = ""


class CardMessage(msgspec.Struct, frozen=True, omit_defaults=True, tag="card"):
    """A channel's card of a posting: its current state, and why the channel has it."""

    role: Role
    why: tuple[Why, ...]
    began: RoleKind  # the kind of its first alert
    mention: tuple[str, ...] = ()
    state: Literal["open", "closed"] = "open"
    changed_at: datetime | None = None  # its last revision of more than the description
    reopened_at: datetime | None = None
    closed_at: datetime | None = None  # if closed
    overdue: bool = False  # open after its deadline
    revised: bool = False  # it has several versions
    renamed_from: str = ""  # the former title, if its last revision changed only that
    opened_at: datetime | None = None  # of the time it is or was open; None: before we watched


class GroupMessage(msgspec.Struct, frozen=True, omit_defaults=True, tag="group"):
    """Many changes in one message, as a list."""

    items: tuple[RoleMessage, ...]
    part: int = 1
    parts: int = 1


class FirstCheckSummary(msgspec.Struct, frozen=True, tag="summary"):
    """A channel's summary of new boards, new rules and employers' moves.

    A RestMessage has the roles that do not fit in it.
    """

    boards: tuple[BoardCount, ...]
    rules: tuple[RuleCount, ...]
    moves: tuple[Move, ...] = ()
    late: bool = False  # of roles that were open before but read later
    at: datetime | None = None  # the check; None in messages of an older rolewatch
    more: tuple[More, ...] = ()
    parts: int = 1  # messages side by side, in a channel without threads


class RestMessage(msgspec.Struct, frozen=True, omit_defaults=True, tag="rest"):
    """Roles of a list that its first message leaves to its thread, or to the next message."""

    of: Literal["summary", "move", "template"]
    rules: tuple[RuleCount, ...]
    company: str = ""  # of a move and of a board-wide edit
    part: int = 1
    parts: int = 1
    at: datetime | None = None


class BoardWideEdit(msgspec.Struct, frozen=True, omit_defaults=True, tag="template"):
    """An edit that most descriptions of a board have in common."""

    board: str
    company: str
    url: str
    at: datetime  # the check that found it
    passages: tuple[Passage, ...]  # the most common first
    edited: int  # roles, with and without a rule that fits
    listed: int  # roles of the board
    rules: tuple[RuleCount, ...]  # the edited roles that each rule fits
    why: tuple[Why, ...]
    mention: tuple[str, ...] = ()  # Slack user or group ids
    # open postings that fit a rule and were not edited; None: not known
    unedited: tuple[str, ...] | None = None
    fit: int | None = None  # edited roles that fit, if they are listed in the thread
    parts: int = 1  # messages side by side, in a channel without threads


class ReminderMessage(msgspec.Struct, frozen=True, tag="reminder"):
    """Near deadlines of one role or of many."""

    items: tuple[Reminder, ...]
    at: datetime  # the time left is counted from then
    part: int = 1
    parts: int = 1


class DigestMessage(msgspec.Struct, frozen=True, tag="digest"):
    """A channel's daily digest."""

    day: date  # in the reader's zone
    since: datetime  # the beginning of the period
    items: tuple[RoleMessage, ...]  # one for each posting: what it came to in the period
    deadlines: tuple[Role, ...]  # within a week, the nearest first
    open: int  # roles of the watched boards
    fitting: int  # of these roles, those with a rule that fits
    boards: tuple[BoardHealth, ...]
    at: datetime | None = None  # when it was written; None in messages of an older rolewatch
    part: int = 1
    parts: int = 1
    sent_at: datetime | None = None  # None before it is sent


class QuietHoursMessage(msgspec.Struct, frozen=True, tag="night"):
    """Messages that quiet hours held, sent as one."""

    parts: tuple[
        GroupMessage | ReminderMessage | FirstCheckSummary | BoardWideEdit | DigestMessage, ...
    ]


class OperatorMessage(msgspec.Struct, frozen=True, omit_defaults=True, tag="operator"):
    """A message for the operator, who runs the daemon.

    In its texts, `backticks` mark a command to type, and `instant` marks an instant. Text of others
    stands there `unmarked`.
    """

    event: BoardEvent | ChannelEvent | DaemonEvent
    headline: str  # one line
    lines: tuple[str, ...] = ()  # at most two plain sentences: facts, and what to do
    board: str = ""
    url: str = ""
    # a key; in a channel with threads, messages of one incident share one thread
    incident: str = ""
    subject: str = ""  # begins the headline, and is linked: "Mistral AI’s board"
    sentence: str = ""  # for a phone; empty: subject and headline
    past: str = ""  # replaces the incident's first message when it is over


# messages that rules cause
RuleMessage = (
    RoleMessage
    | GroupMessage
    | FirstCheckSummary
    | RestMessage
    | BoardWideEdit
    | ReminderMessage
    | DigestMessage
)
Message = RuleMessage | CardMessage | QuietHoursMessage | OperatorMessage


def card_of(message: RoleMessage) -> CardMessage:
    """Return the card that this message begins."""
    at, closed = message.at, message.kind == "closed"
    fields = {change.field for change in message.changes}
    opened_at = {"closed": message.before_at, "revised": message.role.first_seen_at}
    return CardMessage(
        message.role,
        message.why,
        message.kind,
        message.mention,
        state="closed" if closed else "open",
        changed_at=at if message.kind == "revised" and fields - {"description"} else None,
        revised=bool(message.changes),
        renamed_from=message.changes[0].old if fields == {"title"} else "",
        opened_at=opened_at.get(message.kind, at),
        reopened_at=at if message.kind == "reopened" else None,
        closed_at=at if closed else None,
    )


def instant(at: datetime, shows: Literal["moment", "time"] = "moment") -> str:
    """Return the mark of an instant in an operator's text. `time` leaves the day out."""
    return f"<{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}{'|time' if shows == 'time' else ''}>"


def unmarked(value: str) -> str:
    """Return text of others for an operator's text, without anything that is a mark there."""
    return value.replace("`", "\u2019").replace("<", "\u2039")


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Message)


def dump(message: Message) -> str:
    """Return the message as JSON, for its row."""
    return _encoder.encode(message).decode()


def load(text: str) -> Message:
    """Return the message of a row's JSON."""
    message: Message = _decoder.decode(text)
    return message
