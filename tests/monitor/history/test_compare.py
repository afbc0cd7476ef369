from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.items import Deadline, Pay, Posting
from monitor.history.compare import (
    deadline_words,
    derived_fields,
    differences,
    digest,
    one_line,
    pay_words,
    same_content,
)
from tests.support.boards import posting

NOON = datetime(2026, 4, 1, 12, tzinfo=UTC)
YEARLY = Pay(133000, 240000, "USD", "year", "$133,000 - $240,000")


def fields(before: Posting, after: Posting) -> list[str]:
    return [change.field for change in differences(before, after)]


@pytest.mark.parametrize(
    ("field", "edit"),
    [
        ("title", {"title": "Principal Research Engineer"}),
        ("location", {"location": "Zurich", "locations": ("Zurich",)}),
        ("department", {"department": "Science"}),
        ("employment_type", {"employment_type": "Permanent"}),
        ("workplace", {"workplace": "hybrid"}),
        ("pay", {"pay": YEARLY}),
        ("deadline", {"deadline": Deadline(NOON, "1 April, noon")}),
        ("url", {"url": "https://example.org/jobs/1"}),
        ("description", {"description": "We look for an engineer. You will build large things."}),
    ],
)
def test_an_edit_is_a_difference_in_its_field_alone(field: str, edit: dict[str, Any]) -> None:
    before = posting()
    assert fields(before, replace(before, **edit)) == [field]


@pytest.mark.parametrize(
    "unseen",
    [
        {"description": "We look for an engineer. You will\n\nbuild things."},
        {"locations": ("London, UK",), "location": "London, UK"},
        {"updated_at": NOON, "first_published": NOON},
        {"requisition": "R-1", "internal_job": "9", "company": "Example Labs Ltd"},
    ],
)
def test_what_no_reader_sees_is_no_difference_and_keeps_the_digest(unseen: dict[str, Any]) -> None:
    after = replace(posting(), **unseen)
    assert fields(posting(), after) == []
    assert digest(posting()) == digest(after)


def test_the_order_of_places_and_departments_is_no_difference() -> None:
    before = posting(location="Paris; Rome", locations=("Paris", "Rome"), department="A; B")
    after = posting(location="Rome; Paris", locations=("Rome", "Paris"), department="B; A")
    assert fields(before, after) == []
    assert digest(before) == digest(after)


def test_pay_that_is_only_written_otherwise_is_no_difference() -> None:
    assert fields(posting(pay=YEARLY), posting(pay=replace(YEARLY, text="USD 133k to 240k"))) == []


def test_derived_pay_is_no_part_of_the_digest_and_stated_pay_is() -> None:
    assert digest(posting(pay=YEARLY)) == digest(posting())
    assert digest(posting(pay=YEARLY, stated=frozenset({"pay"}))) != digest(posting())


def given_(field: str, value: object) -> Posting:
    fields: dict[str, Any] = {field: value}
    return posting(**fields)


FULL = posting(
    title="T",
    location="Rome; Paris",
    locations=("Rome", "Paris"),
    department="B; A",
    employment_type="Permanent",
    workplace="hybrid",
    pay=replace(YEARLY, minimum=133000.0, maximum=240000.0),
    deadline=Deadline(NOON, "1 April, noon"),
)


@pytest.mark.parametrize(
    ("one", "stored"),
    [
        (posting(), "1:57ba3244181cc5d39b48de3e836bbbfcd23c1670dca3b20763095e31c7d2f1cb"),
        (
            posting(department=""),
            "1:c8ceb3a42ad31a37289454ab7df9bd6e3bc703a0d5c15f82906dff271b22a43d",
        ),
        (FULL, "1:2e53e1c44bf20eb558f5501cfe3bbc7ff3591942e9671e2ac9d5a39e2a2aebb1"),
        (
            replace(FULL, stated=frozenset({"pay", "deadline", "workplace"})),
            "1:c88a0172490aecc4023ef3c887a4bcd85ff6523b47062b78544420c08227e2a2",
        ),
    ],
)
def test_a_digest_that_was_stored_years_ago_is_still_the_same(one: Posting, stored: str) -> None:
    """Another one under the same number would make a revision of every posting that there is."""
    assert digest(one) == stored


@pytest.mark.parametrize("field", ["pay", "deadline", "workplace"])
def test_what_is_derived_is_no_part_of_the_digest_and_what_is_stated_is(field: str) -> None:
    derived_fields, none = given_(field, getattr(FULL, field)), given_(field, None)
    assert digest(derived_fields) == digest(none)
    assert digest(replace(derived_fields, stated=frozenset({field}))) != digest(
        replace(none, stated=frozenset({field}))
    )


def test_a_digest_leaves_out_what_is_empty() -> None:
    assert digest(posting(department="", employment_type="", location="", locations=())) == digest(
        posting(
            department="",
            employment_type="",
            location="",
            locations=("",),
            stated=frozenset({"pay", "deadline", "workplace"}),
        )
    )


def test_pay_without_an_amount_is_its_words_and_with_one_its_amount() -> None:
    unclear = Pay(None, None, "USD", None, "competitive")
    assert fields(posting(pay=unclear), posting(pay=replace(unclear, text="very competitive"))) == [
        "pay"
    ]
    assert (
        fields(
            posting(pay=replace(YEARLY, minimum=None)),
            posting(pay=replace(YEARLY, minimum=None, text="other")),
        )
        == []
    )


