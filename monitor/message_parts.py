"""The values that messages are made of: roles, their changes, why a rule fits, counts, moves.

Nothing here knows Slack or the database. A board's text stays as it was read; each notifier escapes
it in its own way.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal

import msgspec

RoleKind = Literal["opened", "revised", "closed", "reopened"]


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
    closed: bool = False  # while a list of open roles waited to be sent


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


WATCH_PREFIX: Final = "watch:"  # of the rule's name of a personal watch


def watch_name(watch_id: int) -> str:
    """Return the rule's name of a personal watch. No rule of the file may have such a name."""
    return f"{WATCH_PREFIX}{watch_id}"


class BoardCount(msgspec.Struct, frozen=True):
    """A board and its number of open postings."""

    board: str
    company: str
    url: str
    open: int
    fit: int | None = None  # set where the message no longer has every role that fits


class RuleCount(
    msgspec.Struct, frozen=True, rename={"more_fit": "told", "alerted": "told_postings"}
):
    """A rule and the roles that it fits."""

    rule: str
    roles: tuple[Role, ...]
    more_fit: int = 0  # of an older rolewatch: how many more fit
    # postings that fit too and had an alert of their own just before
    alerted: tuple[str, ...] = ()


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


class Passage(msgspec.Struct, frozen=True):
    """A text that was replaced in a number of roles. `old` or `new` may be empty."""

    old: str
    new: str
    roles: int
    before: str = ""  # words around it that all of these roles have
    after: str = ""


class Reminder(msgspec.Struct, frozen=True, omit_defaults=True):
    """A near deadline, for every rule that fits and has reminders."""

    role: Role
    why: tuple[Why, ...]
    threshold: float  # seconds before the deadline, from the rule's `remind`
    mention: tuple[str, ...] = ()
    ambiguous: bool = False  # the deadline's words name two instants; the earlier one counts


class BoardHealth(msgspec.Struct, frozen=True, omit_defaults=True):
    """The state of a board's checks."""

    board: str
    company: str
    url: str
    state: Literal["ok", "new", "failing", "collapsed"]
    since: datetime | None = None  # if failing or collapsed
