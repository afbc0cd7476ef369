"""A changed field in words says nothing false."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from monitor.message_parts import FieldChange, Role
from monitor.notify.compose import changes, facts
from monitor.notify.compose.labelled import labelled as line_of
from monitor.notify.document import Line

ROLE = Role("greenhouse:acme:1", "Acme", "Engineer", "https://acme.example/1")
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
MANY = "; ".join(f"City {number}" for number in range(40))


def words(line: Line) -> str:
    return "".join(span.text for span in line)


def headline(field: str, old: str, new: str) -> str:
    return words(changes.phrase(FieldChange(field, old, new), ROLE).headline)


def labelled(field: str, old: str, new: str, role: Role = ROLE, before: str | None = None) -> str:
    return words(line_of(FieldChange(field, old, new), role, before, AT))


@pytest.mark.parametrize("old", ["Cambridge, UK", f"{MANY}; Lima"])
def test_a_move_names_the_places_that_differ(old: str) -> None:
    new = old.replace("UK", "MA").replace("Lima", "Quito")
    (*_, dropped), (*_, added) = old.split("; "), new.split("; ")
    role = msgspec.structs.replace(ROLE, location=new)
    assert headline("location", old, new) == f"moved this role: {dropped} → {added}"
    assert labelled("location", old, new, role) == f"Location: {dropped} → {added}"


def test_a_role_that_leaves_one_cambridge_for_another_did_not_only_add_a_place() -> None:
    said = headline("location", "Cambridge, UK", "Cambridge, MA; Boston")
    assert said == "moved this role: Cambridge, UK → Cambridge, MA, Boston"


def test_a_location_of_only_commas_is_no_location() -> None:
    assert headline("location", "London", ",,,") == "dropped the location (was London)"
    assert headline("location", ",,,", "London") == "set the location: London"


def test_the_former_place_stands_with_its_former_workplace() -> None:
    role = msgspec.structs.replace(ROLE, location="Paris", workplace="remote")
    assert labelled("location", "London", "Paris", role, "onsite") == (
        "Location: London → Remote (Paris)"
    )


@pytest.mark.parametrize("unclear", ["Competitive, about £90k", "OTE"])
def test_pay_that_cannot_be_read_is_not_said_to_be_missing(unclear: str) -> None:
    known = "90000-98000 GBP/year"
    assert headline("pay", known, unclear) == "changed pay (was £90k–98k)"
    assert headline("pay", unclear, known) == "changed pay: £90k–98k"
    assert labelled("pay", known, unclear) == "Pay: changed (was £90k–98k)"
    assert headline("pay", known, "") == "no longer states pay (was £90k–98k)"
    assert headline("pay", "", known) == "now states pay: £90k–98k"


def test_a_changed_deadline_over_six_months_away_has_its_year() -> None:
    near, far = "2026-12-19T01:00:00.000000Z", "2027-12-19T01:00:00.000000Z"
    moved = FieldChange("deadline", near, far)
    said = (
        changes.phrase(moved, ROLE, AT).headline,
        changes.listing([moved], ROLE, AT),
        line_of(moved, ROLE, None, AT),
    )
    for line in said:
        dates = [span for span in line if span.at is not None]
        assert [(span.at.year, span.with_year) for span in dates if span.at][-1] == (2027, True)
        assert not any(span.with_year for span in dates[:-1])


def test_the_former_deadline_gets_no_time_that_nobody_wrote() -> None:
    new = datetime(2026, 12, 19, 1, tzinfo=UTC)
    role = msgspec.structs.replace(ROLE, deadline_at=new, deadline_text="5 pm PST, December 18")
    moved = FieldChange("deadline", "2026-12-11T07:59:59.000000Z", f"{new:%Y-%m-%dT%H:%M:%SZ}")
    dates = [span for span in changes.phrase(moved, role).headline if span.at is not None]
    assert [(span.shows, span.at and span.at.day) for span in dates] == [
        ("day", 10),
        ("moment", 19),
    ]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Full-time", ""),
        ("FullTime", ""),
        ("Permanent", ""),
        ("Full-time contract", "Full-time contract"),
        ("Intern (Full-time)", "Intern (Full-time)"),
        ("Part-time or full-time", "Part-time or full-time"),
        ("Full Time, Fixed Term", "Full Time, Fixed Term"),
        ("PART_TIME", "Part-time"),
    ],
)
def test_only_plain_full_time_goes_without_saying(written: str, shown: str) -> None:
    assert facts.employment(msgspec.structs.replace(ROLE, employment_type=written)) == shown