def test_a_deadline_is_its_instant_or_else_its_words() -> None:
    late = Deadline(NOON.replace(hour=13), "1 April, 1pm")
    assert fields(posting(deadline=Deadline(NOON, "1 April, noon")), posting(deadline=late)) == [
        "deadline"
    ]
    assert (
        fields(
            posting(deadline=Deadline(NOON, "1 April")),
            posting(deadline=Deadline(NOON, "noon, 1 April")),
        )
        == []
    )
    assert fields(
        posting(deadline=Deadline(None, "soon")), posting(deadline=Deadline(None, "later"))
    ) == ["deadline"]


def test_a_difference_says_what_was_there_and_what_is() -> None:
    after = replace(
        FULL,
        title="U",
        pay=None,
        deadline=Deadline(None, "soon"),
        workplace=None,
        description="Other.",
    )
    found = {change.field: (change.old, change.new) for change in differences(FULL, after)}
    assert found == {
        "title": ("T", "U"),
        "workplace": ("hybrid", ""),
        "pay": ("133000-240000 USD/year", ""),
        "deadline": ("2026-04-01T12:00:00.000000Z", "soon"),
        "description": (FULL.description, "Other."),
    }


@pytest.mark.parametrize("stated", [frozenset(), frozenset({"deadline"})])
def test_a_deadline_of_the_same_words_is_another_only_where_the_ats_states_it(
    stated: frozenset[str],
) -> None:
    before = posting(deadline=Deadline(NOON, "1 April, noon"), stated=stated)
    after = replace(
        before,
        location="Paris",
        locations=("Paris",),
        deadline=Deadline(NOON.replace(hour=10), "1 April, noon"),
    )
    assert fields(before, after) == ["location", *sorted(stated)]
    assert fields(before, replace(after, stated=frozenset({"deadline"}))) == [
        "location",
        "deadline",
    ]
    assert fields(replace(before, stated=frozenset({"deadline"})), after) == [
        "location",
        "deadline",
    ]


def test_a_reading_may_be_another_though_a_reader_sees_the_same() -> None:
    before = posting(deadline=Deadline(NOON, "1 April, noon"))
    after = replace(before, deadline=Deadline(NOON.replace(year=2027), "1 April, noon"))
    assert same_content(before, after)
    assert derived_fields(before) != derived_fields(after)
    assert derived_fields(before) == derived_fields(replace(before, updated_at=NOON))


def test_no_deadline_has_no_text() -> None:
    assert deadline_words(None) == ""


def test_what_is_read_from_a_text_that_is_newly_sent_is_no_difference() -> None:
    before = posting(description="", unsent=frozenset({"description", "department"}), department="")
    after = posting(pay=YEARLY, deadline=Deadline(NOON, "noon"), department="New")
    assert fields(before, after) == []
    stated = replace(before, stated=frozenset({"pay"}))
    assert fields(stated, after) == ["pay"]


def test_a_field_that_is_newly_sent_is_no_difference() -> None:
    before = posting(unsent=frozenset({"deadline"}))
    after = posting(deadline=Deadline(NOON, "2026-04-01"), stated=frozenset({"deadline"}))
    assert fields(before, after) == []
    assert fields(replace(before, unsent=frozenset()), after) == ["deadline"]


def test_what_a_text_says_is_compared_while_the_ats_states_nothing() -> None:
    before = posting(description="By noon", unsent=frozenset({"deadline", "pay"}))
    after = posting(description="By noon. Paid", pay=YEARLY)
    assert fields(before, after) == ["pay", "description"]
    assert fields(before, replace(after, stated=frozenset({"pay"}))) == ["description"]


def test_further_places_that_are_newly_sent_are_no_difference() -> None:
    before = posting(location="Leeds", locations=("Leeds",), unsent=frozenset({"locations"}))
    assert fields(before, posting(location="Leeds; York", locations=("Leeds", "York"))) == []
    assert fields(before, posting(location="York", locations=("York",))) == ["location"]


@given(
    st.builds(
        posting,
        title=st.text(),
        description=st.text(),
        location=st.text(),
        locations=st.tuples(st.text()),
    )
)
def test_a_posting_never_differs_from_itself(one: Posting) -> None:
    assert differences(one, one) == ()
    assert digest(one) == digest(replace(one))


@given(st.text(), st.text())
def test_two_digests_are_equal_just_when_a_reader_sees_the_same(one: str, other: str) -> None:
    before, after = posting(title=one, url=other), posting(title=other, url=one)
    assert (digest(before) == digest(after)) == (differences(before, after) == ())


@pytest.mark.parametrize(
    ("pay", "words"),
    [
        (YEARLY, "133000-240000 USD/year"),
        (Pay(34.62, 34.62, "USD", "hour", "$34.62/hour"), "34.62 USD/hour"),
        (Pay(None, 160000, "USD", "year", "up to $160,000"), "up to 160000 USD/year"),
        (Pay(231000, None, "USD", "year", "$231,000+"), "from 231000 USD/year"),
        (Pay(None, None, None, None, "competitive"), "competitive"),
        (Pay(100, 200, None, None, "100-200"), "100-200"),
        (Pay(34.50, 200.05, None, "day", ""), "34.5-200.05/day"),
        (Pay(0, 0, "EUR", None, "0"), "0 EUR"),
        (None, ""),
    ],
)
def test_pay_is_written_as_the_contract_says(pay: Pay | None, words: str) -> None:
    assert pay_words(pay) == words


_SPACES = st.sampled_from(
    ["a", "word", " ", "  ", "\n", "\n\n", "\n\n\n", "\t", "\xa0", "\u2009", "•"]
)


@given(st.lists(_SPACES, max_size=14).map("".join))
def test_each_run_of_white_space_is_one_space(text: str) -> None:
    assert one_line(text) == " ".join(text.split())
