"""What an alert says, as values: written into its row with the change, drawn by a notifier when it is sent.

Nothing here knows Slack or the database. A text that came from a board stays as it was read; each
notifier makes it harmless in its own way.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final, Literal

import msgspec

RoleKind = Literal["opened", "revised", "closed", "reopened"]
# begins the name of a role that there is not, shown to a channel to try it
SAMPLE: Final = "sample:"


class Role(msgspec.Struct, frozen=True, omit_defaults=True):
    """A posting as a message shows it."""

    posting: str  # "greenhouse:deepmind:5938712"
    company: str
    title: str
    url: str
    location: str = ""
    pay: str = ""  # "133000-240000 USD/year", or the words as written
    deadline_at: datetime | None = None  # UTC
    deadline_text: str = ""
    department: str = ""
    employment_type: str = ""
    workplace: str = ""
    first_seen_at: datetime | None = None  # UTC; None when it was open before we watched
    repost_of: str = ""  # "greenhouse:deepmind:5938712"
    repost_reason: str = ""  # how we know


class FieldChange(msgspec.Struct, frozen=True):
    """One field of a revision; for a description `old` and `new` are whole texts."""

    field: str
    old: str
    new: str


class Why(msgspec.Struct, frozen=True, omit_defaults=True, rename={"fit_change": "turn"}):
    """A rule that fits, and its words in it."""

    rule: str
    words: str  # 'title has “research engineer”'; several joined by "; "
    # what the revision did to the rule; the last on a card alone
    fit_change: Literal["", "now fits", "no longer fits", "rule removed"] = ""


class RoleMessage(msgspec.Struct, frozen=True, omit_defaults=True, tag="role"):
    """One thing that happened to one posting, for every rule that fits."""

    kind: RoleKind
    role: Role
    why: tuple[Why, ...]
    at: datetime  # when we saw it
    changes: tuple[FieldChange, ...] = ()  # of a revision, or of a reopening with other content
    not_before: datetime | None = None  # the last look before it
    mention: tuple[str, ...] = ()  # Slack user or group ids
    # that a revision made; None of anything else, and of messages of an older rolewatch
    version: int | None = None


class CardMessage(msgspec.Struct, frozen=True, omit_defaults=True, tag="card"):
    """What a channel's card of a posting shows: how it stands today, and why the channel has it."""

    role: Role
    why: tuple[Why, ...]
    began: RoleKind  # what the card told first
    mention: tuple[str, ...] = ()
    state: Literal["open", "closed"] = "open"
    changed_at: datetime | None = None  # its last revision
    reopened_at: datetime | None = None
    closed_at: datetime | None = None  # of a closed one
    last_seen_at: datetime | None = None  # of a closed one
    overdue: bool = False  # of an open one: its deadline has passed


class GroupMessage(msgspec.Struct, frozen=True, omit_defaults=True, tag="group"):
    """Many things at once in one message, each listed."""

    items: tuple[RoleMessage, ...]
    part: int = 1
    parts: int = 1


class BoardCount(msgspec.Struct, frozen=True):
    board: str
    company: str
    url: str
    open: int


class RuleCount(msgspec.Struct, frozen=True):
    rule: str
    roles: tuple[Role, ...]
    told: int = 0  # how many more fit and had an alert of their own just before


class Move(msgspec.Struct, frozen=True):
    """An employer's move to another board. Of the roles that fit, one without `repost_of` was not on the former board."""

    board: str
    company: str
    url: str
    was: str  # "Greenhouse"; the boards' names where both are on one ats
    now: str  # "Google Careers"
    before: int  # open roles of the former board
    came: int  # of these, listed on the new board
    back: int  # closed on the former board, and listed on the new one
    new: int  # not known from the former board
    rules: tuple[RuleCount, ...]


