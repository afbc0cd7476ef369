"""A field that an answer of the ats lacks is kept: nobody has edited it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from crawler.items import Deadline, Pay, Posting
from monitor.history.compare import differences, keep_unsent
from tests.support.boards import posting

NOON = datetime(2026, 4, 1, 12, tzinfo=UTC)
YEARLY = Pay(133000, 240000, "USD", "year", "$133,000 - $240,000")
DERIVED: dict[str, Any] = {
    "pay": YEARLY,
    "deadline": Deadline(NOON, "1 April, noon"),
    "workplace": "hybrid",
}
PAY_STATED = posting(pay=YEARLY, stated=frozenset({"pay"}))


def fields(before: Posting, after: Posting) -> list[str]:
    return [change.field for change in differences(before, after)]


def without(*unsent: str, **sent: Any) -> Posting:  # any field of a posting
    """Return a posting from an answer that lacks these fields."""
    return posting(unsent=frozenset(unsent), **sent)


@pytest.mark.parametrize("field", DERIVED)
def test_what_the_ats_stated_is_kept_when_it_stops_and_what_was_derived_is_not(field: str) -> None:
    before = posting(**{field: DERIVED[field]})
    stated = replace(before, stated=frozenset({field}))
    assert getattr(keep_unsent(stated, without(field)), field) == DERIVED[field]
    assert getattr(keep_unsent(before, without(field)), field) is None


@pytest.mark.parametrize("field", DERIVED)
def test_what_the_ats_stated_is_kept_however_often_it_is_not_sent(field: str) -> None:
    before = posting(**{field: DERIVED[field]}, stated=frozenset({field}))
    once = keep_unsent(before, without(field))
    twice = keep_unsent(once, without(field, title="Other"))
    assert getattr(twice, field) == DERIVED[field]
    assert fields(once, twice) == ["title"]


def test_a_posting_that_sends_all_it_did_is_carried_as_it_is() -> None:
    after = posting(title="Other")
    assert keep_unsent(posting(), after) is after


def test_a_text_that_is_no_longer_sent_is_kept_with_what_was_read_from_it() -> None:
    before = posting(pay=YEARLY)
    after = keep_unsent(before, without("description", description=""))
    assert (after.description, after.pay) == (before.description, YEARLY)
    assert fields(before, after) == []
    assert after.unsent == frozenset()


def test_pay_that_is_stated_now_replaces_what_was_read_from_a_text_that_is_not_sent() -> None:
    raised = replace(YEARLY, minimum=150000)
    sent = without("description", description="", pay=raised, stated=frozenset({"pay"}))
    assert keep_unsent(posting(pay=YEARLY), sent).pay == raised


def test_pay_that_is_stated_less_exactly_leaves_what_was_read_from_the_text() -> None:
    rough = replace(YEARLY, minimum=100000, maximum=300000)
    sent = without("description", "pay", description="", pay=rough, stated=frozenset({"pay"}))
    assert keep_unsent(posting(pay=YEARLY), sent).pay == YEARLY


def test_a_place_that_is_no_longer_sent_is_kept_with_its_single_places() -> None:
    before = posting(location="Rome; Paris", locations=("Rome", "Paris"))
    after = keep_unsent(before, without("location", location="", locations=()))
    assert (after.location, after.locations) == ("Rome; Paris", ("Rome", "Paris"))


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"minimum": 100000, "maximum": 300000}, True),
        ({"text": "133,000 to 240,000"}, True),
        ({"minimum": None, "maximum": 300000}, True),
        ({"minimum": 100000, "maximum": None}, True),
        ({"minimum": 140000, "maximum": None}, False),
        ({"minimum": 140000}, False),
        ({"maximum": 230000}, False),
        ({"minimum": 140000, "currency": "GBP"}, True),
        ({"minimum": 140000, "period": "month"}, True),
    ],
)
def test_pay_that_is_sent_less_exactly_counts_only_if_it_excludes_a_part_of_the_stored_pay(
    sent: dict[str, Any], *, kept: bool
) -> None:
    rough = replace(YEARLY, **sent)
    after = keep_unsent(PAY_STATED, without("pay", pay=rough, stated=frozenset({"pay"})))
    assert after.pay == (YEARLY if kept else rough)


@pytest.mark.parametrize("ends", [{"minimum": None}, {"maximum": None}])
def test_stored_pay_with_one_end_is_excluded_at_that_end_alone(ends: dict[str, Any]) -> None:
    stored = replace(PAY_STATED, pay=replace(YEARLY, **ends))
    rough = replace(YEARLY, minimum=100000, maximum=300000)
    assert keep_unsent(stored, without("pay", pay=rough)).pay == stored.pay
    narrow = replace(YEARLY, minimum=140000, maximum=230000)
    assert keep_unsent(stored, without("pay", pay=narrow)).pay == narrow


def test_a_field_that_is_kept_does_not_change_what_else_the_answer_states() -> None:
    hybrid = without("pay", pay=None, workplace="hybrid", stated=frozenset({"workplace"}))
    assert keep_unsent(PAY_STATED, hybrid).stated == {"pay", "workplace"}
    assert keep_unsent(posting(requisition="R-1"), posting()).stated == frozenset()


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (posting(), "R-1"),
        (posting(requisition="R-2"), "R-2"),
        (without("requisition", requisition="R-2"), "R-1"),
    ],
)
def test_the_number_of_a_role_is_kept_where_an_answer_has_none_of_its_own(
    sent: Posting, kept: str
) -> None:
    assert keep_unsent(posting(requisition="R-1"), sent).requisition == kept
    assert keep_unsent(posting(), sent).requisition == sent.requisition


def test_what_no_answer_sent_so_far_stays_unsent_beside_what_is_kept() -> None:
    after = keep_unsent(posting(requisition="R-1"), without("pay"))
    assert (after.requisition, after.unsent) == ("R-1", frozenset({"pay"}))
