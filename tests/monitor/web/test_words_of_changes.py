"""Changed fields, deadlines and descriptions as the pages say them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from monitor.web.change_words import change_words, deadline_words, description_passages, percent
from monitor.web.prose import Block, blocks

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("field", "old", "new", "said"),
    [
        ("pay", None, "133000-240000 USD/year", ("Now states pay", "", "$133k–240k")),
        ("pay", "90000 GBP/year", "80000 GBP/year", ("Lowered pay", "£90,000", "£80,000")),
        ("pay", "competitive", None, ("No longer states pay", "“competitive”", "")),
        ("location", "London; Paris", "London", ("Dropped Paris", "", "")),
        ("location", "London", "Tokyo", ("Moved this role", "London", "Tokyo")),
        ("workplace", "remote", "onsite", ("Made this role on-site", "", "")),
        (
            "deadline",
            "rolling",
            "2026-06-01T16:00:00.000000Z",
            ("", "“rolling”", "Jun 1, 5 pm BST"),
        ),
        ("url", "https://a.example/1", "https://a.example/2", ("Changed the link", "", "")),
    ],
)
def test_a_change_is_a_verb_and_its_values(
    field: str, old: str | None, new: str | None, said: tuple[str, str, str]
) -> None:
    words = change_words(
        {"field": field, "old": old, "new": new, "pay_change_percent": None}, LONDON, NOW
    )
    assert words.verb.startswith(said[0])
    if field != "url":
        assert (words.old, words.new) == said[1:]


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, ""), (10, "+10%"), (6.44, "+6.4%"), (-12.4, "\N{MINUS SIGN}12%"), (0.04, "+0.0%")],
)
def test_a_percentage_has_its_sign(value: float | None, shown: str) -> None:
    assert percent(value) == shown


def test_a_deadline_that_is_a_day_has_no_time() -> None:
    end_of_day = datetime(2026, 12, 19, 7, 59, 59, tzinfo=UTC)
    assert deadline_words(end_of_day, "December 18", LONDON, NOW) == "Dec 18"
    noon = datetime(2027, 1, 2, 12, 0, tzinfo=UTC)
    assert deadline_words(noon, "12pm, 2 January 2027", LONDON, NOW) == "Jan 2, 2027, 12 pm GMT"


def test_a_text_that_came_or_went_as_a_whole_is_one_passage() -> None:
    assert [[piece.kind for piece in one] for one in description_passages("", "New")] == [["new"]]
    assert [[piece.kind for piece in one] for one in description_passages("Old", "")] == [["old"]]
    assert description_passages("Same words", "Same  words") == ()


def test_a_text_has_headings_paragraphs_and_lists() -> None:
    text = "About us\n\nWe build.\nYou too.\n\nWhat you do\n• Train\n• Write\n\nThe end"
    assert blocks(text) == [
        Block("heading", ("About us",)),
        Block("paragraph", ("We build.", "You too.")),
        Block("heading", ("What you do",)),
        Block("list", ("Train", "Write")),
        Block("paragraph", ("The end",)),
    ]
    assert blocks(" \n\n ") == []
