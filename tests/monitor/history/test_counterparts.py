"""Postings of a new board and their counterparts on the former one."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from monitor.history.counterparts import MovedPosting, match
from monitor.history.plain_names import employer_names, plain_title, towns
from monitor.history.reposts import JobNumbers

NAMES = employer_names(["Google DeepMind", "Google DeepMind"], ["deepmind", "all"])
TEXT = "We look for an engineer who builds large things with care. " * 8


# either number
def side(
    row: int,
    title: str = "Research Engineer, Gemini",
    *places: str,
    text: str = "",
    is_open: bool = True,
    **numbers: Any,
) -> MovedPosting:
    found = JobNumbers(numbers.get("requisition"), numbers.get("internal_job"))
    return MovedPosting(
        row, plain_title(title, NAMES), towns(places or ("London, UK",)), found, is_open, text
    )


def pairs(
    former: list[MovedPosting], new: list[MovedPosting], *, same_ats: bool = False
) -> dict[int, int]:
    return {new_id: one.id for new_id, one in match(former, new, same_ats=same_ats).items()}


@pytest.mark.parametrize(
    "written",
    [
        "Research Engineer, Gemini, DeepMind",
        "Research Engineer, Gemini, Google DeepMind",
        "Research Engineer, Gemini - DeepMind",
        "Research Engineer, Gemini (Google DeepMind)",
        "Research Engineer,  GEMINI | DeepMind",
        "Google DeepMind: Research Engineer, Gemini",
        "DeepMind \u2013 Research Engineer \u2013 Gemini",
        "Research Engineer, Gemini at DeepMind",
        "Rèsearch Engineer Gemini",
    ],
)
def test_a_title_is_compared_without_the_employers_name_and_punctuation(written: str) -> None:
    assert plain_title(written, NAMES) == "research engineer gemini"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Research Engineer", "Research Engineer II"),
        ("Engineer, C++", "Engineer, C#"),
        ("Engineer, C++", "Engineer, C"),
        ("Research Engineer", "Senior Research Engineer"),
        (
            "Engineering Lead, Google DeepMind Impact Accelerator",
            "Engineering Lead, Impact Accelerator",
        ),
    ],
)
def test_titles_of_two_roles_stay_different_without_the_employers_name(
    one: str, other: str
) -> None:
    assert plain_title(one, NAMES) != plain_title(other, NAMES)


def test_an_employers_name_alone_stays_a_title() -> None:
    assert plain_title("DeepMind", NAMES) == "deepmind"


def test_a_token_is_a_name_where_the_company_has_it() -> None:
    assert {"deepmind", "Google DeepMind"} == NAMES
    assert employer_names(["Scale AI"], ["scaleai"]) == {"Scale AI", "scaleai"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mountain View, California, US", "Mountain View, CA, USA"),
        ("New York City, New York, US", "New York, NY, USA"),
        ("Zürich, Switzerland", "Zurich"),
        ("Singapore ", "Singapore"),
        ("London (hybrid)", "London, UK"),
        ("Bangalore, India", "Bengaluru, Karnataka, India"),
    ],
)
def test_one_town_is_written_in_many_ways(one: str, other: str) -> None:
    assert pairs([side(1, "Engineer", one)], [side(11, "Engineer", other)]) == {11: 1}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Cambridge, UK", "Cambridge, MA, USA"),
        ("London, UK", "Paris, France"),
        ("London, Ontario", "London, UK"),
    ],
)
def test_other_towns_are_other_places(one: str, other: str) -> None:
    assert (
        pairs([side(1, "Engineer", one, text=TEXT)], [side(11, "Engineer", other, text=TEXT)]) == {}
    )


def test_without_a_text_only_a_unique_title_and_place_match() -> None:
    assert (
        match([side(1)], [side(11, text=TEXT)], same_ats=False)[11].reason
        == "the same title and place"
    )
    assert pairs([side(1), side(2)], [side(11)]) == {}
    assert pairs([side(1)], [side(11), side(12)]) == {}
    assert pairs([side(1), side(2, "Chef")], [side(11), side(12, "Chef")]) == {11: 1, 12: 2}


def test_without_a_place_a_title_is_no_proof() -> None:
    nowhere = {
        number: MovedPosting(number, "engineer", {}, JobNumbers(None, None)) for number in (1, 11)
    }
    assert pairs([nowhere[1]], [nowhere[11]]) == {}


def test_texts_that_differ_are_other_roles() -> None:
    assert (
        pairs(
            [side(1, text=TEXT)],
            [side(11, text="Cook for us every day, from the market to the plate.")],
        )
        == {}
    )
    assert (
        match([side(1, text=TEXT)], [side(11, text=TEXT)], same_ats=False)[11].reason
        == "the same title, place and text"
    )
    assert match([side(1, text=TEXT)], [side(11, text=TEXT + "Now.")], same_ats=False)[
        11
    ].reason.endswith("99 % the same")


def test_a_text_rewritten_for_another_ats_leaves_the_only_pair_of_title_and_place() -> None:
    other = (
        "You build large things, and you do so with care. "
        "Our engineer works here, and we look for one such person."
    )
    assert match([side(1, text=TEXT)], [side(11, text=other)], same_ats=False)[11].reason.endswith(
        "most of its words"
    )
    assert match([side(1, text=TEXT)], [side(11, text=other)], same_ats=True) == {}
    assert pairs([side(1, text=TEXT), side(2, text=TEXT)], [side(11, text=other)]) == {}


def test_of_several_the_nearest_text_is_taken_and_each_only_once() -> None:
    former = [side(1, text=TEXT), side(2, text=TEXT + "Twice a day, with joy. ")]
    new = [
        side(11, text=TEXT + "Twice a day, with joy. "),
        side(12, text=TEXT),
        side(13, text=TEXT),
    ]
    for order in permutations(new):
        assert pairs(former, list(order)) == {11: 2}
    assert pairs(former, new[:2]) == {11: 2, 12: 1}


def test_as_many_postings_of_one_text_are_pairs_in_turn() -> None:
    former = [side(1, text=TEXT), side(2, text=TEXT), side(3, text=TEXT, is_open=False)]
    new = [side(11, text=TEXT), side(12, text=TEXT)]
    for order in permutations(former):
        assert pairs(list(order), new) == {11: 1, 12: 2}
    assert pairs(former[1:], new) == {11: 2, 12: 3}
    assert pairs(former[:2], new[:1]) == {}
    abroad = [
        side(number, "Engineer", place, text=TEXT)
        for number, place in ((1, "London, UK"), (2, "London, Ontario, Canada"))
    ]
    assert pairs(abroad, [replace(one, id=one.id + 10) for one in abroad]) == {11: 1, 12: 2}


def test_a_text_that_is_as_near_to_another_one_is_no_proof() -> None:
    former = [side(1, text=f"{TEXT}Team A."), side(2, text=f"{TEXT}Team B.")]
    new = [side(11, text=f"{TEXT}Team C."), side(12, text=f"{TEXT}Team D.")]
    assert pairs(former, new) == {}
    assert pairs(former, new[:1]) == {}


def test_a_text_that_is_nearer_to_another_posting_is_not_matched_with_what_is_left() -> None:
    """The first posting took the second one's place: nobody knows which one came."""
    former = [
        side(1, text=f"{TEXT}Twice a day, with joy, in the office."),
        side(2, text=f"{TEXT}Twice a day, with joy."),
    ]
    new = [side(11, text=f"{TEXT}Twice a day, with joy!"), side(12, text=f"{TEXT}Never.")]
    assert pairs(former, new, same_ats=True) == {11: 2}


