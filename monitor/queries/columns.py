"""What the columns of the views hold: the same on SQLite, whose rows say nothing of it, and on PostgreSQL.

A name means the same in every view, so a name has one kind; what is not named here is text.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Literal

Kind = Literal["text", "instant", "day", "whole", "number", "yes_or_no"]

_INSTANTS = """
    at not_before valid_from valid_to from_at to_at opened_earliest opened_latest closed_earliest closed_latest ats_first_published
    ats_updated_at deadline_at last_check_at last_ok_at next_check_at started_at finished_at first_seen_at last_seen_at closed_at created_at
    sent_at
"""
_WHOLE = """
    change_id check_id alert_id version spell status seen opened revised closed reopened unreadable bytes attempts failures
    open_postings open
"""
_KINDS: dict[str, Kind] = {
    **dict.fromkeys(_INSTANTS.split(), "instant"),
    **dict.fromkeys(_WHOLE.split(), "whole"),
    **dict.fromkeys(("pay_min", "pay_max", "seconds", "days_open"), "number"),
    **dict.fromkeys(("is_current", "known", "left_censored", "right_censored"), "yes_or_no"),
    "day": "day",
}


def kind(column: str) -> Kind:
    """What a view's column holds."""
    return _KINDS.get(column, "text")


def _instant(value: object) -> datetime:
    found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return found.astimezone(UTC)


def _day(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


_READ: dict[Kind, Callable[..., object]] = {
    "text": str,
    "instant": _instant,
    "day": _day,
    "whole": int,
    "number": float,
    "yes_or_no": bool,
}


def reader(column: str) -> Callable[[object], object]:
    """Makes of a database's value the Python value of its kind; null stays null."""
    read = _READ[kind(column)]
    return lambda value: None if value is None else read(value)
