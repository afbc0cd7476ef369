# Ashby writes ranges with an en dash
from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest

from crawler.items import Deadline, Pay, Posting, Unreadable
from crawler.readers import reread
from crawler.spiders.ashby import AshbySpider
from monitor.history.compare import differences, keep_unsent, same_content
from tests.support.ashby import compensation, job, key, row, second, tier


def read(raw: dict[str, Any]) -> Posting:
    return reread("ashby", json.dumps(raw).encode())


# the board's name and slug
def read_row(raw: dict[str, Any], **board: Any) -> Posting:
    """Return the posting of a page's row, as the spider passes it on."""
    whole = {
        "organization": {"name": "Example Labs", "hostedJobsPageSlug": "ExampleLabs"} | board
    } | raw
    return reread("ashby", json.dumps(whole, separators=(",", ":")).encode())


def test_a_job_is_read_as_a_person_reads_it() -> None:
    posting = read(job(title="  Research   Engineer\u00a0"))
    assert (posting.key, posting.title, posting.description) == (
        key(1),
        "Research Engineer",
        "Build & test models.",
    )
    assert (posting.location, posting.department, posting.employment_type) == (
        "London, UK",
        "Research",
        "Full-time",
    )
    assert posting.url == f"https://jobs.ashbyhq.com/ExampleLabs/{key(1)}"
    assert posting.first_published == datetime(2026, 2, 1, 15, 0, 0, 123000, tzinfo=UTC)
    assert (posting.company, posting.requisition, posting.updated_at) == (None, None, None)


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ("FullTime", "Full-time"),
        ("PartTime", "Part-time"),
        ("Intern", "Intern"),
        ("FixedTerm", "Fixed Term"),
        (None, ""),
    ],
)
def test_an_employment_type_is_in_words(sent: str | None, words: str) -> None:
    assert read(job(employmentType=sent)).employment_type == words
    assert read_row(row(employmentType=sent)).employment_type == words


@pytest.mark.parametrize(
    ("kind", "is_remote", "place", "workplace", "is_stated"),
    [
        ("Hybrid", True, "London", "hybrid", True),
        ("Remote", True, "London", "remote", True),
        ("OnSite", False, "London", "onsite", True),
        (None, True, "London", "remote", True),
        (None, False, "London", None, False),
        (None, None, "London", None, False),
        (None, None, "Remote (US)", "remote", False),
        ("Anywhere", None, "London", None, False),
    ],
)
def test_the_workplace_is_what_the_type_says_and_is_remote_only_without_one(
    kind: str | None, is_remote: bool | None, place: str, workplace: str | None, is_stated: bool
) -> None:
    posting = read(job(workplaceType=kind, isRemote=is_remote, location=place))
    assert (posting.workplace, "workplace" in posting.stated) == (workplace, is_stated)


def test_the_places_are_the_first_and_the_secondary_ones_and_their_order_is_no_change() -> None:
    before = read(job(secondaryLocations=second("Paris", "Berlin")))
    after = read(job(secondaryLocations=second("Berlin", "Paris")))
    assert before.locations == ("London, UK", "Paris", "Berlin")
    assert before.location == "London, UK; Paris; Berlin"
    assert same_content(before, after)
    assert [change.field for change in differences(before, read(job()))] == ["location"]


def test_fields_that_an_older_or_smaller_answer_leaves_out_are_unsent() -> None:
    raw = job()
    for name in (
        "department",
        "employmentType",
        "compensation",
        "descriptionHtml",
        "isRemote",
        "workplaceType",
    ):
        del raw[name]
    sent = {"deadline", "requisition", "internal_job"}
    assert read(raw).unsent == sent | {
        "department",
        "employment_type",
        "pay",
        "description",
        "workplace",
    }
    assert read(job()).unsent == sent


@pytest.mark.parametrize("missing", ["title", "jobUrl", "location"])
def test_drift_in_what_a_reader_sees_is_loud(missing: str) -> None:
    raw = job()
    del raw[missing]
    with pytest.raises(Unreadable):
        read(raw)


