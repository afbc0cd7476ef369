from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.words import MOST, Sought, sought, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Research Engineers, Gemini", ["research", "engineer", "gemini"]),
        ("Zürich, Straße (m/f/d)", ["zurich", "strasse", "m", "f", "d"]),
        ("companies classes class bus analysis jobs gas", ["company", "class", "class", "bus", "analysis", "job", "gas"]),
        ("snake_case C++ 3.5", ["snake", "case", "c", "3", "5"]),
        ("AI 機械学習 Tokyo", ["ai", "機", "械", "学", "習", "tokyo"]),
        ("'; DROP TABLE -- \x00", ["drop", "table"]),
        ("", []),
    ],
)
def test_a_text_is_its_words(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@given(st.text(st.characters(max_codepoint=127) | st.sampled_from("\u2022\u2013\u2014\u2018\u2019\u201c\u201d\u2026")))
def test_a_plain_text_has_the_words_that_it_has_among_others(text: str) -> None:
    assert words_of(text) == words_of(f"{text} \u00e9")[:-1]


def test_endless_texts_and_words_are_cut() -> None:
    assert len(words_of("word " * 2 * MOST)) == MOST
    assert words_of("a" * 5000) == ["a" * 100]


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("large models", (Sought(("large",)), Sought(("model",)))),
        ('"large language models" jax', (Sought(("large", "language", "model")), Sought(("jax",)))),
        ("kern*", (Sought(("kern",), prefix=True),)),
        ("research-engineer", (Sought(("research", "engineer")),)),
        ('"never closed', (Sought(("never", "closed")),)),
        ("機械", (Sought(("機", "械")),)),
        ('" " * ?', ()),
    ],
)
def test_what_is_typed_is_words_phrases_and_beginnings(typed: str, terms: tuple[Sought, ...]) -> None:
    assert sought(typed) == terms
