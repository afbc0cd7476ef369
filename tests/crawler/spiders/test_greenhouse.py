from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from crawler.items import Deadline, Pay, Posting, Unreadable
from crawler.readers import reread
from crawler.spiders.greenhouse import GreenhouseSpider
from tests.support.crawling import site
from tests.support.greenhouse import job
from tests.support.places import ROOT

OURS = (ROOT / "tests") / "recordings" / "greenhouse"
RECORDINGS = ROOT.parent / "shared" / "recordings" / "greenhouse"
RECORDED = [(OURS, 12), pytest.param(RECORDINGS, 3000, marks=pytest.mark.needs(RECORDINGS))]
FIRST = [
    OURS / "otherworks.json",
    pytest.param(
        RECORDINGS / "deepmind_5938712_constructed.json", marks=pytest.mark.needs(RECORDINGS)
    ),
]


def read(raw: dict[str, Any]) -> Posting:
    return reread("greenhouse", json.dumps(raw).encode())


def test_a_job_is_read_as_a_person_reads_it() -> None:
    posting = read(job(title="  Research   Engineer\u00a0"))
    assert posting.title == "Research Engineer"
    assert posting.location == "London, UK"
    assert posting.description == "Build & test models."
    assert (posting.department, posting.company, posting.requisition) == (
        "Research",
        "Example Labs",
        "R-7",
    )
    assert posting.first_published == datetime(2026, 2, 1, 15, tzinfo=UTC)
    assert posting.unsent == frozenset()


def test_pay_that_the_ats_states_wins_over_the_text() -> None:
    ranges = [
        {
            "min_cents": 13_300_000,
            "max_cents": 20_000_000,
            "currency_type": "USD",
            "title": "Zone 1",
            "blurb": "",
        },
        {
            "min_cents": 12_000_000,
            "max_cents": 18_000_000,
            "currency_type": "USD",
            "title": "Zone 2",
            "blurb": "",
        },
    ]
    posting = read(
        job(pay_input_ranges=ranges, content="&lt;p&gt;Salary: $1,000 - $2,000 per month&lt;/p&gt;")
    )
    assert isinstance(posting.pay, Pay)
    assert (posting.pay.minimum, posting.pay.maximum, posting.pay.currency, posting.pay.period) == (
        120000,
        200000,
        "USD",
        "year",
    )
    assert "pay" in posting.stated


def test_pay_is_that_of_the_first_place() -> None:
    ranges = [
        {"min_cents": 9_000_000, "max_cents": 12_000_000, "currency_type": "USD", "title": "US"},
        {"min_cents": 7_000_000, "max_cents": 8_000_000, "currency_type": "GBP", "title": "UK"},
    ]
    pay = read(job(location={"name": "London, UK; Boston, MA"}, pay_input_ranges=ranges)).pay
    assert pay == Pay(
        70_000, 80_000, "GBP", "year", "US: $90,000 - $120,000; UK: £70,000 - £80,000"
    )


def test_a_stated_deadline_is_an_instant_and_its_words() -> None:
    posting = read(job(application_deadline="2026-03-31T19:00:00-04:00"))
    assert posting.deadline == Deadline(
        datetime(2026, 3, 31, 23, tzinfo=UTC), "2026-03-31T19:00:00-04:00"
    )
    assert "deadline" in posting.stated


def test_a_deadline_that_is_a_bare_day_ends_with_it() -> None:
    posting = read(job(location={"name": "Berlin, Germany"}, application_deadline="2026-06-30"))
    end = datetime(2026, 6, 30, 21, 59, 59, tzinfo=UTC)
    assert posting.deadline == Deadline(end, "2026-06-30")


def test_a_location_that_is_a_way_of_working_takes_its_places_from_the_offices() -> None:
    posting = read(job(location={"name": "Hybrid"}))
    assert posting.workplace == "hybrid"
    assert "London, United Kingdom" in posting.locations


def test_a_key_that_is_absent_is_unsent_and_one_that_is_null_is_not() -> None:
    raw = job()
    del raw["application_deadline"], raw["departments"]
    assert read(raw).unsent == {"deadline", "department"}
    assert read(job(location={"name": None})).location == ""


@pytest.mark.parametrize("missing", ["title", "absolute_url", "location"])
def test_drift_is_loud(missing: str) -> None:
    raw = job()
    del raw[missing]
    with pytest.raises(Unreadable):
        read(raw)


def test_names_of_people_in_internal_fields_are_not_kept() -> None:
    people = {
        "id": 1,
        "name": "Recruiter",
        "value": {"name": "Ann Example", "email": "ann@example.org"},
        "value_type": "user",
    }
    team = {"id": 2, "name": "Team", "value": "Models", "value_type": "single_select"}
    kept = GreenhouseSpider.keep(json.dumps(job(metadata=[people, team])).encode())
    assert b"Ann" not in kept
    assert b"ann@" not in kept
    assert json.loads(kept)["metadata"] == [team]


