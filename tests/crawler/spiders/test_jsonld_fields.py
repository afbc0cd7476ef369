"""JSON-LD: the fields of a posting, in the forms in which sites write them."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest

from crawler.items import Posting, Unreadable
from crawler.readers import reread
from crawler.spiders.jsonld_page import read_page
from crawler.spiders.jsonld_posting import key_of, read_posting, stored_job
from tests.support.jsonld import (
    HOST,
    page,
    path,
    posting,
)


def read(**fields: Any) -> Posting:
    job = posting(1, **fields)
    return read_posting(stored_job(job, job["url"], is_deadline=False))


def test_a_posting_is_read_as_a_person_reads_it() -> None:
    found = read(title="R&amp;D Engineer")
    assert (found.key, found.title) == ("R-1", "R&D Engineer")
    assert found.url == f"https://{HOST}{path(1)}"
    assert (found.location, found.locations) == ("London, England, GB", ("London, England, GB",))
    assert (found.employment_type, found.company) == ("Full-time", "Example Labs")
    assert (found.requisition, found.unsent) == ("R-1", frozenset())
    assert found.first_published == datetime(2026, 11, 2, tzinfo=UTC)


PLACE = {"@type": "Place"}


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        (
            [PLACE | {"address": {"addressLocality": town}} for town in ("Berlin", "Bonn")],
            "Berlin; Bonn",
        ),
        ({"address": "Berlin, Germany"}, "Berlin, Germany"),
        ("Berlin", "Berlin"),
        (
            {
                "address": {
                    "addressLocality": "Berlin",
                    "addressRegion": "-",
                    "addressCountry": "null",
                }
            },
            "Berlin",
        ),
        (
            {
                "address": {
                    "addressLocality": "UNAVAILABLE",
                    "addressCountry": {"name": ["USA", "USA"]},
                }
            },
            "USA",
        ),
        ({"address": {"addressLocality": "Singapore", "addressRegion": "Singapore"}}, "Singapore"),
        (
            {
                "address": {
                    "addressLocality": "New York",
                    "addressRegion": "New York",
                    "addressCountry": {"@type": "Country", "name": "US"},
                }
            },
            "New York, New York, US",
        ),
        (
            [
                {"name": town, "address": {"addressLocality": "Sunnyvale"}}
                for town in ("Sunnyvale", "Austin")
            ],
            "Sunnyvale; Austin",
        ),
        (
            [{"name": "Example", "address": {"addressLocality": town}} for town in ("Bern", "Ulm")],
            "Bern; Ulm",
        ),
    ],
)
def test_places_are_read_in_every_form(places: Any, expected: str) -> None:
    assert read(jobLocation=places).location == expected


def test_a_telecommute_job_is_remote_in_its_countries() -> None:
    countries = [{"@type": "Country", "name": "Canada"}, {"@type": "Country", "name": "USA"}]
    found = read(
        jobLocation=None, jobLocationType="TELECOMMUTE", applicantLocationRequirements=countries
    )
    assert (found.workplace, found.location) == ("remote", "Remote, Canada; Remote, USA")


@pytest.mark.parametrize(
    ("kind", "workplace"),
    [
        ("TELECOMMUTE", "remote"),
        ("Telecommute", "remote"),
        ("REMOTE", "remote"),
        (["Remote"], "remote"),
        ("Remote, Hybrid, On-site", None),
        ("ONSITE", None),
        ({"@type": "Remote"}, None),
        (None, None),
    ],
)
def test_a_kind_of_place_is_remote_in_any_spelling(kind: Any, workplace: str | None) -> None:
    assert read(jobLocationType=kind).workplace == workplace


def salary(**value: Any) -> dict[str, Any]:
    return {"@type": "MonetaryAmount", "currency": "USD", "value": value}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (salary(minValue=1e5, maxValue=2e5, unitText="YEAR"), (1e5, 2e5, "USD", "year")),
        (
            salary(minValue="95,000", maxValue="115000.00", unitText="YEAR"),
            (95e3, 115e3, "USD", "year"),
        ),
        (
            salary(minValue="45.000", maxValue="60.000,00", unitText="YEAR"),
            (45e3, 60e3, "USD", "year"),
        ),
        (salary(value=1, unitText="YEAR"), (None, None, None, None)),
        (salary(value=40, unitText="HOUR"), (40, 40, "USD", "hour")),
        (salary(value=40, unitText="Hour"), (40, 40, "USD", "hour")),
        (salary(minValue=100, maxValue=200), (100, 200, "USD", None)),
        (salary(minValue=0, maxValue=0, unitText="YEAR"), None),
        (salary(minValue=1, maxValue=1e6, unitText="YEAR"), None),
        ({"currency": "USD", "value": 90_000}, (90e3, 90e3, "USD", "year")),
        ({"currency": "€", "value": 90_000}, (90e3, 90e3, "EUR", "year")),
        ({"value": {"value": 90_000, "unitText": "YEAR"}}, (90e3, 90e3, None, "year")),
    ],
)
def test_pay_is_read_from_its_field(
    given: dict[str, Any], expected: tuple[Any, ...] | None
) -> None:
    pay = read(baseSalary=given).pay
    assert (pay and (pay.minimum, pay.maximum, pay.currency, pay.period)) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("100000", (1e5, 1e5, "USD", "year")),
        (100_000, (1e5, 1e5, "USD", "year")),
        (["95,000"], (95e3, 95e3, "USD", "year")),
        ("£45,000 - £50,000 a year", (45e3, 50e3, "GBP", "year")),
        ("60k-80k", (None, None, None, None)),
        ("Competitive", None),
        ("0", None),
        (True, None),
        ([], None),
    ],
)
def test_pay_may_be_a_number_or_words_alone(given: Any, expected: tuple[Any, ...] | None) -> None:
    pay = read(baseSalary=given, salaryCurrency="USD").pay
    assert (pay and (pay.minimum, pay.maximum, pay.currency, pay.period)) == expected


def test_unclear_words_of_a_field_hide_no_pay_of_the_text() -> None:
    pay = read(baseSalary="100k", description="<p>Salary: $90,000 - $100,000</p>").pay
    assert pay is not None
    assert pay.minimum == 90_000


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["FULL_TIME", "CONTRACTOR"], "Full-time; Contractor"),
        ("OTHER", ""),
        ("Festanstellung", "Festanstellung"),
        (None, ""),
    ],
)
def test_an_employment_type_is_in_words(given: Any, expected: str) -> None:
    assert read(employmentType=given).employment_type == expected


def test_texts_are_read_once_and_without_their_escapes() -> None:
    text = "&lt;p&gt;Build models.&lt;/p&gt;"
    assert read(description=text).description == "Build models."
    assert read(description="One.\\nTwo.\nThree.").description == "One.\nTwo.\nThree."
    found = read(
        description="<p>Do this.</p>", responsibilities="Do this.", qualifications="A PhD."
    )
    assert found.description == "Do this.\n\nA PhD."


@pytest.mark.parametrize(
    "odd", [None, 7, "x", [], {}, ["x"], {"value": []}, {"@id": ["x"]}, [[{"name": [1]}]], 10**30]
)
@pytest.mark.parametrize(
    "name",
    ["title", "description", "identifier", "url", "jobLocation", "baseSalary", "validThrough"],
)
def test_an_odd_field_costs_at_most_its_own_posting(name: str, odd: Any) -> None:
    body = page(posting(1), posting(2) | {name: odd})
    found = read_page(body, f"https://{HOST}/open-roles")
    assert len(found.jobs) == 2
    for job in found.jobs:
        key_of(job, f"https://{HOST}{path(2)}")
        raw = stored_job(job, f"https://{HOST}{path(2)}", is_deadline=False)
        with suppress(Unreadable):
            reread("jsonld", raw)
