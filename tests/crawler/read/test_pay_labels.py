"""Pay of the posting's place, where a text states ranges for several places."""

from __future__ import annotations

import pytest

from crawler.items import Pay
from crawler.read.pay import read_pay

TOWNS = "Pay: $151,000 - $172,000 (SF), $131,000 - $149,000 (Austin)"
STATES = "Salary range for Colorado: $98,000 - $112,000; New York: $121,000 - $139,000"
ZONES = (
    "Zone 1 (Seattle, WA; Reno, NV)\n\n$157,000 - $185,000 USD\n\n"
    "Zone 2 (Denver, CO)\n\n$139,000 - $163,000 USD"
)
REST = (
    "The base pay is $150,000 - $170,000 in San Francisco and $130,000 - $150,000 in all other US"
    " locations."
)
USUAL = (
    "The base pay across the U.S. is $101,000 - $131,000. Another range counts in the Bay Area and"
    " New York City: the pay there is $121,000 - $151,000."
)
WASHINGTONS = "Pay range\nWashington: $110,000 - $130,000\nDC: $120,000 - $140,000"
PRIMARY = (
    "Primary location pay range: $101,000 - $119,000\n"
    "Additional locations pay range: $91,000 - $109,000"
)


@pytest.mark.parametrize(
    ("text", "place", "minimum", "maximum"),
    [
        (TOWNS, "Austin, TX", 131_000, 149_000),
        (TOWNS, "San Francisco, CA", 151_000, 172_000),
        (TOWNS, "Boston, MA", 131_000, 172_000),
        (STATES, "Denver, CO", 98_000, 112_000),
        (STATES, "New York, NY; Denver, CO", 121_000, 139_000),
        (STATES, "Remote - US", 98_000, 139_000),
        (ZONES, "Reno, NV", 157_000, 185_000),
        (ZONES, "Remote - Colorado", 139_000, 163_000),
        (ZONES, "Boise, ID", 139_000, 185_000),
        (REST, "San Francisco, CA", 150_000, 170_000),
        (REST, "Austin, TX", 130_000, 150_000),
        (USUAL, "Boston, MA", 101_000, 131_000),
        (USUAL, "New York, NY", 121_000, 151_000),
        (USUAL, "Remote", 101_000, 151_000),
        (WASHINGTONS, "Washington, DC", 120_000, 140_000),
        (WASHINGTONS, "Seattle, Washington", 110_000, 130_000),
        (PRIMARY, "Reston, VA", 101_000, 119_000),
    ],
)
def test_of_several_ranges_that_of_the_first_place_is_the_pay(
    text: str, place: str, minimum: int, maximum: int
) -> None:
    pay = read_pay(text, place=place)
    assert pay is not None
    assert (pay.minimum, pay.maximum, pay.currency) == (minimum, maximum, "USD")
    assert len(pay.text.split("; ")) == 2


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("The US base salary range for this role is $151,000 - $171,000.", "London, UK"),
        ("The pay range in San Francisco, CA is $151,000 - $171,000.", "Berlin, Germany"),
        ("Canada pay range\n\n$151,000 - $171,000 CAD", "Remote, UK"),
        ("Base salary (Ireland): €71,000 - €81,000", "London, UK"),
        ("California or New York pay range: $151,000 - $171,000", "Toronto, Canada"),
        ("The base pay in San Francisco is $151,000 - $171,000.", "Singapore"),
        ("The pay range in Vancouver is $151,000 - $171,000.", "Seattle, WA"),
    ],
)
def test_pay_of_another_country_keeps_only_its_words(text: str, place: str) -> None:
    pay = read_pay(text, place=place)
    assert pay is not None
    assert (pay.minimum, pay.maximum, pay.currency, pay.period) == (None, None, None, None)
    assert "1,000" in pay.text


