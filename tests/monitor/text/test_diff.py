"""Readable differences of two texts."""

from __future__ import annotations

from collections import Counter
from random import Random
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.cli.marking import drawn
from monitor.text.diff import Piece, word_diff


def test_equal_texts_have_no_difference() -> None:
    assert word_diff("a b  c", "a b\nc") == []


def test_a_difference_keeps_six_words_around_and_marks_gaps() -> None:
    words = [str(number) for number in range(40)]
    edited = [*words[:20], "new", *words[21:]]
    around = [
        Piece("same", "14 15 16 17 18 19"),
        Piece("old", "20"),
        Piece("new", "new"),
        Piece("same", "21 22 23 24 25 26"),
    ]
    assert word_diff(" ".join(words), " ".join(edited)) == [
        [Piece("gap", "…"), *around, Piece("gap", "…")]
    ]


def test_one_gap_separates_two_distant_edits_of_a_paragraph() -> None:
    words = [str(number) for number in range(60)]
    [passage] = word_diff(" ".join(words), " ".join(["x", *words[1:-1], "y"]))
    assert [piece.kind for piece in passage] == ["old", "new", "same", "gap", "same", "old", "new"]


def test_an_added_or_removed_text_is_all_new_or_all_old() -> None:
    assert word_diff("", "a b") == [[Piece("new", "a b")]]
    assert word_diff("a b", "") == [[Piece("old", "a b")]]


def shown(old: str, new: str) -> list[str]:
    return [drawn(passage, marked=True).plain for passage in word_diff(old, new)]


@pytest.mark.parametrize(
    ("old", "new", "passages"),
    [
        (
            "Stays.\n\nWe pay well here.\n\nEnd.",
            "Stays.\n\nWe pay very well here.\n\nEnd.",
            ["We pay {+very+} well here."],
        ),
        ("One.\nTwo things.\nThree.", "One.\nThree.", ["[-Two things.-]"]),
        ("One.\nThree.", "One.\nNot like the others.\nThree.", ["{+Not like the others.+}"]),
        (
            "Apply by May.\nB.\nWe are ten.",
            "Apply by June.\nB.\nWe are six.",
            ["Apply by [-May.-] {+June.+}", "We are [-ten.-] {+six.+}"],
        ),
        (
            "You build large models for us",
            "You build large models\n\nfor them",
            ["You build large models for [-us-] {+them+}"],
        ),
        (
            "Old words of one kind",
            "Something else was said",
            ["[-Old words of one kind-] {+Something else was said+}"],
        ),
        (
            "You have a degree in physics and four years of work in labs",
            "You have shown that you build things and can tell others of work in labs",
            [
                (
                    "You have [-a degree in physics and four years-] {+shown that you build things "
                    "and can tell others+} of work in labs"
                )
            ],
        ),
        (
            (
                "Kept words begin here\nFirst paragraph to be dropped\nSecond that is the same but "
                "longer"
            ),
            "Kept words begin there\nSecond that was the same but longer\nSome very new things",
            [
                "Kept words begin [-here-] {+there+}",
                "[-First paragraph to be dropped-]",
                "Second that [-is-] {+was+} the same but longer",
                "{+Some very new things+}",
            ],
        ),
    ],
)
def test_only_changed_passages_are_shown_with_similar_paragraphs_paired(
    old: str, new: str, passages: list[str]
) -> None:
    assert shown(old, new) == passages


texts = st.lists(
    st.lists(st.sampled_from(["a", "b", "c", "d", "e", "f"]), max_size=12).map(" ".join), max_size=6
).map("\n".join)


@given(texts, texts)
def test_a_difference_has_exactly_the_words_that_differ(old: str, new: str) -> None:
    found = [piece for passage in word_diff(old, new) for piece in passage]
    assert bool(found) == (old.split() != new.split())
    removed, added = (
        Counter(word for piece in found if piece.kind == kind for word in piece.words.split())
        for kind in ("old", "new")
    )
    before, after = Counter(old.split()), Counter(new.split())
    assert (before - removed + added) == after
    assert not removed - before
    assert not added - after


def test_texts_as_long_as_a_book_are_compared_quickly() -> None:
    random = Random(7)
    book = "\n".join(
        " ".join(random.choices(["the", "and", *map(str, range(500))], k=120)) for _ in range(150)
    )
    other = "\n".join(
        " ".join(random.choices(["the", "and", *map(str, range(500))], k=120)) for _ in range(150)
    )
    started = process_time()
    assert len(word_diff(book, other)) == 300
    word_diff(book.replace("\n", " "), other.replace("\n", " "))
    assert process_time() - started < 5
