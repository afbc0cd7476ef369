"""Lengths of time in messages."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.message_parts import FieldChange
from monitor.notify import wording
from tests.support.alerts import AT, role


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "less than a minute"),
        (1.7, "less than a minute"),
        (59.9, "less than a minute"),
        (60, "1 minute"),
        (119, "1 minute"),
        (7199, "119 minutes"),
        (7200, "2 hours"),
        (86400, "24 hours"),
        (2 * 86400, "2 days"),
        (-5, "less than a minute"),
    ],
)
def test_a_length_of_time_has_one_unit(seconds: float, said: str) -> None:
    assert wording.span(timedelta(seconds=seconds)) == said


@pytest.mark.parametrize("late", [0, 1, 29, 300])
@pytest.mark.parametrize(
    ("threshold", "said"),
    [
        (168, "7 days"),
        (72, "3 days"),
        (48, "2 days"),
        (24, "24 hours"),
        (12, "12 hours"),
        (2, "2 hours"),
    ],
)
def test_a_reminder_says_the_time_that_its_rule_asks_for(
    threshold: int, said: str, late: int
) -> None:
    near = role(deadline_at=AT + timedelta(hours=threshold) - timedelta(seconds=late))
    assert wording.time_left(near, AT) == said


@pytest.mark.parametrize(
    ("hours", "said"),
    [(70, "2 days"), (49, "2 days"), (46, "46 hours"), (23.5, "23 hours"), (1.5, "90 minutes")],
)
def test_a_late_reminder_says_the_time_left(hours: float, said: str) -> None:
    assert wording.time_left(role(deadline_at=AT + timedelta(hours=hours)), AT) == said


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("2027-04-11T06:59:00Z", "2027-04-20T22:59:00Z", "10 days later"),  # Seattle, then London
        ("2027-03-10T23:59:00Z", "2027-04-10T22:59:00Z", "31 days later"),  # summer time begins
        ("2027-04-20T22:59:00Z", "2027-04-11T06:59:00Z", "10 days earlier"),
        ("2027-04-22T22:59:00Z", "2027-04-22T16:59:00Z", "6 hours earlier"),
        ("2027-04-22T22:59:00Z", "soon", ""),
    ],
)
def test_a_moved_deadline_is_as_many_days_later_as_the_dates_say(
    old: str, new: str, said: str
) -> None:
    assert wording.deadline_shift(FieldChange("deadline", old, new)) == said