class FirstCheckSummary(msgspec.Struct, frozen=True, tag="summary"):
    """What a channel is told when boards or rules begin to be watched, and when an employer moves."""

    boards: tuple[BoardCount, ...]
    rules: tuple[RuleCount, ...]
    moves: tuple[Move, ...] = ()
    late: bool = False  # of roles found later that were open before


class Passage(msgspec.Struct, frozen=True):
    """Words that were replaced in so many roles; one side may be empty."""

    old: str
    new: str
    roles: int


class BoardWideEdit(msgspec.Struct, frozen=True, omit_defaults=True, tag="template"):
    """The same edit in the descriptions of most of a board's roles."""

    board: str
    company: str
    url: str
    at: datetime  # when we saw it
    passages: tuple[Passage, ...]  # the commonest first
    edited: int  # roles, whether a rule fits them or not
    listed: int  # roles of the board
    rules: tuple[RuleCount, ...]  # the edited roles that each rule fits
    why: tuple[Why, ...]
    mention: tuple[str, ...] = ()  # Slack user or group ids


class Reminder(msgspec.Struct, frozen=True, omit_defaults=True):
    """A deadline that is near, for every rule that fits and wants to be reminded."""

    role: Role
    why: tuple[Why, ...]
    threshold: float  # seconds before the deadline, as the rule says
    mention: tuple[str, ...] = ()


class ReminderMessage(msgspec.Struct, frozen=True, tag="reminder"):
    """Deadlines that are near: of one role, or of many at once."""

    items: tuple[Reminder, ...]
    at: datetime  # how long is left is reckoned from then


class BoardHealth(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a board is read."""

    board: str
    company: str
    url: str
    state: Literal["ok", "new", "failing", "collapsed"]
    since: datetime | None = None  # of trouble


class DigestMessage(msgspec.Struct, frozen=True, tag="digest"):
    """A channel's day."""

    day: date  # in the reader's zone
    since: datetime  # what it tells of
    items: tuple[RoleMessage, ...]  # each posting and kind once
    deadlines: tuple[Role, ...]  # within a week, the nearest first
    open: int  # roles of the boards that are looked at
    fitting: int  # of these
    boards: tuple[BoardHealth, ...]


class NightMessage(msgspec.Struct, frozen=True, tag="night"):
    """What was held in quiet hours, where it is of several kinds and one message has room for it."""

    parts: tuple[
        GroupMessage | ReminderMessage | FirstCheckSummary | BoardWideEdit | DigestMessage, ...
    ]


class OperatorMessage(msgspec.Struct, frozen=True, omit_defaults=True, tag="operator"):
    """Something that the person who runs the daemon should know."""

    event: Literal[
        "failing",
        "recovered",
        "moved",
        "collapsed",
        "drained",
        "refused",
        "works",
        "restarted",
        "configuration",
        "in order",
        "late",
        "in time",
        "network",
        "network back",
        "test",
    ]
    headline: str  # one line
    lines: tuple[str, ...] = ()  # facts, and what to do
    board: str = ""
    url: str = ""
    # its key: messages of one incident are one message and its thread where a channel has threads
    incident: str = ""


# by rules
Told = (
    RoleMessage | GroupMessage | FirstCheckSummary | BoardWideEdit | ReminderMessage | DigestMessage
)
Message = Told | CardMessage | NightMessage | OperatorMessage


def card_of(message: RoleMessage) -> CardMessage:
    """What a card shows that tells this."""
    at, closed = message.at, message.kind == "closed"
    return CardMessage(
        message.role,
        message.why,
        message.kind,
        message.mention,
        state="closed" if closed else "open",
        changed_at=at if message.changes else None,
        reopened_at=at if message.kind == "reopened" else None,
        closed_at=at if closed else None,
        last_seen_at=message.not_before if closed else None,
    )


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Message)


def dump(message: Message) -> str:
    """The message as JSON, for its row."""
    return _encoder.encode(message).decode()


def load(text: str) -> Message:
    """The message from its row's JSON."""
    message: Message = _decoder.decode(text)
    return message