@pytest.mark.parametrize(("folder", "least"), RECORDED, ids=["ours", "real"])
def test_every_recorded_job_can_be_read(folder: Path, least: int) -> None:
    count = 0
    for file in folder.rglob("*.json"):
        found = json.loads(file.read_text())
        for raw in (found.get("jobs") or []) if isinstance(found, dict) else []:
            posting = read(raw)
            assert posting.title
            count += 1
    assert count >= least


@pytest.mark.parametrize("file", FIRST, ids=["ours", "real"])
def test_pay_and_deadline_are_read_from_a_posting_that_states_them_in_its_text(file: Path) -> None:
    posting = read(json.loads(file.read_text())["jobs"][0])
    assert posting.title.startswith("Research Engineer, ")
    assert posting.location == "Mountain View, California, US"
    assert posting.pay is not None
    assert (posting.pay.minimum, posting.pay.maximum, posting.pay.currency, posting.pay.period) == (
        133000,
        240000,
        "USD",
        "year",
    )
    assert posting.deadline == Deadline(
        datetime(2024, 5, 19, 19, tzinfo=UTC), "12pm PST Sunday 19th of May 2024"
    )


def test_the_length_of_employment_is_its_type() -> None:
    length = {"id": 1, "name": "Employment Length", "value": "Permanent"}
    fields = [length | {"value_type": "single_select"}]
    assert read(job(metadata=fields)).employment_type == "Permanent"


@pytest.mark.parametrize("value", [None, {"unit": "USD", "min_value": None, "max_value": None}])
def test_a_field_for_pay_that_is_empty_says_nothing(value: object) -> None:
    posting = read(
        job(
            metadata=[
                {"id": 1, "name": "Salary range", "value": value, "value_type": "currency_range"}
            ]
        )
    )
    assert (posting.pay, posting.stated) == (None, frozenset())


def pay_field(name: str, low: object, high: object, unit: str = "USD") -> dict[str, Any]:
    value = {"unit": unit, "min_value": low, "max_value": high}
    return {"id": 1, "name": name, "value": value, "value_type": "currency_range"}


@pytest.mark.parametrize("name", ["Pay Transparency Range", "Hiring Range", "Job Post Range"])
def test_a_field_for_a_range_of_pay_is_read(name: str) -> None:
    pay = read(job(metadata=[pay_field(name, "114600.0", "168500.0")])).pay
    assert pay == Pay(114600, 168500, "USD", "year", "$114,600 - $168,500")


@pytest.mark.parametrize(
    ("name", "value", "period"),
    [
        ("Pay Frequency", "Hourly", "hour"),
        ("Pay Rate Type", "Hourly", "hour"),
        ("Pay Rate Type", "Salary", None),
        ("Pay Frequency", None, None),
    ],
)
def test_a_field_states_the_period_of_the_pay_beside_it(
    name: str, value: str | None, period: str | None
) -> None:
    frequency = {"id": 2, "name": name, "value": value, "value_type": "single_select"}
    pay = read(job(metadata=[frequency, pay_field("Pay Range", "22.5", "30.0")])).pay
    assert pay is not None
    assert (pay.minimum, pay.maximum, pay.period) == (22.5, 30, period)


def test_pay_in_the_words_of_a_field_is_read() -> None:
    words = {"id": 1, "name": "Pay Range", "value": "$120,000 - $150,000"}
    posting = read(job(metadata=[words | {"value_type": "long_text"}], content=""))
    assert posting.pay is not None
    assert (posting.pay.minimum, posting.pay.maximum) == (120_000, 150_000)
    assert "pay" in posting.stated


@pytest.mark.parametrize("low", ["a lot", [], "nan", None])
def test_an_odd_end_of_a_range_hides_no_role(low: object) -> None:
    pay = read(job(metadata=[pay_field("Salary", low, "90,000")])).pay
    assert pay is None or (pay.minimum, pay.maximum) == (None, 90_000)


def test_a_range_of_money_that_is_not_pay_is_none() -> None:
    budget = {
        "id": 1,
        "name": "Equipment budget",
        "value": {"unit": "USD", "min_value": "1000.0", "max_value": "2000.0"},
    }
    assert read(job(metadata=[budget | {"value_type": "currency_range"}])).pay is None