@pytest.mark.parametrize(
    "drift",
    [
        {"title": " "},
        {"title": 7},
        {"title": "x" * 10_000},
        {"department": ["Research"]},
        {"employmentType": 3},
        {"secondaryLocations": "Paris"},
        {"descriptionHtml": "x" * 1_000_001},
        {"descriptionHtml": {"text": "x"}},
        {"id": 5},
    ],
)
def test_a_field_of_another_kind_is_unreadable(drift: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        read(job() | drift)


def test_an_odd_field_beside_the_posting_is_left_out() -> None:
    posting = read(job(publishedAt="soon", address=[], team=3, isRemote="yes", workplaceType=None))
    assert (posting.first_published, posting.workplace) == (None, None)
    odd = read_row(row(publishedDate=5, updatedAt={}, jobId=[], jobRequisitionId=True))
    assert (odd.first_published, odd.updated_at, odd.internal_job, odd.requisition) == (
        None,
        None,
        None,
        None,
    )


def test_hidden_pay_stays_hidden_and_the_text_may_still_state_it() -> None:
    hidden: dict[str, Any] = {
        "shouldDisplayCompensationOnJobPostings": False,
        "compensation": compensation(tier(100_000, 120_000)),
    }
    assert read(job(**hidden)).pay is None
    stating = read(job(**hidden, descriptionHtml="<p>Base salary: $90,000 - $95,000 a year</p>"))
    assert stating.pay == Pay(90000, 95000, "USD", "year", "$90,000 - $95,000 a year")
    assert "pay" not in stating.stated


def test_pay_that_the_fields_state_wins_over_the_text() -> None:
    posting = read(
        job(
            compensation=compensation(tier(100_000, 120_000)),
            descriptionHtml="<p>Salary: $1 - $2 an hour</p>",
        )
    )
    assert (posting.pay and posting.pay.maximum, "pay" in posting.stated) == (120_000, True)


def test_a_row_of_the_page_is_read_as_the_public_sees_it() -> None:
    raw = row(
        locationName="LDN",
        locationExternalName="London, UK",
        departmentName="R1",
        departmentExternalName="Research",
    )
    posting = read_row(
        raw
        | {
            "applicationDeadline": "2026-03-31T19:00:00.000Z",
            "compensationTierSummary": "$100K – $120.5K • Offers Equity",
        }
    )
    assert (posting.location, posting.department, posting.workplace) == (
        "London, UK",
        "Research",
        "hybrid",
    )
    assert posting.deadline == Deadline(
        datetime(2026, 3, 31, 19, tzinfo=UTC), "2026-03-31T19:00:00.000Z"
    )
    assert posting.pay == Pay(100_000, 120_500, "USD", "year", "$100K – $120.5K • Offers Equity")
    assert (posting.company, posting.requisition, posting.internal_job) == (
        "Example Labs",
        "R-7",
        "j-1",
    )
    assert posting.stated == {"pay", "deadline", "workplace"}
    assert posting.unsent == {"description", "pay", "first_published"}


def test_pay_that_a_page_hides_is_not_read() -> None:
    assert (
        read_row(
            row(compensationTierSummary="$100K", shouldDisplayCompensationOnJobBoard=False)
        ).pay
        is None
    )


@pytest.mark.parametrize("slug", ["flock safety", "flock%20safety"])
def test_an_address_is_the_same_from_both_kinds_of_row(slug: str) -> None:
    api = read(job(jobUrl=f"https://jobs.ashbyhq.com/{slug}/{key(1)}?utm_source=x"))
    assert api.url == f"https://jobs.ashbyhq.com/flock%20safety/{key(1)}"
    assert read_row(row(), hostedJobsPageSlug="flock safety").url == api.url
    assert read(job(jobUrl="https://careers.example/job/1")).url == "https://careers.example/job/1"


PAY = compensation(tier(100_000, 120_000, "London"), tier(90_000, 110_000, "Elsewhere in the UK"))
SWITCHES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("nothing but the kind", {}, {}),
    (
        "pay in one range",
        {"compensation": compensation(tier(100_000, 120_000))},
        {"compensationTierSummary": "$100K – $120K • Offers Equity"},
    ),
    (
        "pay by place",
        {"compensation": PAY},
        {"compensationTierSummary": "$90K – $120K • Multiple Ranges"},
    ),
    (
        "pay every two weeks",
        {"compensation": compensation(tier(4_000, 5_000, interval="2 WEEK"))},
        {"compensationTierSummary": "$4K – $5K every 2 weeks"},
    ),
    (
        "pay hidden on the page",
        {"compensation": compensation(tier(100_000, 120_000))},
        {"shouldDisplayCompensationOnJobBoard": False},
    ),
    (
        "pay shown on the page alone",
        {"shouldDisplayCompensationOnJobPostings": False},
        {"compensationTierSummary": "$100K – $120K"},
    ),
    (
        "pay of the text, other pay on the page",
        {"descriptionHtml": "<p>Salary: $9,000 a month</p>"},
        {"compensationTierSummary": "$100K"},
    ),
    ("pay in the text", {"descriptionHtml": "<p>Salary: $90,000 - $95,000 a year</p>"}, {}),
    ("a deadline on the page", {}, {"applicationDeadline": "2026-03-31T19:00:00.000Z"}),
    (
        "a deadline in both",
        {"descriptionHtml": "<p>Apply by 1 May 2026.</p>"},
        {"applicationDeadline": "2026-03-31T19:00:00.000Z"},
    ),
    ("remote by a flag alone", {"workplaceType": None, "isRemote": True}, {"workplaceType": None}),
    (
        "remote by its place",
        {"workplaceType": None, "isRemote": None, "location": "Remote"},
        {"workplaceType": None, "locationName": "Remote"},
    ),
    (
        "places in another order",
        {"secondaryLocations": second("Paris", "Rome")},
        {"secondaryLocations": [{"locationName": "Rome"}, {"locationName": "Paris"}]},
    ),
]


