"""Messages for the pictures of docs/slack/. Employers, roles and incidents are made up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from monitor.message_parts import (
    BoardCount,
    BoardHealth,
    FieldChange,
    Reminder,
    Role,
    RuleCount,
    Why,
)
from monitor.messages import (
    DigestMessage,
    FirstCheckSummary,
    Message,
    OperatorMessage,
    ReminderMessage,
    RoleMessage,
    card_of,
    instant,
)
from monitor.notify.compose.pages import split_summary

ZONE: Final = ZoneInfo("America/Los_Angeles")  # the reader's
MONDAY: Final = date(2026, 11, 30)
WHY: Final = (Why("research-engineer", "title has “research engineer”"),)
LABS, ROBOTICS, QUIET = "Example Labs", "Northwind Robotics", "Quiet Mountain Research"
K: Final = 1000


@dataclass(frozen=True)
class Reply:
    at: datetime
    message: Message


@dataclass(frozen=True)
class Post:
    """A message, its thread, and what it says in the end if it was edited."""

    at: datetime
    message: Message
    thread: tuple[Reply, ...] = ()
    edited: Message | None = None
    open_menu: bool = False  # drawn as if clicked


@dataclass(frozen=True)
class Story:
    name: str  # of its picture
    channel: str
    posts: tuple[Post, ...]


def _at(days: int, hour: int, minute: int = 0) -> datetime:
    """Return an instant of the reader's clock, so many days after Monday."""
    local = datetime(MONDAY.year, MONDAY.month, MONDAY.day, hour, minute, tzinfo=ZONE)
    return (local + timedelta(days)).astimezone(UTC)


def _dollars(low: int, high: int) -> str:
    return f"{low * K}-{high * K} USD/year"


def _role(company: str, title: str, place: str, pay: str = "", **more: object) -> Role:
    slug = "".join(letter for letter in company.casefold() if letter.isalnum())
    number = 5_900_000 + sum(map(ord, title)) * 7
    facts = {"location": place, "pay": pay, "first_seen_at": _at(0, 9, 12)} | more
    return Role(
        posting=f"greenhouse:{slug}:{number}",
        company=company,
        title=title,
        url=f"https://job-boards.greenhouse.io/{slug}/jobs/{number}",
        **facts,  # type: ignore[arg-type]
    )


def _until(days: int, words: str) -> dict[str, Any]:
    return {"deadline_at": _at(days, 17), "deadline_text": words}


EVALUATIONS: Final = _role(
    LABS,
    "Research Engineer, Model Evaluations",
    "Mountain View, California, US",
    _dollars(141, 245),
    **_until(18, "Friday, December 18, 5:00 PM PST"),
)
RAISED: Final = replace(EVALUATIONS, pay=_dollars(150, 260))
OLD: Final = (
    "You will design evaluations with TensorFlow and run them on thousands of accelerators.",
    "You ship evaluation suites that a team relies on every day.",
)
NEW: Final = (
    "You will design evaluations with JAX or PyTorch and run them on thousands of accelerators.",
    "You ship evaluation suites that several teams rely on every day.",
    "You work three days a week from our office.",
)


def _revised(role: Role, at: datetime, *changes: FieldChange, version: int = 2) -> RoleMessage:
    return RoleMessage("revised", role, WHY, at, changes, version=version)


def _card() -> Story:
    """Return a role that has closed, and a new one."""
    manipulation = _role(
        ROBOTICS,
        "Senior Research Engineer, Manipulation",
        "London, UK; Zurich, Switzerland",
        "112000-145000 GBP/year",
    )
    began, ended = _at(-24, 8, 27), _at(0, 8, 12)
    opened = RoleMessage("opened", manipulation, WHY, began)
    closed = replace(card_of(opened), state="closed", closed_at=ended)
    new = RoleMessage("opened", EVALUATIONS, WHY, _at(0, 9, 12))
    posts = (
        Post(began, opened, edited=closed),
        Post(_at(0, 9, 12), new, open_menu=True),
    )
    return Story("card", "#roles", posts)


def _thread() -> Story:
    opened = RoleMessage("opened", EVALUATIONS, WHY, _at(0, 9, 12))
    raise_ = FieldChange("pay", EVALUATIONS.pay, RAISED.pay)
    edit = FieldChange("description", "\n".join(OLD), "\n".join(NEW))
    last_day = ReminderMessage((Reminder(RAISED, WHY, 24 * 3600),), _at(17, 17))
    thread = (
        Reply(_at(2, 10, 27), _revised(RAISED, _at(2, 10, 27), raise_)),
        Reply(_at(4, 11, 31), _revised(RAISED, _at(4, 11, 31), edit, version=3)),
        Reply(_at(17, 17), last_day),
    )
    card = replace(card_of(opened), role=RAISED, changed_at=_at(2, 10, 27), revised=True)
    return Story("thread", "#roles", (Post(_at(0, 9, 12), opened, thread, card),))