def test_a_field_whose_form_nobody_knows_is_not_kept() -> None:
    for fields in (
        ["Ann Example"],
        "Ann Example",
        {"Recruiter": "Ann Example"},
        [{"name": "Contact", "value": "Ann Example"}],
    ):
        assert b"Ann" not in GreenhouseSpider.keep(json.dumps(job(metadata=fields)).encode())


def test_an_address_in_a_plain_field_is_not_kept() -> None:
    field = {
        "id": 1,
        "name": "Questions to",
        "value": "ann@example.org",
        "value_type": "short_text",
    }
    assert b"ann@" not in GreenhouseSpider.keep(json.dumps(job(metadata=[field])).encode())


@pytest.mark.parametrize("kind", [None, 7, ["user"], {"is": "user"}])
def test_a_field_of_an_odd_kind_is_not_kept_and_costs_the_job_nothing(kind: object) -> None:
    raw = json.dumps(
        job(metadata=[{"name": "Contact", "value": "Ann Example", "value_type": kind}])
    ).encode()
    assert reread("greenhouse", raw).title
    assert b"Ann" not in GreenhouseSpider.keep(raw)


@pytest.mark.parametrize(
    "last",
    [
        b"[]",
        b"null",
        b'[{"name":"Team","value":"ann@example.org","value":"Models","value_type":"single_select"}]',
    ],
)
def test_of_a_key_that_stands_twice_only_what_was_read_is_kept(last: bytes) -> None:
    people = b'[{"name":"Recruiter","value":"ann@example.org","value_type":"user"}]'
    raw = (
        json.dumps(job(metadata=0))
        .encode()
        .replace(b'"metadata": 0', b'"metadata":%s,"metadata":%s' % (people, last))
    )
    assert b"ann@" not in GreenhouseSpider.keep(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"null",
        b"7",
        b"[]",
        b'"text"',
        b"{",
        b'{"id":1}',
        b'{"title":"\\ud800"}',
        b"[" * 5000 + b"]" * 5000,
    ],
)
def test_json_that_is_not_a_job_is_unreadable(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        reread("greenhouse", raw)


@pytest.mark.parametrize(
    "fields",
    [
        {"title": None},
        {"title": 7},
        {"absolute_url": None},
        {"location": None},
        {"location": "London"},
        {"content": 7},
        {"departments": "Research"},
        {"departments": [None]},
        {"application_deadline": 7},
        {"pay_input_ranges": [{"min_cents": "a lot", "currency_type": "USD"}]},
        {"pay_input_ranges": 7},
        {"metadata": 7},
    ],
    ids=str,
)
def test_a_field_of_another_kind_makes_a_job_unreadable(fields: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        read(job(**fields))


@pytest.mark.parametrize(("written", "key"), [(7, "7"), ("7", "7"), ("a-b", "a-b")])
def test_a_key_is_a_number_or_a_text(written: object, key: str) -> None:
    raw = json.dumps({"id": written, "company_name": 5}).encode()
    assert GreenhouseSpider().job_header(raw).key == key


@pytest.mark.parametrize(
    "odd",
    [
        {"first_published": "not a date"},
        {"updated_at": "9999-99-99"},
        {"application_deadline": "garbage"},
        {"application_deadline": "0001-01-01T00:00:00+14:00"},
        {"application_deadline": "9999-12-31T23:59:59-12:00"},
        {"first_published": "0001-01-01T00:00:00Z"},
        {"requisition_id": 7},
        {"company_name": 5},
        {"company_name": "Labs " * 900},
        {"offices": 1},
        {
            "pay_input_ranges": [
                {
                    "min_cents": 10**40,
                    "max_cents": -1,
                    "currency_type": "XXXXXX",
                    "title": "",
                    "blurb": "",
                }
            ]
        },
    ],
    ids=str,
)
def test_an_odd_field_beside_it_does_not_hide_a_role(odd: dict[str, Any]) -> None:
    posting = read(job(**odd))
    assert posting.title == "Research Engineer"
    assert posting.pay is None
    assert posting.first_published is None or posting.first_published.year > 2000
    assert posting.deadline is None or posting.deadline.at is None
    assert len(posting.company or "") < 100


@pytest.mark.parametrize("key", ["", "abc/../x?y#z", "a b", "1" * 65])
def test_a_key_that_would_change_an_address_is_none(key: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        GreenhouseSpider().job_header(json.dumps({"id": key}).encode())


def test_half_a_character_does_not_hide_a_board() -> None:
    body = rb'{"jobs":[{"id":1,"title":"A \ud83d B"},{"id":2,"title":"\ud83d\ude00 \\ud83d"}]}'
    first, second = GreenhouseSpider().slice(body, site()).jobs
    assert msgspec.json.decode(first)["title"] == "A \ufffd B"
    assert msgspec.json.decode(second)["title"] == "\U0001f600 \\ud83d"
