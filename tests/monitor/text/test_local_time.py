from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from monitor.text.local_time import end_of_span, latest_instant, to_instant

NEW_YORK, LONDON = ZoneInfo("America/New_York"), ZoneInfo("Europe/London")
# New York has no 02:30 on the one day and two 01:30 on the other
SKIPPED, TWICE = date(2026, 3, 8), date(2026, 11, 1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "at", "expected"),
    [
        (date(2026, 1, 5), time(9), "2026-01-05T14:00"),
        (date(2026, 7, 5), time(9), "2026-07-05T13:00"),
        (SKIPPED, time(2, 30), "2026-03-08T07:30"),
        (TWICE, time(1, 30), "2026-11-01T05:30"),
    ],
)
def test_a_time_of_day_is_one_instant(day: date, at: time, expected: str) -> None:
    assert to_instant(day, at, NEW_YORK) == utc(expected)


@pytest.mark.parametrize("at", [time(0), time(1, 30), time(2, 30), time(9), time(23, 59)])
@pytest.mark.parametrize("around", [SKIPPED, TWICE])
def test_each_day_has_a_time_of_day_once(at: time, around: date) -> None:
    start = datetime.combine(around - timedelta(days=2), time(0), NEW_YORK).astimezone(UTC)
    seen = [
        latest_instant(at, NEW_YORK, start + timedelta(minutes=5 * step))
        for step in range(5 * 24 * 12)
    ]
    assert sorted(seen) == seen
    assert len({moment.astimezone(NEW_YORK).date() for moment in seen}) == len(set(seen))


HOURS = (time(22), time(7))


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2026-01-05T21:59", None),
        ("2026-01-05T22:00", "2026-01-06T07:00"),
        ("2026-01-06T00:30", "2026-01-06T07:00"),
        ("2026-01-06T06:59", "2026-01-06T07:00"),
        ("2026-01-06T07:00", None),
        ("2026-07-05T21:30", "2026-07-06T06:00"),  # London is an hour ahead in summer
        ("2026-03-28T23:00", "2026-03-29T06:00"),  # the night that is an hour shorter
        ("2026-10-24T22:00", "2026-10-25T07:00"),  # and the one that is an hour longer
    ],
)
def test_a_night_is_a_span_across_midnight(now: str, end: str | None) -> None:
    assert end_of_span(HOURS, LONDON, utc(now)) == (utc(end) if end else None)


def test_a_span_within_a_day_ends_on_it() -> None:
    assert end_of_span((time(12), time(14)), LONDON, utc("2026-01-05T13:00")) == utc(
        "2026-01-05T14:00"
    )
    assert end_of_span((time(12), time(14)), LONDON, utc("2026-01-05T23:00")) is None


@pytest.mark.parametrize(
    "hours",
    [
        (time(1), time(1, 30)),
        (time(0), time(1, 30)),
        (time(22), time(1, 30)),
        (time(1, 30), time(2, 30)),
    ],
)
@pytest.mark.parametrize("around", [SKIPPED, TWICE])
def test_a_span_begins_and_ends_once_a_day(hours: tuple[time, time], around: date) -> None:
    start = datetime.combine(around - timedelta(days=1), time(12), NEW_YORK).astimezone(UTC)
    quiet = [
        end_of_span(hours, NEW_YORK, start + timedelta(minutes=5 * step)) is not None
        for step in range(2 * 24 * 12)
    ]
    turns = sum(before != after for before, after in pairwise(quiet))
    assert turns == 4
