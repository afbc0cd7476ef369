"""Deadlines that are only a day have the same date for every reader."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from crawler.read.deadline import read_deadline
from monitor.text.dates import format_day, stated_day

ZONES = ("Pacific/Honolulu", "America/Los_Angeles", "UTC", "Asia/Tokyo", "Pacific/Auckland")


@pytest.mark.parametrize("place", ["", "San Francisco, CA", "Tokyo, Japan", "Honolulu, HI"])
@pytest.mark.parametrize("zone", ZONES)
def test_a_day_is_the_same_for_every_reader(place: str, zone: str) -> None:
    read = read_deadline("Application deadline: 18 December 2026", published=None, place=place)
    assert read is not None
    assert read.at is not None
    assert format_day(stated_day(read.at, read.text), ZoneInfo(zone)) == "Dec 18"


@pytest.mark.parametrize(
    ("at", "text", "day"),
    [
        ("2026-12-19T11:59:59Z", "December 18, AoE", "Dec 18"),
        ("2026-12-18T11:59:59Z", "18 December", "Dec 18"),
        ("2026-12-18T10:59:59Z", "18 December", "Dec 18"),
        ("2026-12-18T08:00:00Z", "2026-12-18T00:00:00-08:00", "Dec 18"),
        ("2026-12-19T01:00:00Z", "", "Dec 19"),
    ],
)
def test_the_words_decide_where_the_hour_does_not(at: str, text: str, day: str) -> None:
    assert format_day(stated_day(datetime.fromisoformat(at), text), ZoneInfo("UTC")) == day
