from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.search_terms import MAX_WORDS, Term, parse_query, spaced_words, tokenize


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Research Engineers, Gemini", ["research", "engineers", "gemini"]),
        ("Zürich, Straße (m/f/d)", ["zurich", "strasse", "m", "f", "d"]),
        ("companies classes class bus", ["companies", "classes", "class", "bus"]),
        ("Møller\u2019s Łódź", ["mollers", "lodz"]),
        (
            "snake_case C++ 3.5, C#, .NET",
            ["snake", "case", "cplusplus", "3", "5", "csharp", "dotnet"],
        ),
        ("Engineer(s) Entwickler:in", ["engineers", "entwickler"]),
        (
            "Ingénieur·e ForscherInnen Engenheiro(a) LinkedIn and/or",
            ["ingenieur", "forscher", "engenheiro", "linkedin", "and", "or"],
        ),
        ("AI 機械学習 Tokyo", ["ai", "機", "械", "学", "習", "tokyo"]),
        ("'; DROP TABLE -- \x00", ["drop", "table"]),
        ("", []),
    ],
)
def test_a_text_is_split_into_words(text: str, words: list[str]) -> None:
    assert tokenize(text) == words


@given(
    st.text(
        st.characters(max_codepoint=127)
        | st.sampled_from("\u2022\u2013\u2014\u2018\u2019\u201c\u201d\u2026")
    )
)
def test_ascii_and_other_texts_are_split_alike(text: str) -> None:
    assert tokenize(text) == tokenize(f"{text} \u00e9")[:-1]


_PIECES = ("a", "Boxes", " ", "\n\n", "\t", "•", "é", "機械", "c++", "'s", ".net", "x" * 100, "(s)")


@given(st.lists(st.sampled_from(_PIECES), max_size=20).map("".join))
def test_spaced_words_are_the_words_of_a_text(text: str) -> None:
    assert spaced_words(text).split() == tokenize(text)


@pytest.mark.parametrize("text", ["a " * (MAX_WORDS + 1), "ab " * (MAX_WORDS + 1), "x" * 101])
def test_spaced_words_are_cut_where_words_are(text: str) -> None:
    assert spaced_words(text).split() == tokenize(text)


def test_very_long_texts_and_words_are_cut() -> None:
    assert len(tokenize("word " * 2 * MAX_WORDS)) == MAX_WORDS
    assert tokenize("a" * 5000) == ["a" * 100]


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("it boxes", (Term((("it",),)), Term((("box", "boxe", "boxes", "boxeses"),)))),
        ('"us jax" it', (Term((("us",), ("jax", "jaxes"))), Term((("it",),)))),
        ("kern*", (Term((("kern",),), prefix=True),)),
        ("box-kern*", (Term((("box", "boxes"), ("kern",)), prefix=True),)),
        ('"it closed', (Term((("it",), ("closed", "closeds"))),)),
        ("機械", (Term((("機",), ("械",))),)),
        (f'"{"box " * 9}"', (Term((("box",),) * 9),)),  # too many readings: a quotation
        ('" " * ?', ()),
    ],
)
def test_a_query_has_words_phrases_and_prefixes(typed: str, terms: tuple[Term, ...]) -> None:
    assert parse_query(typed) == terms
