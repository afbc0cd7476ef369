"""Texts for messages: what came from a board made harmless, and values as a person writes them. Knows no Slack."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from monitor.messages import FieldChange, Role, RoleKind, RoleMessage, Why

KINDS: Final[dict[RoleKind, str]] = {
    "opened": "New role",
    "revised": "Role changed",
    "closed": "Role closed",
    "reopened": "Role reopened",
}
LABELS: Final = {
    "title": "Title",
    "location": "Location",
    "department": "Department",
    "employment_type": "Employment",
    "workplace": "Workplace",
    "pay": "Pay",
    "deadline": "Apply by",
    "url": "Link",
    "description": "Description",
}
PASSED: Final = "Deadline passed"
# of a field, where what happened between two messages is told as one
BACK: Final = "changed and changed back"
TITLE: Final = 250  # UTF-16 units; the longest real one seen has 140
PASSAGE: Final = 500  # UTF-16 units of one side of an edit
VALUE: Final = 300  # UTF-16 units of one fact
_A_MINUTE: Final = 60  # seconds
# How much less than a number of days, or of hours, counts as that number.
_LATE: Final = (
    (timedelta(days=2), timedelta(hours=1)),
    (timedelta(hours=2), timedelta(minutes=10)),
)
_URL: Final = 3000  # Slack's limit
_READ: Final = 4  # characters read for each one kept: white space is squeezed out on the way

# What changes the direction or the place of the text around it, so that "exe.txt" reads as another
# word. Joiners stay: emoji need them.
_DIRECTION: Final = re.compile(
    "[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]"
)
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
# Characters of markup and mentions, and others that look like them and mean nothing to anybody.
_LIKE: Final = {
    "*": "\u2217",
    "_": "\u02cd",
    "`": "\u02cb",
    "~": "\u223c",
    "|": "\u01c0",
    "@": "\uff20",
    "<": "\u2039",
    ">": "\u203a",
    "\\": "\uff3c",
}
_INERT: Final = str.maketrans(_LIKE | {"[": "\uff3b", "]": "\uff3d"})
_PAY: Final = re.compile(
    r"((?:from|up to) )?(\d+(?:\.\d+)?)(?:-(\d+(?:\.\d+)?))?( [A-Z]{3})?(/\w+)?"
)


def width(text: str) -> int:
    """Its length as Slack counts: UTF-16 units."""
    return len(text) + sum(character > "\uffff" for character in text)


def sanitize(text: str, limit: int = VALUE) -> str:
    """The text in one line of at most `limit` UTF-16 units, without control characters, escapes, direction marks and lone surrogates."""
    head = text[: limit * _READ]
    line = " ".join(_SURROGATE.sub("\ufffd", _CONTROL.sub(" ", _DIRECTION.sub("", head))).split())
    return truncate(line if len(head) == len(text) else line + "…", limit)


def truncate(text: str, limit: int) -> str:
    """The text, ending in "…" where it is longer than `limit` UTF-16 units."""
    if width(text) <= limit:
        return text
    kept, room = [], limit - 1
    for character in text:
        room -= width(character)
        if room < 0:
            break
        kept.append(character)
    return "".join(kept).rstrip(" \u200d") + "…"


def inert(text: str) -> str:
    """The text without anything that some service reads as markup, as a mention or as a link."""
    return text.translate(_INERT).replace("://", ":\u2060//").replace("# ", "\uff03 ")


def link(url: str) -> str | None:
    """The URL where it may stand in a message: http or https, with a host, no blanks, not beyond Slack's length. Else None."""
    if (
        not url.isprintable()
        or any(character.isspace() or character in "<>|" for character in url)
        or width(url) > _URL
    ):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.netloc else None


def title(role: Role) -> str:
    return sanitize(role.title, TITLE) or "(no title)"


def company(role: Role) -> str:
    return sanitize(role.company, 100) or role.posting.rpartition(":")[0]


def pay(text: str) -> str:
    """`133000-240000 USD/year` with thousands and a dash between the figures; other words as they are."""
    match = _PAY.fullmatch(text)
    if match is None:
        return sanitize(text)
    before, low, high, currency, period = match.groups(default="")
    amounts = "\u2013".join(_amount(figure) for figure in (low, high) if figure)
    return f"{before}{amounts}{currency}{period}"


def _amount(figure: str) -> str:
    whole, point, fraction = figure.partition(".")
    return f"{int(whole):,}" + (point + fraction if fraction.strip("0") else "")