@pytest.mark.parametrize(
    ("api", "page"), [pair[1:] for pair in SWITCHES], ids=[pair[0] for pair in SWITCHES]
)
def test_a_board_that_changes_between_api_and_page_revises_nothing(
    api: dict[str, Any], page: dict[str, Any]
) -> None:
    answered, shown = read(job(**api)), read_row(row(**page))
    there, back = keep_unsent(answered, shown), keep_unsent(shown, answered)
    assert differences(answered, there) == ()
    assert differences(shown, back) == ()
    assert there.description == answered.description
    # what was kept from the other kind lasts, and the way back is quiet too
    retitled = keep_unsent(there, read_row(row(title="Other", **page)))
    assert [change.field for change in differences(there, retitled)] == ["title"]
    assert differences(retitled, keep_unsent(retitled, read(job(title="Other", **api)))) == ()
    again = keep_unsent(back, read(job(title="Other", **api)))
    assert [change.field for change in differences(back, again)] == ["title"]


def test_an_edit_is_seen_through_a_change_between_api_and_page() -> None:
    before = read(job(compensation=compensation(tier(100_000, 120_000))))
    after = keep_unsent(
        before, read_row(row(title="Other", compensationTierSummary="$110K – $120K"))
    )
    assert [change.field for change in differences(before, after)] == ["title", "pay"]
    later = keep_unsent(
        after,
        read_row(row(title="Other", compensationTierSummary="$105K – $130K • Multiple Ranges")),
    )
    assert [change.field for change in differences(after, later)] == ["pay"]
    kept = keep_unsent(
        before,
        read_row(row(title="Other", compensationTierSummary="$90K – $120K • Multiple Ranges")),
    )
    assert (
        differences(
            kept,
            keep_unsent(
                kept, read_row(row(title="Other", compensationTierSummary="$110K – $125K"))
            ),
        )[0].field
        == "pay"
    )