@pytest.mark.parametrize("employer", ["Boston Scientific", "Texas Instruments", "Oxford Nanopore"])
def test_an_employer_that_is_called_like_a_town_is_no_place(employer: str) -> None:
    pay = read_pay(f"{employer} base pay range: $151,000 - $171,000", place="Toronto, Canada")
    assert pay is not None
    assert (pay.minimum, pay.maximum, pay.currency) == (151_000, 171_000, "CAD")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("The US base salary range is $151,000 - $171,000.", "London, UK; New York, NY"),
        ("The US base salary range is $151,000 - $171,000.", "Remote - EMEA"),
        ("We are a Boston company. The salary is $151,000 - $171,000.", "Berlin, Germany"),
        ("Our Paris office is large. Salary: $151,000 - $171,000", "Austin, TX"),
        ("Work from London for a month! Salary: $151,000 - $171,000", "Austin, TX"),
        ("The pay range in London, Ontario is USD 151,000 - 171,000", "London, Ontario"),
    ],
)
def test_other_names_of_places_leave_pay_as_it_is(text: str, place: str) -> None:
    pay = read_pay(text, place=place)
    assert pay is not None
    assert (pay.minimum, pay.maximum, pay.currency) == (151_000, 171_000, "USD")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("The salary range for candidates in Colorado is $151,000 - $171,000.", "Austin, TX"),
        (
            "This range is for us. The salary range for Reno, NV is $151,000 - $171,000.",
            "Dallas, TX",
        ),
        (
            "Our range in Dallas, TX . The pay range for New York, NY is $151,000 - $171,000.",
            "Dallas, Texas",
        ),
        (
            "In California, Colorado or Washington, the base pay is $151,000 - $171,000.",
            "Atlanta, GA",
        ),
        ("CA, NY, CT pay range: $151,000 - $171,000", "Denver, CO; Austin, TX"),
        ("Colorado Pay Range: $151,000 - $171,000", "Austin, TX"),
    ],
)
def test_one_range_for_another_state_keeps_only_its_words(text: str, place: str) -> None:
    assert read_pay(text, place=place) == Pay(None, None, None, None, "$151,000 - $171,000")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("In Colorado the pay range is $151,000 - $171,000.", "Remote - US"),
        ("In Colorado the pay range is $151,000 - $171,000.", "Austin, TX; Denver, CO"),
        ("In Colorado the pay range is $151,000 - $171,000.", "Austin, TX; Remote"),
        ("In Colorado the pay range is $151,000 - $171,000.", "Omaha Riverfront"),
        ("In the Bay Area the pay range is $151,000 - $171,000.", "Palo Alto, CA"),
        ("In New York City the pay range is $151,000 - $171,000.", "Hoboken, NJ"),
        ("In Washington, D.C. the pay range is $151,000 - $171,000.", "Arlington, VA"),
        ("CA, NY, CT pay range: $151,000 - $171,000", "Fresno, CA"),
        ("Our Denver team is large. The pay range is $151,000 - $171,000.", "Austin, TX"),
        ("The MD pay range is $151,000 - $171,000.", "Austin, TX"),
        ("Washington Post Media pay range: $151,000 - $171,000", "New York, NY"),
    ],
)
def test_a_range_of_the_own_state_or_of_a_suburb_is_the_pay(text: str, place: str) -> None:
    pay = read_pay(text, place=place)
    assert pay is not None
    assert (pay.minimum, pay.maximum, pay.currency) == (151_000, 171_000, "USD")


def test_each_country_has_its_own_range() -> None:
    text = "UK salary: £81,000 - £95,000. US salary: $151,000 - $171,000."
    assert read_pay(text, place="Leeds, UK") == Pay(
        81_000, 95_000, "GBP", "year", "£81,000 - £95,000"
    )
    assert read_pay(text, place="Reno, NV") == Pay(
        151_000, 171_000, "USD", "year", "$151,000 - $171,000"
    )
    both = Pay(None, None, None, None, "£81,000 - £95,000; $151,000 - $171,000")
    assert read_pay(text, place="Toronto, Canada") == both


@pytest.mark.parametrize(
    "notice",
    [
        "In accordance with the California Pay Transparency Act",
        "Per New York City Local Law 32",
        "Pursuant to the Colorado Equal Pay for Equal Work Act",
        "As New York law requires",
    ],
)
def test_the_law_of_another_state_is_no_place_of_a_range(notice: str) -> None:
    pay = read_pay(f"{notice}, the salary range is $98,000 - $112,000.", place="Austin, TX")
    assert pay is not None
    assert (pay.minimum, pay.maximum) == (98_000, 112_000)
    there = read_pay(
        f"{notice}, the pay range in New York is $98,000 - $112,000.", place="Austin, TX"
    )
    assert there is not None
    assert there.minimum is None