def instant(at: datetime) -> str:
    """The moment for a reader whose time zone nobody knows: "19 May 2024 19:00 UTC"."""
    utc = at.astimezone(UTC)
    return f"{utc.day} {utc:%b %Y %H:%M} UTC"


def day(of: date) -> str:
    """`Monday 13 May 2024`"""
    return f"{of:%A} {of.day} {of:%B %Y}"


def time_left(role: Role, at: datetime) -> str:
    """Return how long there is to apply. A reminder is sent a little after its moment, and still says "3 days", or "24 hours"."""
    if role.deadline_at is None:
        return "some time"
    length = role.deadline_at - at
    late = next((late for least, late in _LATE if length >= least - late), timedelta(0))
    return span(length + late)


def span(length: timedelta) -> str:
    """Return a length of time in its one fitting unit: "20 days", "5 hours", "1 minute", "less than a minute"."""
    seconds = max(0, int(length.total_seconds()))
    if seconds < _A_MINUTE:
        return "less than a minute"
    unit, size = next(
        ((unit, size) for unit, size in (("day", 86400), ("hour", 3600)) if seconds >= 2 * size),
        ("minute", _A_MINUTE),
    )
    number = seconds // size
    return f"{number} {unit}" + ("s" if number > 1 else "")


def place(role: Role) -> str:
    """Where the role is, with how much of it, when the place does not say so itself: "London (hybrid)"."""
    where, how = sanitize(role.location), sanitize(role.workplace, 20)
    if not how or how.casefold() in where.casefold():
        return where
    return f"{where} ({how})" if where else how


def deadline(role: Role) -> str:
    """The last moment to apply, as an instant where one is known, else as written; empty when there is none."""
    return instant(role.deadline_at) if role.deadline_at else sanitize(role.deadline_text)


def written(role: Role) -> str:
    """The deadline in the posting's own words; empty where they are an ats's timestamp, which says no more than the instant."""
    said = sanitize(role.deadline_text)
    return "" if moment(said) == role.deadline_at is not None else said


def moment(text: str) -> datetime | None:
    """The instant that a text states as a machine does."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def old_and_new(change: FieldChange) -> tuple[str, str]:
    """Both values of a field as a reader sees them; one that was or is not given says so."""
    return _value(change.field, change.old), _value(change.field, change.new)


def _value(field: str, text: str) -> str:
    if field == "pay":
        return pay(text) or "not given"
    if field == "deadline":
        return _deadline(text) or "not given"
    return sanitize(text) or "not given"


def _deadline(text: str) -> str:
    at = moment(text)
    return instant(at) if at else sanitize(text)


def label(field: str) -> str:
    return LABELS.get(field) or sanitize(field.replace("_", " ").capitalize(), 40)


def fields(message: RoleMessage) -> str:
    """Which fields a revision moved: "pay, apply by"."""
    return ", ".join(label(change.field).lower() for change in message.changes)


def fit_change(message: RoleMessage) -> str:
    """What the revision did to the rules, where they agree: "now fits", "no longer fits", or nothing."""
    turns = {why.fit_change for why in message.why}
    return turns.pop() if len(turns) == 1 else ""


def reason(why: Why) -> str:
    """A rule, its words, and what the revision did to it: `research-engineer: title has “research engineer”`."""
    said = sanitize(why.rule, 100) + (f" ({why.fit_change})" if why.fit_change else "")
    return f"{said}: {sanitize(why.words, 500)}" if why.words else said


def listed_for(message: RoleMessage) -> str:
    """How long a closed role was on the board: "20 days"; empty when it was there before we watched."""
    return open_for(message.role.first_seen_at, message.at)


def open_for(first: datetime | None, last: datetime | None) -> str:
    """The span between the two; empty where one is not known."""
    return span(last - first) if first and last and first < last else ""


def moved_by(change: FieldChange) -> str:
    """How far a deadline moved: "7 days later"; empty for other fields, and where one of the two is no instant."""
    old, new = moment(change.old), moment(change.new)
    if change.field != "deadline" or old is None or new is None:
        return ""
    length = new - old
    return f"{span(abs(length))} {'later' if length > timedelta(0) else 'earlier'}"


def count(number: int, word: str) -> str:
    """`1 open role`, `57 open roles`."""
    return f"{number:,} {word}" + ("" if number == 1 else "s")


def repost(role: Role) -> str:
    """`a repost of greenhouse:deepmind:5938712 (the same requisition R-7)`; empty when it is none."""
    if not role.repost_of:
        return ""
    return f"a repost of {sanitize(role.repost_of, 100)}" + (
        f" ({sanitize(role.repost_reason, 150)})" if role.repost_reason else ""
    )