def test_fields_that_may_name_people_are_not_stored() -> None:
    raw = json.dumps(job(hiringTeam=[{"name": "Ann Example"}], recruiter="Bo")).encode()
    kept = AshbySpider.keep(raw)
    assert b"Ann" not in kept
    assert b"Bo" not in kept
    assert AshbySpider.read(kept) == AshbySpider.read(raw)


@pytest.mark.parametrize(
    "hidden",
    [
        job(
            shouldDisplayCompensationOnJobPostings=False,
            compensation=compensation(tier(200_000, 300_000), summary="$200K - $300K"),
        ),
        {"organization": {"name": "Example Labs", "hostedJobsPageSlug": "ExampleLabs"}}
        | row(
            shouldDisplayCompensationOnJobBoard=False,
            compensationTierSummary="$200K - $300K",
        ),
    ],
    ids=["api", "page"],
)
def test_pay_that_the_employer_hides_is_not_stored(hidden: dict[str, Any]) -> None:
    raw = json.dumps(hidden, separators=(",", ":")).encode()
    kept = AshbySpider.keep(raw)
    assert b"300" not in kept
    assert AshbySpider.read(kept) == AshbySpider.read(raw)
    assert AshbySpider.read(kept).pay is None


@pytest.mark.parametrize("written", ["2026-06-30", "2026-06-30T23:59:59"])
def test_a_deadline_without_an_offset_is_that_of_the_place(written: str) -> None:
    posting = read_row(row(locationName="Berlin, Germany", applicationDeadline=written))
    end = datetime(2026, 6, 30, 21, 59, 59, tzinfo=UTC)
    assert posting.deadline == Deadline(end, written)


def test_of_a_key_that_stands_twice_only_the_value_that_was_read_is_kept() -> None:
    raw = (
        json.dumps(job()).encode().replace(b'"team":', b'"team": {"lead": "Ann Example"}, "team":')
    )
    kept = AshbySpider.keep(raw)
    assert b"Ann" not in kept
    assert AshbySpider.read(kept) == AshbySpider.read(raw)


ODD: tuple[Any, ...] = (
    None,
    True,
    7,
    -1e300,
    "",
    "x\u0000",
    "x" * 6_000,
    [],
    [None],
    {},
    {"a": {}},
    [[["x"]]],
    "2026-13-45",
    10**30,
)


@pytest.mark.parametrize("name", sorted({*job(), "userRoles"}))
def test_any_job_is_read_or_unreadable_and_its_stored_form_reads_the_same(name: str) -> None:
    for odd in ODD:
        raw = json.dumps(job() | {name: odd}).encode()
        with suppress(Unreadable):
            assert AshbySpider.read(AshbySpider.keep(raw)) == AshbySpider.read(raw)


@pytest.mark.parametrize("name", sorted(row()))
def test_any_row_of_a_page_is_read_or_unreadable(name: str) -> None:
    for odd in ODD:
        with suppress(Unreadable):
            assert read_row(row() | {name: odd}).title


@pytest.mark.parametrize(
    "odd",
    [
        "from $100K",
        [],
        5,
        {"compensationTiers": "many"},
        {"compensationTiers": [None]},
        {"compensationTiers": [{"components": None}]},
        {"compensationTiers": [{"title": 7, "components": []}]},
        {
            "compensationTiers": [
                {"components": [{"compensationType": "Salary", "minValue": "much"}]}
            ]
        },
    ],
)
def test_pay_of_an_odd_form_hides_no_role(odd: object) -> None:
    posting = read(job(compensation=odd))
    assert (posting.title, posting.pay) == ("Research Engineer", None)
    before = read(job(compensation=compensation(tier(100_000, 200_000))))
    assert before.pay is not None
    assert keep_unsent(before, posting).pay == before.pay


def test_a_key_is_a_uuid_whatever_its_case() -> None:
    assert read(job() | {"id": key(1).upper()}).key == key(1)
    assert AshbySpider.job_header(
        AshbySpider.__new__(AshbySpider), json.dumps({"id": key(1).upper()}).encode()
    ).key == key(1)
