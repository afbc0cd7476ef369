"""The words for a TIME that a person typed."""

from __future__ import annotations

import pytest

from monitor.text.times import since_words


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("7d", "in the last 7 days"),
        ("1 w", "in the last 1 week"),
        ("10  Minutes", "in the last 10 minutes"),
        ("a week", "in the last week"),
        ("last month", "in the last month"),
        ("2 weeks ago", "since 2 weeks ago"),
        ("yesterday", "since yesterday"),
        ("1 Nov", "since 1 Nov"),
        ("2026-03-01", "since 2026-03-01"),
    ],
)
def test_a_span_is_the_last_time_and_a_day_is_since(typed: str, words: str) -> None:
    assert since_words(typed) == words
