"""Roles whose lives have everything that a page shows: edits, a closing, a return, a repost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from crawler.items import Deadline, Pay, Posting, Probe
from monitor.config.model import Rule
from monitor.rules.matches import match_backlog, register_rules
from tests.support.boards import BOARD, START, posting, snapshot
from tests.support.history import History, settings

RULES = (
    Rule("engineers", any=("research engineer",)),
    Rule("kernels in Paris", any=("kernels",), read_in=("description",), locations=("Paris",)),
)
GEMINI = f"{BOARD}:11"  # open before its board was watched, edited, closed, reopened
COUNSEL = f"{BOARD}:12"  # opened, closed, and opened again as AGAIN
AGAIN = f"{BOARD}:13"
ODD = f"{BOARD}:jobs/Team 1/14.json"
_TEXT = """About the role

We build large models & tools <for everyone>.
You join a small team.

What you will do

• Train models on thousands of chips
• Write kernels

We reply to everyone within two weeks."""
_OLD_PAY = Pay(133_000, 240_000, "USD", "year", "$133,000 - $240,000 USD")
_NEW_PAY = Pay(150_000, 264_000, "USD", "year", "$150,000 - $264,000 USD")
_DEADLINE = Deadline(START + timedelta(days=78), "12pm PDT Tuesday 19th of May 2026")
_LATER = Deadline(datetime(2026, 6, 1, 6, 59, 59, tzinfo=UTC), "May 31, 2026")
_FIRST = posting(
    "11",
    title="Research Engineer, Gemini",
    workplace="hybrid",
    pay=_OLD_PAY,
    deadline=_DEADLINE,
    description=_TEXT,
    requisition="REQ-7",
)
_COUNSEL = posting("12", title="Legal Counsel", requisition="REQ-9", description="We write law.")
_ODD = posting("jobs/Team 1/14.json", title="Chef de Partie", description="")


def lead_lives(engine: Engine) -> History:
    """Record the lives in an empty database, a check a day, with up-to-date rule matches."""
    history = History(engine, settings(*RULES))
    for seen, closed in _checks():
        history.check(snapshot(seen, dict.fromkeys(closed, Probe.GONE)), minutes=24 * 60)
    with engine.begin() as connection:
        register_rules(connection, history.settings)
    match_backlog(engine, history.settings, 5)
    return history


def _checks() -> list[tuple[list[Posting], tuple[str, ...]]]:
    """Return what each check lists, and the keys whose probe answers 404."""
    moved = replace(
        _FIRST, location="London, UK; Paris, France", locations=("London, UK", "Paris, France")
    )
    edited = replace(moved, pay=_NEW_PAY, deadline=_LATER, description=_TEXT.replace("two", "six"))
    renamed = replace(edited, title="Senior Research Engineer, Gemini", workplace="remote")
    again = replace(_COUNSEL, key="13", url=_COUNSEL.url.replace("/12", "/13"))
    return [
        ([_FIRST], ()),
        ([moved, _COUNSEL, _ODD], ()),
        ([edited, _COUNSEL, _ODD], ()),
        ([_COUNSEL, _ODD], ("11",)),
        ([renamed, _ODD], ("12",)),
        ([renamed, again, _ODD], ()),
    ]
