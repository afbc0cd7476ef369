from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crawler.items import Pay, Posting
from monitor.config.model import Rule
from monitor.config.values import MinPay
from monitor.rules.matcher import Candidate, Explanation, Matcher, candidate_of_posting
from monitor.rules.watches import WatchRule

JOB = Candidate(
    board="greenhouse:deepmind",
    company="Google DeepMind",
    title="Senior Research-Engineer, Gemini",
    department="Research; Engineering",
    description="You will train large models.\n\nA PhD is welcome.",
    location="Mountain View, California, US; London, UK",
    locations=("Mountain View, California, US", "London, UK"),
    workplace="hybrid",
    pay_min=133000.0,
    pay_max=240000.0,
    pay_currency="USD",
    pay_period="year",
)
RULE = Rule("research-engineer", any=("research engineer", "research software engineer"))


def explained(rule: Rule, candidate: Candidate = JOB) -> Explanation:
    return Matcher(rule).explain(candidate)


def test_words_name_the_field_and_the_phrase_as_the_rule_writes_it() -> None:
    rule = replace(RULE, locations=("London", "Mountain View", "remote"))
    assert explained(rule) == Explanation(
        "research-engineer",
        fits=True,
        words="title has “research engineer”; location has “London”, “Mountain View”",
        places=("Mountain View, California, US", "London, UK"),
    )


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"any": ("gemini", "engineer", "nurse")}, "title has “gemini”, “engineer”"),
        ({"any": (), "all": ("engineer", "gemini")}, "title has “engineer”; title has “gemini”"),
        ({"all": ("gemini",)}, "title has “research engineer”; title has “gemini”"),
        (
            {"any": ("engineering", "phd"), "read_in": ("department", "description")},
            "department has “engineering”; description has “phd”",
        ),
        ({"any": ("deepmind",), "read_in": ("company",)}, "company has “deepmind”"),
        ({"any": ("california",), "read_in": ("location",)}, "location has “california”"),
        ({"none": ("intern*", "sales")}, "title has “research engineer”"),
        ({"none": ("senior",), "none_in": ("description",)}, "title has “research engineer”"),
        ({"boards": ("greenhouse:deepmind",)}, "title has “research engineer”"),
        (
            {"locations": ("Mountain View California",)},
            "title has “research engineer”; location has “Mountain View California”",
        ),
        ({"locations": ("hybrid",)}, "title has “research engineer”; workplace is hybrid"),
        (
            {"min_pay": MinPay(240000, "USD")},
            "title has “research engineer”; pay reaches 240000 USD",
        ),
        (
            {"min_pay": MinPay(10, "GBP")},
            "title has “research engineer”; pay unknown in GBP: it is in USD",
        ),
    ],
)
def test_a_match_has_its_words(changed: dict[str, object], words: str) -> None:
    found = explained(replace(RULE, **changed))  # type: ignore[arg-type]  # from a table
    assert (found.fits, found.words, found.failed) == (True, words, "")


def test_a_match_names_the_places_that_the_rule_asks_for() -> None:
    assert explained(replace(RULE, locations=("London",))).places == ("London, UK",)
    assert explained(RULE).places == ()


def test_pay_that_cannot_be_compared_is_marked() -> None:
    rule = replace(RULE, min_pay=MinPay(1.0, "GBP"))
    assert explained(rule).pay_unknown
    assert not explained(RULE).pay_unknown


@pytest.mark.parametrize(
    ("changed", "failed"),
    [
        ({"any": ("nurse", "pilot")}, "none of “nurse”, “pilot” in title"),
        (
            {"any": ("nurse",), "read_in": ("title", "description")},
            "none of “nurse” in title or description",
        ),
        ({"all": ("gemini", "robotics")}, "no “robotics” in title"),
        ({"none": ("intern*", "senior")}, "excluded by “senior” in title"),
        (
            {"none": ("phd",), "none_in": ("title", "description")},
            "excluded by “phd” in description",
        ),
        ({"locations": ("Zurich", "remote")}, "location is none of Zurich, remote"),
        (
            {"boards": ("greenhouse:anthropic", "ashby:openai")},
            "board is none of greenhouse:anthropic, ashby:openai",
        ),
        ({"min_pay": MinPay(240000.5, "USD")}, "pay below 240000.5 USD"),
    ],
)
def test_a_mismatch_has_the_first_failed_condition(changed: dict[str, object], failed: str) -> None:
    assert explained(replace(RULE, **changed)) == Explanation(  # type: ignore[arg-type]  # from a table
        "research-engineer", fits=False, failed=failed
    )


def test_remote_fits_the_workplace_as_well_as_the_place() -> None:
    rule = replace(RULE, locations=("remote",))
    assert (
        explained(rule, replace(JOB, workplace="remote")).words
        == "title has “research engineer”; workplace is remote"
    )
    assert explained(rule, replace(JOB, location="Remote - Canada", locations=())).words.endswith(
        "location has “remote”"
    )
    assert not explained(rule, replace(JOB, workplace=None)).fits


