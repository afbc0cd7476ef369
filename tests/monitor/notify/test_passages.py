"""Passages of an edited description as quotes."""

from __future__ import annotations

import pytest

from monitor.notify.compose.passages import LIMIT, quote_line
from monitor.notify.wording import utf16_length
from monitor.text.diff import Piece, edited_passages


def edited(words: int) -> list[Piece]:
    """Return the passage of a text in which every second of so many words changed."""
    old = " ".join(f"word{number} stays here" for number in range(words))
    new = " ".join(
        f"{'new' if number % 2 else 'word'}{number} stays here" for number in range(words)
    )
    passage, *_ = edited_passages(old, new)
    return list(passage)


@pytest.mark.parametrize("words", [2, 6, 40])
def test_a_quote_has_at_most_300_characters(words: int) -> None:
    line = quote_line(edited(words))
    assert sum(utf16_length(span.text) for span in line) <= LIMIT == 300


def test_a_quote_of_very_many_changes_says_that_it_is_cut() -> None:
    assert quote_line(edited(40))[-1].text == "…"
    assert quote_line(edited(6))[-1].text != "…"


def test_one_long_replacement_shows_both_sides() -> None:
    line = quote_line([Piece("old", "before " * 100), Piece("new", "after " * 100)])
    assert [(span.strike, span.bold) for span in line] == [
        (True, False),
        (False, False),
        (False, True),
    ]
