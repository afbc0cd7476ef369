from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.words import MOST, Sought, sought, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Research Engineers, Gemini", ["research", "engineers", "gemini"]),
        ("Zürich, Straße (m/f/d)", ["zurich", "strasse", "m", "f", "d"]),
        ("companies classes class bus", ["companies", "classes", "class", "bus"]),
        ("Møller\u2019s Łódź", ["mollers", "lodz"]),
        ("snake_case C++ 3.5, C#, .NET", ["snake", "case", "cplusplus", "3", "5", "csharp", "dotnet"]),
        ("Engineer(s) Entwickler:in", ["engineers", "entwickler"]),
        ("Ingénieur·e ForscherInnen Engenheiro(a) LinkedIn and/or", ["ingenieur", "forscher", "engenheiro", "linkedin", "and", "or"]),
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
        ("it boxes", (Sought((("it",),)), Sought((("box", "boxe", "boxes", "boxeses"),)))),
        ('"us jax" it', (Sought((("us",), ("jax", "jaxes"))), Sought((("it",),)))),
        ("kern*", (Sought((("kern",),), prefix=True),)),
        ("box-kern*", (Sought((("box", "boxes"), ("kern",)), prefix=True),)),
        ('"it closed', (Sought((("it",), ("closed", "closeds"))),)),
        ("機械", (Sought((("機",), ("械",))),)),
        (f'"{"box " * 9}"', (Sought((("box",),) * 9),)),  # too many readings: a quotation
        ('" " * ?', ()),
    ],
)
def test_what_is_typed_is_words_phrases_and_beginnings(typed: str, terms: tuple[Sought, ...]) -> None:
    assert sought(typed) == terms
