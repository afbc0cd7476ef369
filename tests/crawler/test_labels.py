"""Deadlines whose words name two instants."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.labels import has_two_deadlines

PUBLISHED = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "place", "two"),
    [
        ("12pm PST, Tuesday 19 May 2026", "London, UK", True),  # PST in summer
        ("5pm PST, Friday December 18", "London, UK", False),
        ("Sunday 19 May 2026", "", True),  # a Tuesday
        ("Tuesday 19 May 2026", "", False),
        ("03/04/2027", "", True),
        ("03/04/2027", "London, UK", False),
        ("December 16", "", False),
        ("2026-05-19T12:00:00Z", "", False),
        ("mid-January", "", False),
        ("", "", False),
    ],
)
def test_a_deadline_with_two_readings_is_known(words: str, place: str, two: bool) -> None:
    assert has_two_deadlines(words, PUBLISHED, place) is two