def test_an_open_posting_goes_before_a_closed_one() -> None:
    assert pairs([side(1, is_open=False), side(2)], [side(11)]) == {11: 2}
    assert pairs(
        [side(1, is_open=False, text=TEXT), side(2, text=TEXT)], [side(11, text=TEXT)]
    ) == {11: 2}
    assert pairs([side(1, is_open=False)], [side(11)]) == {11: 1}


def test_a_requisition_that_one_posting_of_each_board_has_is_enough() -> None:
    assert pairs(
        [side(1, "Engineer", requisition="R-7")], [side(11, "Staff Engineer", requisition="R-7")]
    ) == {11: 1}
    chance = pairs(
        [side(1, "Chef", "Paris, France", requisition="7")], [side(11, "Engineer", requisition="7")]
    )
    assert chance == {}


def test_a_requisition_that_many_have_says_nothing_alone() -> None:
    former = [side(1, "Nurse", requisition="TANK"), side(2, "Porter", "Paris", requisition="TANK")]
    assert pairs(former, [side(11, "Physician", requisition="TANK")]) == {}
    assert pairs(former, [side(11, "Porter", "Paris", requisition="TANK", text=TEXT)]) == {11: 2}


def test_a_requisition_goes_before_a_text() -> None:
    former = [
        side(1, text=TEXT),
        side(2, text="Other words entirely, about something else.", requisition="R-7"),
    ]
    assert pairs(former, [side(11, text=TEXT, requisition="R-7")]) == {11: 2}


def test_an_internal_job_is_a_number_of_one_ats() -> None:
    former = [side(1, "Engineer", internal_job="9")]
    new = [side(11, "Staff Engineer", internal_job="9")]
    assert pairs(former, new, same_ats=True) == {11: 1}
    assert pairs(former, new) == {}


def test_a_board_compared_with_itself_gives_each_posting_back() -> None:
    board = [
        side(number, f"Engineer {number % 7}", f"Town {number}", text=TEXT if number % 2 else "")
        for number in range(40)
    ]
    assert pairs(board, board) == {number: number for number in range(40)}