ENGINEERS: Final = (
    EVALUATIONS,
    _role(LABS, "Research Engineer, Agents", "London, UK", "98000-124000 GBP/year"),
    _role(LABS, "Research Engineer, Audio", "Zurich, Switzerland"),
    _role(LABS, "Research Engineer, Biology", "London, UK"),
    _role(LABS, "Research Engineer, Data Pipelines", "New York, US", _dollars(174, 258)),
    _role(LABS, "Research Engineer, Post-training", "New York, US; London, UK"),
    _role(LABS, "Research Engineer, Robot Learning", "Mountain View, US", _dollars(166, 291)),
    _role(ROBOTICS, "Research Engineer, Simulation", "Boston, US", _dollars(182, 236)),
    _role(ROBOTICS, "Research Engineer, Motion Planning", "Remote (US)", _dollars(170, 225)),
)
SCIENTISTS: Final = (
    _role(
        QUIET, "Applied Scientist, Climate Models", "Zurich, Switzerland", "120000-150000 CHF/year"
    ),
    _role(
        QUIET,
        "Applied Scientist, Document Reading",
        "Paris, France",
        "55 EUR/hour",
        employment_type="Contract",
    ),
)


def _first_summary() -> Story:
    boards = ((LABS, 57), (ROBOTICS, 61), (QUIET, 34))
    counts = tuple(
        BoardCount(_board(company), company, "https://boards.greenhouse.io/", roles)
        for company, roles in boards
    )
    rules = (RuleCount("research-engineer", ENGINEERS), RuleCount("applied-scientist", SCIENTISTS))
    whole = FirstCheckSummary(counts, rules, at=_at(0, 9))
    first, rest = split_summary(whole, threaded=True)
    thread = tuple(Reply(_at(0, 9), message) for message in rest)
    return Story("first-summary", "#roles", (Post(_at(0, 9), first, thread),))


def _board(company: str) -> str:
    return "greenhouse:" + "".join(letter for letter in company.casefold() if letter.isalnum())


def _digest() -> Story:
    since, at = _at(7, 18), _at(8, 18)
    science = _role(
        LABS, "Research Engineer, Science", "London, UK", **_until(9, "December 9, 5:00 PM PST")
    )
    weather = _role(
        QUIET, "Applied Scientist, Weather", "Zurich, Switzerland", **_until(12, "December 12")
    )
    motion, pay = ENGINEERS[8], _dollars(185, 240)
    economics = _role(LABS, "Research Engineer, Economics", "London, UK")
    vision = _role(ROBOTICS, "Research Engineer, Vision", "Boston, US")
    items = (
        RoleMessage("opened", weather, WHY, at - timedelta(hours=5)),
        RoleMessage("opened", _role(LABS, "Research Engineer, Safety", "New York, US"), WHY, at),
        RoleMessage("opened", ENGINEERS[1], WHY, at),
        _revised(replace(motion, pay=pay), at, FieldChange("pay", motion.pay, pay)),
        RoleMessage("closed", economics, WHY, at, before_at=at - timedelta(days=62)),
        RoleMessage("closed", vision, WHY, at, before_at=at - timedelta(hours=6), after="opened"),
    )
    health = (
        BoardHealth(_board(LABS), LABS, "https://example.com/", "ok"),
        BoardHealth(_board(ROBOTICS), ROBOTICS, "https://example.com/", "ok"),
        BoardHealth(_board(QUIET), QUIET, "https://example.com/", "failing", _at(8, 9, 2)),
    )
    deadlines = (science, weather)
    message = DigestMessage(at.date(), since, items, deadlines, 152, 11, health, at)
    return Story("digest", "#roles-digest", (Post(at, message),))


def _operator() -> Story:
    """Return a board that could be read again, and one that still cannot be."""
    since, over, again = _at(8, 9, 2), _at(8, 9, 49), _at(8, 14, 10)
    quiet = _failing(QUIET, since, "HTTP 503", 34)
    back = replace(
        quiet,
        event="recovered",
        headline="is back after 47 minutes: 1 opened, 0 closed",
        lines=(),
        sentence="",
        past=f" could not be read from {instant(since)} to {instant(over, 'time')} (HTTP 503)",
    )
    posts = (
        Post(_at(8, 9, 32), quiet, (Reply(over, back),), edited=back),
        Post(_at(8, 14, 40), _failing(ROBOTICS, again, "HTTP 502", 61)),
    )
    return Story("operator", "#rolewatch-ops", posts)


def _failing(company: str, since: datetime, reason: str, roles: int) -> OperatorMessage:
    read = instant(since - timedelta(minutes=15), "time")
    return OperatorMessage(
        "failing",
        "cannot be read: 4 checks in a row failed",
        (
            f"{reason} since {instant(since)}. Last read {read}.",
            f"Its {roles} roles stay as they are. rolewatch keeps trying.",
        ),
        board=_board(company),
        url=f"https://job-boards.greenhouse.io/{_board(company).partition(':')[2]}",
        incident=f"failing {_board(company)}",
        subject=f"{company}’s board",
    )


def stories() -> tuple[Story, ...]:
    return (_card(), _thread(), _first_summary(), _digest(), _operator())