@pytest.mark.parametrize(
    ("least", "most", "currency", "period", "explanation"),
    [
        (100.0, 149999.0, "USD", "year", "pay below 150000 USD"),
        (None, 150000.0, "USD", "year", "pay reaches 150000 USD"),
        (50.0, 72.12, "USD", "hour", "pay reaches 150000 USD"),  # 2080 hours
        (50.0, 72.11, "USD", "hour", "pay below 150000 USD"),
        (1.0, 577.0, "USD", "day", "pay reaches 150000 USD"),  # 260 days
        (1.0, 2885.0, "USD", "week", "pay reaches 150000 USD"),  # 52 weeks
        (1.0, 12499.0, "USD", "month", "pay below 150000 USD"),
        (160000.0, None, "USD", "year", "pay reaches 150000 USD"),
        (140000.0, None, "USD", "year", "pay unknown"),
        (150000.0, None, "USD", "year", "pay reaches 150000 USD"),
        (12500.0, None, "USD", "month", "pay reaches 150000 USD"),
        (1.0, 2.0, "EUR", "year", "pay unknown in USD: it is in EUR"),
        (1.0, 2.0, None, "year", "pay unknown"),
        (1.0, 2.0, "USD", None, "pay unknown"),
        (None, None, None, None, "pay unknown"),
    ],
)
def test_the_top_of_the_range_is_compared_for_a_year(
    least: float | None,
    most: float | None,
    currency: str | None,
    period: str | None,
    explanation: str,
) -> None:
    job = replace(JOB, pay_min=least, pay_max=most, pay_currency=currency, pay_period=period)
    result = explained(replace(RULE, min_pay=MinPay(150000, "USD")), job)
    assert (result.words or result.failed).split("; ")[-1] == explanation


def test_a_hundred_thousand_titles_against_five_rules_take_seconds() -> None:
    phrases = (
        "research engineer",
        "software engineer",
        "data scientist",
        "product manager",
        "nurse",
    )
    matchers = [
        Matcher(Rule(phrase, any=(phrase, phrase + " lead"), none=("intern*",)))
        for phrase in phrases
    ]
    jobs = [
        replace(JOB, title=f"Staff {phrases[number % 5]} {number}, Team {number % 97}")
        for number in range(20_000)
    ]
    started = time.process_time()
    fitting = sum(matcher.explain(job).fits for job in jobs for matcher in matchers)
    assert fitting == len(jobs)
    # for a fifth of them, on a busy machine; measured 0.6
    assert time.process_time() - started < 20


@pytest.mark.parametrize(
    "location",
    ["Remote (excluding California)", "Remote, not in California", "Anywhere but California"],
)
def test_a_rule_does_not_fit_a_place_that_the_posting_excludes(location: str) -> None:
    rule = Rule("r", any=("engineer",), locations=("California",))
    assert (
        not Matcher(rule).explain(Candidate("a:b", "B", title="Engineer", location=location)).fits
    )
    assert (
        Matcher(rule)
        .explain(Candidate("a:b", "B", title="Engineer", location="Remote, California"))
        .fits
    )


def test_rules_read_every_part_of_a_posting_that_a_check_brought() -> None:
    posting = Posting(
        key="1",
        title=JOB.title,
        url="https://example.com/1",
        location=JOB.location,
        locations=JOB.locations,
        department=JOB.department,
        employment_type="Full-time",
        workplace="hybrid",
        pay=Pay(133000.0, 240000.0, "USD", "year", "$133,000 - $240,000"),
        deadline=None,
        description=JOB.description,
        company=None,
        requisition=None,
        internal_job=None,
        first_published=None,
        updated_at=None,
    )
    assert candidate_of_posting(JOB.board, JOB.company, posting) == JOB
    other = replace(posting, company="Isomorphic Labs", pay=None)
    unpaid = replace(JOB, pay_min=None, pay_max=None, pay_currency=None, pay_period=None)
    expected = replace(unpaid, company="Isomorphic Labs")
    assert candidate_of_posting(JOB.board, JOB.company, other) == expected


@pytest.mark.parametrize(("words", "fits"), [("research engineer", True), ("lawyer", False)])
def test_the_reason_of_a_personal_watch_has_its_id_and_the_words_of_its_person(
    words: str, *, fits: bool
) -> None:
    begun = datetime(2026, 4, 1, tzinfo=UTC)
    watch = WatchRule("watch:9", all=(words,), watch_id=9, user="U0ALICE001", begun=begun)
    reason = explained(watch)
    assert (reason.fits, reason.label) == (fits, f"“{words}”" if " " in words else words)
    assert reason.watch == (9 if fits else None)
    assert explained(RULE).label == ""
