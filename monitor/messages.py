"""The messages of alerts as values, stored with the change and rendered by a notifier.

Nothing here knows Slack or the database. A board's text stays as it was read; each notifier escapes
it in its own way.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final, Literal

import msgspec

RoleKind = Literal["opened", "revised", "closed", "reopened"]
BoardEvent = Literal["failing", "recovered", "moved", "collapsed", "drained"]
ChannelEvent = Literal["refused", "works", "network", "network back", "test"]
DaemonEvent = Literal["restarted", "configuration", "in order", "late", "in time"]
# the prefix of the posting's name in a sample message
SAMPLE: Final = "sample:"


class Role(msgspec.Struct, frozen=True, omit_defaults=True):
    """A posting as a message shows it."""

    posting: str  # "greenhouse:deepmind:5938712"
    company: str
    title: str
    url: str
    location: str = ""
    pay: str = ""  # "133000-240000 USD/year", or the text of the posting
    deadline_at: datetime | None = None  # UTC
    deadline_text: str = ""
    department: str = ""
    employment_type: str = ""
    workplace: str = ""
    first_seen_at: datetime | None = None  # UTC; None: open before the board was watched
    repost_of: str = ""  # "greenhouse:deepmind:5938712"
    repost_reason: str = ""  # the evidence
    repost_closed_at: datetime | None = None  # when the earlier posting closed
    places: tuple[str, ...] = ()  # its single places, those that a rule asks for first


class FieldChange(msgspec.Struct, frozen=True):
    """One field of a revision. For a description `old` and `new` are the whole texts."""

    field: str
    old: str
    new: str


class Why(msgspec.Struct, frozen=True, omit_defaults=True, rename={"fit_change": "turn"}):
    """A rule that fits, and the words that fit."""

    rule: str  # as people read it: "research-engineer", "“applied scientist” in London"
    words: str  # 'title has “research engineer”'; several joined by "; "
    # the effect of the revision on the rule; "rule removed" only on a card
    fit_change: Literal["", "now fits", "no longer fits", "rule removed"] = ""
    pay_unknown: bool = False  # the rule has a minimum, and the pay cannot be compared with it
    watch: int | None = None  # the id of a personal watch; None for a rule of the file

    @property
    def rule_name(self) -> str:
        """The rule's name in the tables, which no other rule has: `watch:9`."""
        return self.rule if self.watch is None else watch_name(self.watch)


def watch_name(watch_id: int) -> str:
    """Return the rule's name of a personal watch. No rule of the file may have such a name."""
    return f"watch:{watch_id}"


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


class BoardCount(msgspec.Struct, frozen=True):
    """A board and its number of open postings."""

    board: str
    company: str
    url: str
    open: int
    fit: int | None = None  # set where the message no longer has every role that fits


class RuleCount(msgspec.Struct, frozen=True):
    """A rule and the roles that it fits."""

    rule: str
    roles: tuple[Role, ...]
    told: int = 0  # of an older rolewatch: how many more fit
    # postings that fit too and had an alert of their own just before
    told_postings: tuple[str, ...] = ()


class More(msgspec.Struct, frozen=True):
    """The number of an employer's further roles, which the thread lists."""

    company: str
    roles: int


class Move(msgspec.Struct, frozen=True):
    """An employer's move to another board.

    A role of `rules` without `repost_of` was not on the former board.
    """

    board: str
    company: str
    url: str
    was: str  # "Greenhouse"; the board's name if both are on one ATS
    now: str  # "Google Careers"
    before: int  # open roles of the former board
    came: int  # of these, listed on the new board
    back: int  # closed on the former board, and listed on the new board
    new: int  # not known from the former board
    rules: tuple[RuleCount, ...]
    more: tuple[More, ...] = ()


class FirstCheckSummary(msgspec.Struct, frozen=True, tag="summary"):
    """A channel's summary of new boards, new rules and employers' moves.

    A RestMessage has the roles that it has no room for.
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


class Passage(msgspec.Struct, frozen=True):
    """A text that was replaced in a number of roles. `old` or `new` may be empty."""

    old: str
    new: str
    roles: int
    before: str = ""  # words around it that all of these roles have
    after: str = ""


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


class Reminder(msgspec.Struct, frozen=True, omit_defaults=True):
    """A near deadline, for every rule that fits and has reminders."""

    role: Role
    why: tuple[Why, ...]
    threshold: float  # seconds before the deadline, from the rule's `remind`
    mention: tuple[str, ...] = ()
    ambiguous: bool = False  # the deadline's words name two instants; the earlier one counts


class ReminderMessage(msgspec.Struct, frozen=True, tag="reminder"):
    """Near deadlines of one role or of many."""

    items: tuple[Reminder, ...]
    at: datetime  # the time left is counted from then
    part: int = 1
    parts: int = 1


class BoardHealth(msgspec.Struct, frozen=True, omit_defaults=True):
    """The state of a board's checks."""

    board: str
    company: str
    url: str
    state: Literal["ok", "new", "failing", "collapsed"]
    since: datetime | None = None  # if failing or collapsed


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
