"""SmartRecruiters: pages that must add up to the total, details, and probes of postings."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from crawler.items import BoardRequest, Failure, Pay, Posting, Probe, Snapshot
from crawler.links.forms import board_page
from crawler.readers import reread
from crawler.registry import PRODUCTS
from crawler.spiders.smartrecruiters import SmartRecruitersSpider
from monitor.demo.board_server import Trouble
from monitor.history.compare import differences, keep_unsent
from tests.support.ats_recordings import SHARED, read_detail, read_lists, read_rows
from tests.support.crawling import failure_of, snapshot
from tests.support.smartrecruiters import (
    BOARD,
    LIST,
    SmartRecruitersServer,
    detail,
    key,
    place,
    row,
)

RECORDED = SHARED / "smartrecruiters"


@pytest.fixture
async def server() -> AsyncIterator[SmartRecruitersServer]:
    async with SmartRecruitersServer(3) as server:
        yield server


def read(row: dict[str, Any], detail: dict[str, Any] | None = None) -> Posting:
    parts = {"page": board_page(BOARD), "row": row} | ({"detail": detail} if detail else {})
    return reread("smartrecruiters", msgspec.json.encode(parts))


async def failure(server: SmartRecruitersServer, request: BoardRequest | str = BOARD) -> Failure:
    return await failure_of(server, request)


def later(first: Snapshot, *missing: str) -> BoardRequest:
    """Return the request of the next check, which also knows these keys."""
    keys = [sighting.key for sighting in first.sightings] + sorted(first.still)
    return BoardRequest(BOARD, known=lambda: [*keys, *missing], notes=first.notes)


async def test_a_row_that_stands_twice_is_one_of_the_total(server: SmartRecruitersServer) -> None:
    server.rows[1] = server.rows[0]
    assert (await failure(server)).reason == "it lists 2 jobs and says that there are 3"


async def test_a_row_whose_company_has_no_identifier_is_no_other_companys(
    server: SmartRecruitersServer,
) -> None:
    server.rows[1]["company"] = {"name": "Example Labs"}
    assert (await snapshot(server, BOARD)).seen == 3


# one posting


def test_a_detail_fills_the_row() -> None:
    posting = read(row(), detail(customPay=[]))
    assert (posting.key, posting.title) == (key(), "Research Engineer")
    assert posting.url == f"https://jobs.smartrecruiters.com/ExampleLabs/{key()}"
    assert posting.locations == ("Austin, TX, United States",)
    assert (posting.department, posting.employment_type) == ("Research", "Full-time")
    assert (posting.requisition, posting.company) == ("REF1A", "Example Labs")
    assert posting.internal_job == "00000000-0000-4000-a000-000000000000"
    assert (posting.workplace, posting.pay, posting.unsent) == (None, None, frozenset())


def test_all_sections_are_read_in_order() -> None:
    assert read(row(), detail()).description.split("\n\n") == [
        *("Company Description", "We study models."),
        *("Job Description", "Build & test models."),
        *("Benefits & more", "Lunch."),
    ]


def test_a_row_alone_names_what_its_detail_will_fill() -> None:
    posting = read(row())
    assert posting.description == ""
    assert posting.unsent == {"description", "pay", "deadline", "workplace"}


@pytest.mark.parametrize(
    ("label", "value", "pay"),
    [
        (
            "Salary Range",
            "$65,000 - $75,000",
            Pay(65_000, 75_000, "USD", "year", "$65,000 - $75,000"),
        ),
        ("Target Salary Range Max", "$44,346", Pay(None, 44_346, "USD", "year", "up to $44,346")),
        ("Salary Range", "170,600.00-227,400.00", None),
        ("Budgeted salary", "$65,000", None),
        ("Reports to", "Ann Example 12", None),
    ],
)
async def test_pay_is_read_from_an_employers_own_field(
    server: SmartRecruitersServer, label: str, value: str, pay: Pay | None
) -> None:
    field = {"fieldId": "1", "fieldLabel": label, "valueLabel": value}
    server.rows = [row(1, customField=[field])]
    server.details[key()] = detail(1, customField=[{"fieldLabel": "Recruiter"}, field])
    [sighting] = (await snapshot(server, BOARD)).sightings
    assert sighting.read().pay == pay
    assert (value.encode() in sighting.keep()) == label.startswith(("Salary", "Target"))


async def test_pay_of_an_own_field_is_no_edit_of_a_detail_that_was_stored_without_it(
    server: SmartRecruitersServer,
) -> None:
    before = read(row(1), detail(1))
    server.rows = [row(1)]
    server.details[key()] = detail(
        1, customField=[{"fieldLabel": "Salary Range", "valueLabel": "$65,000 - $75,000"}]
    )
    [sighting] = (await snapshot(server, BOARD)).sightings
    after = keep_unsent(before, sighting.read())
    assert (before.pay, after.pay and after.pay.minimum) == (None, 65_000)
    assert differences(before, after) == ()


def test_a_raise_is_an_edit_also_of_a_detail_that_was_stored_without_own_fields() -> None:
    pay = {"min": 60_000, "max": 70_000, "currency": "USD", "period": "yearly"}
    before = read(row(1), detail(1, compensation=pay))
    after = read(row(1), detail(1, compensation=pay | {"max": 75_000}, customPay=[]))
    assert [change.field for change in differences(before, after)] == ["pay"]


@pytest.mark.parametrize("odd", [None, "x", [None], [{"fieldLabel": 7}], [{"fieldLabel": "Pay"}]])
async def test_odd_fields_of_an_employer_cost_nothing(
    server: SmartRecruitersServer, odd: Any
) -> None:
    server.rows = [row(1)]
    server.details[key()] = detail(1, customField=odd)
    [sighting] = (await snapshot(server, BOARD)).sightings
    assert "Build & test models." in sighting.read().description


@pytest.mark.parametrize(
    ("location", "written", "workplace"),
    [
        (place(city="Remote", region=None, remote=True), "Remote, United States", "remote"),
        (place(city="bangalore", region="", country="in"), "bangalore, India", None),
        (place(hybrid=True), "Austin, TX, United States", "hybrid"),
        (place(hybrid=True, remote=True), "Austin, TX, United States", None),
        (place(city="Singapore", region=None, country="sg"), "Singapore", None),
    ],
)
def test_a_place_is_written_from_its_parts(
    location: dict[str, Any], written: str, workplace: str | None
) -> None:
    posting = read(row(location=location), detail())
    assert (posting.location, posting.workplace) == (written, workplace)


@pytest.mark.parametrize(
    ("stated", "pay"),
    [
        (
            {"min": 34, "max": 47, "currency": "USD", "period": "HOURLY"},
            Pay(34, 47, "USD", "hour", "$34 - $47"),
        ),
        (
            {"min": 50000, "max": 60000, "currency": "EUR", "period": "YEARLY"},
            Pay(50000, 60000, "EUR", "year", "€50,000 - €60,000"),
        ),
        ({"min": 0, "max": 0, "currency": "USD", "period": "YEARLY"}, None),
    ],
)
def test_pay_is_stated_in_the_detail(stated: dict[str, Any], pay: Pay | None) -> None:
    assert read(row(), detail(compensation=stated)).pay == pay


# the list and its details


@pytest.mark.parametrize(("rows", "pages"), [(99, 1), (100, 1), (101, 2), (250, 3)])
async def test_a_list_is_read_to_its_total(
    server: SmartRecruitersServer, rows: int, pages: int
) -> None:
    server.rows = [row(number) for number in range(1, rows + 1)]
    found = await snapshot(server, BoardRequest(BOARD))
    assert (found.seen, found.company) == (rows, "Example Labs")
    assert sum(seen.path == LIST for seen in server.requests) == pages


async def test_pages_go_on_from_the_rows_that_came(server: SmartRecruitersServer) -> None:
    server.rows = [row(number) for number in range(1, 26)]
    server.served = 10
    assert (await snapshot(server, BOARD)).seen == 25


async def test_nothing_that_names_a_person_is_stored(server: SmartRecruitersServer) -> None:
    for sighting in (await snapshot(server, BOARD)).sightings:
        assert b"Ann" not in sighting.keep()
        assert sighting.read().description


async def test_details_are_asked_once_and_for_changed_rows(server: SmartRecruitersServer) -> None:
    first = await snapshot(server, BOARD)
    server.rows[0]["name"] = "Senior Research Engineer"
    second = await snapshot(server, later(first))
    assert server.details_asked() == [key(1), key(2), key(3), key(1)]
    assert [sighting.key for sighting in second.sightings] == [key(1)]
    assert len(second.still) == 2


async def test_the_answer_of_another_posting_is_no_detail(server: SmartRecruitersServer) -> None:
    server.details = {key(1): detail(2)}
    found = await snapshot(server, BOARD)
    texts = {sighting.key: bool(sighting.read().description) for sighting in found.sightings}
    assert texts == {key(1): False, key(2): True, key(3): True}


async def test_internal_rows_are_left_out(server: SmartRecruitersServer) -> None:
    server.rows[1]["visibility"] = "INTERNAL"
    found = await snapshot(server, BOARD)
    assert [sighting.key for sighting in found.sightings] == [key(1), key(3)]


@pytest.mark.parametrize(("total", "rows"), [(7, 3), (2, 3), (0, 3)])
async def test_a_wrong_total_is_a_failure(
    server: SmartRecruitersServer, total: int, rows: int
) -> None:
    server.total = total
    server.rows = server.rows[:rows]
    assert f"says that there are {total}" in (await failure(server)).reason


async def test_a_posting_on_two_pages_is_a_failure(server: SmartRecruitersServer) -> None:
    server.rows = [row(number) for number in range(1, 151)]
    server.opens_at = 100
    assert "moved" in (await failure(server)).reason


async def test_a_page_in_the_middle_that_fails_is_a_failure(server: SmartRecruitersServer) -> None:
    server.rows = [row(number) for number in range(1, 151)]
    server.fails_at = 100
    found = await failure(server)
    assert (found.status, found.unknown) == (404, False)


async def test_rows_of_another_company_are_a_failure(server: SmartRecruitersServer) -> None:
    server.rows[1]["company"] = {"identifier": "OtherWorks", "name": "Other Works"}
    assert "OtherWorks" in (await failure(server)).reason


async def test_the_case_of_a_company_does_not_matter(server: SmartRecruitersServer) -> None:
    found = await snapshot(server, "smartrecruiters:examplelabs")
    assert found.seen == 3


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (Trouble(body=b"<html>We will be back</html>"), "the answer is a web page"),
        (Trouble(body=b'{"content": []}'), "no list of jobs"),
        (Trouble(status=302, headers={"Location": "https://example.org/"}), "another host"),
    ],
)
async def test_any_other_answer_is_a_failure(
    server: SmartRecruitersServer, trouble: Trouble, reason: str
) -> None:
    server.troubles[LIST] = trouble
    assert reason in (await failure(server)).reason


async def test_an_unknown_company_and_an_empty_one_are_believed_after_a_day(
    server: SmartRecruitersServer,
) -> None:
    server.rows = []
    found = await failure(server)
    assert found.unknown
    assert "SmartRecruiters answers for ExampleLabs as for a board" in found.reason
    request = BoardRequest(BOARD, notes=found.notes)
    tomorrow = replace(request, at=request.at + timedelta(days=1, minutes=1))
    assert (await snapshot(server, tomorrow)).seen == 0


# probes


@pytest.mark.parametrize(
    ("answer", "probe"),
    [
        (None, Probe.GONE),
        (detail(9, active=False), Probe.GONE),
        (detail(9), Probe.THERE),
        (detail(8), Probe.SILENT),
        ({"message": "no posting"}, Probe.SILENT),
    ],
)
async def test_a_missing_posting_is_probed(
    server: SmartRecruitersServer, answer: dict[str, Any] | None, probe: Probe
) -> None:
    server.details = {key(9): answer}
    found = await snapshot(server, later(await snapshot(server, BOARD), key(9)))
    assert found.probes == {key(9): probe}


def test_it_is_off_until_it_is_asked_for() -> None:
    assert "robots.txt" in PRODUCTS["smartrecruiters"].opt_in


async def test_robots_txt_is_not_asked_by_whoever_turned_it_on(
    server: SmartRecruitersServer,
) -> None:
    server.robots = "User-agent: *\nDisallow: /"
    assert (await snapshot(server, BOARD)).seen == 3


# real recordings


def recorded_rows() -> list[tuple[Path, dict[str, Any]]]:
    """Return the rows of all recorded pages, with the file of each."""
    files = [file for file in sorted(RECORDED.glob("*.json")) if "content" in load(file)]
    return [(file, job) for file in files for job in load(file)["content"]]


def load(file: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(file.read_text())
    return value


def stated(job: dict[str, Any], detail: dict[str, Any]) -> list[bool]:
    """Say in the order of `counts` what a job states."""
    where = job["location"]
    pay = bool(detail.get("compensation"))
    workplace = where["remote"] != where["hybrid"]
    return [True, bool(where["city"]), pay, False, workplace, bool(job["department"])]


@pytest.mark.needs(SHARED)
def test_the_real_lists_are_read_whole(capsys: pytest.CaptureFixture[str]) -> None:
    rows = recorded_rows()
    found = read_lists(BOARD, sorted({file for file, _ in rows}))
    wrapped = [
        job
        for page in load(RECORDED / "Bosch_wrapped.json")["list_pages"]
        for job in page["content"]
    ]
    read_rows(BOARD, wrapped, found)
    rows += [(RECORDED, job) for job in wrapped]
    with capsys.disabled():
        print(f"\n{found.line('smartrecruiters')}")
    assert (found.without_key, found.unreadable) == (0, 0)
    by_hand = [sum(each) for each in zip(*(stated(job, {}) for _, job in rows), strict=True)]
    assert list(found.counts().values()) == by_hand
    for posting, (_, job) in zip(found.postings, rows, strict=True):
        assert posting.location == job["location"]["fullLocation"].replace(", ,", ",")


@pytest.mark.needs(SHARED)
def test_the_real_details_are_read_whole(capsys: pytest.CaptureFixture[str]) -> None:
    details = [load(file) for file in sorted(RECORDED.glob("*detail*.json"))]
    details += load(RECORDED / "Bosch_wrapped.json")["details"].values()
    details = [one for one in details if "id" in one]  # a publisher cut one to its text
    found = read_lists(BOARD, [])
    for one in details:
        stored = SmartRecruitersSpider.stored_detail(
            {name: msgspec.Raw(msgspec.json.encode(one[name])) for name in one}
        )
        read_detail(BOARD, one, stored, found)
    with capsys.disabled():
        print(f"\n{found.line('smartrecruiters')}")
    assert found.unreadable == 0
    for posting, one in zip(found.postings, details, strict=True):
        texts = [section["text"] for section in one["jobAd"]["sections"].values()]
        assert bool(posting.description) == any(texts)
    pay = [one.pay for one in found.postings if "pay" in one.stated]
    assert [(one.minimum, one.maximum, one.period) for one in pay if one] == [(34, 47, "hour")]
    assert len(pay) == sum("compensation" in one for one in details)
