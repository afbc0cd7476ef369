"""Recruitee: offers of its API, and of its page where the API wants a token."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest

from crawler.items import BoardRequest, Failure, Pay, Posting, Unreadable
from crawler.readers import reread, spider
from crawler.spiders.recruitee import PAGE_NOTE
from crawler.spiders.recruitee_page import rows_of_page
from monitor.demo.board_server import Trouble
from monitor.history.compare import differences, keep_unsent
from tests.support.ats_recordings import SHARED, read_lists
from tests.support.crawling import failure_of, snapshot
from tests.support.recruitee import BOARD, LIST, NO_PAY, PAGE, SITE, RecruiteeServer, job, page


@pytest.fixture
async def server() -> AsyncIterator[RecruiteeServer]:
    async with RecruiteeServer(3) as server:
        yield server


def read(job: dict[str, Any]) -> Posting:
    return reread("recruitee", json.dumps(job).encode())


async def failure(server: RecruiteeServer, request: BoardRequest | str = BOARD) -> Failure:
    return await failure_of(server, request)


# one posting


def test_an_offer_is_read() -> None:
    posting = read(job(7, close_at="2026-12-31 23:00:00 UTC"))
    assert (posting.key, posting.title) == ("2600007", "Research Engineer")
    assert posting.url == f"{SITE}/o/research-engineer-7"
    assert posting.locations == ("London, England, United Kingdom",)
    assert (posting.department, posting.employment_type) == ("Research", "fulltime permanent")
    assert (posting.workplace, posting.pay) == ("hybrid", None)
    assert posting.description == "Build & test models.\n\n• Two years"
    assert posting.first_published == datetime(2026, 11, 5, 10, 10, 39, tzinfo=UTC)
    assert posting.deadline
    assert posting.deadline.at == datetime(2026, 12, 31, 23, tzinfo=UTC)
    assert posting.unsent == frozenset()


@pytest.mark.parametrize(
    ("remote", "hybrid", "on_site", "workplace"),
    [
        (True, True, True, "remote"),
        (False, True, True, "hybrid"),
        (False, False, True, "onsite"),
        (False, False, False, None),
    ],
)
def test_of_several_workplaces_the_freest_is_believed(
    remote: bool, hybrid: bool, on_site: bool, workplace: str | None
) -> None:
    assert read(job(remote=remote, hybrid=hybrid, on_site=on_site)).workplace == workplace


def test_a_remote_job_keeps_its_places() -> None:
    posting = read(job(location="Remote job", remote=True))
    assert posting.location == "London, England, United Kingdom"
    assert read(job(location="Remote job", locations=[])).location == "Remote job"
    assert read(job(locations=[{"name": "Anywhere", "city": None}])).location == "Anywhere"


@pytest.mark.parametrize(
    ("salary", "pay"),
    [
        (NO_PAY, None),
        (None, None),
        (NO_PAY | {"period": "year", "currency": "EUR"}, None),
        (
            {"min": "60000", "max": "75000", "period": "year", "currency": "EUR"},
            Pay(60_000, 75_000, "EUR", "year", "€60,000 - €75,000"),
        ),
        (
            {"min": "50", "max": "55", "period": "hour", "currency": "USD"},
            Pay(50, 55, "USD", "hour", "$50 - $55"),
        ),
        (
            {"min": "75.00", "max": "95.00", "period": "year", "currency": "USD"},
            Pay(None, None, None, None, "75.00 - 95.00 USD (year)"),
        ),
        (
            {"min": None, "max": "999", "period": "year", "currency": "USD"},
            Pay(None, None, None, None, "999 USD (year)"),
        ),
    ],
)
def test_pay_of_a_year_that_is_too_low_keeps_its_words(
    salary: dict[str, Any] | None, pay: Pay | None
) -> None:
    posting = read(job(salary=salary))
    assert posting.pay == pay
    assert ("pay" in posting.stated) == (pay is not None)


def test_no_mailbox_and_no_question_is_stored() -> None:
    kept = spider("recruitee").keep(json.dumps(job()).encode())
    assert not any(name in kept for name in (b"mailbox", b"example.org", b"Ann"))


@pytest.mark.parametrize("missing", ["title", "careers_url", "description", "locations", "remote"])
def test_drift_is_loud(missing: str) -> None:
    raw = job()
    del raw[missing]
    with pytest.raises(Unreadable, match=missing):
        read(raw)


# the list


async def test_a_board_is_one_answer(server: RecruiteeServer) -> None:
    found = await snapshot(server, BoardRequest(BOARD, known=lambda: ["9"]))
    assert [sighting.key for sighting in found.sightings] == ["2600001", "2600002", "2600003"]
    assert (found.probes, found.company, found.note) == ({}, "Example Labs", None)
    assert server.paths() == [LIST]


async def test_an_offer_that_is_not_published_is_left_out(server: RecruiteeServer) -> None:
    server.jobs[1]["status"] = "internal"
    assert (await snapshot(server, BOARD)).seen == 2


async def test_an_empty_board_is_a_snapshot_of_nothing(server: RecruiteeServer) -> None:
    server.jobs = []
    assert (await snapshot(server, BOARD)).seen == 0


@pytest.mark.parametrize("wants_token", [False, True])
async def test_an_unknown_board_is_a_failure_that_says_so(
    server: RecruiteeServer, *, wants_token: bool
) -> None:
    server.wants_token = wants_token
    found = await failure(server, "recruitee:nobody")
    assert (found.status, found.unknown) == (404, True)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (page([job(1)]), "a web page"),
        (b"[]", "no list of jobs"),
        (b'{"offers":null}', "no list of jobs"),
    ],
)
async def test_an_answer_of_another_kind_is_a_failure(
    server: RecruiteeServer, body: bytes, reason: str
) -> None:
    server.troubles[LIST] = Trouble(body=body)
    assert reason in (await failure(server)).reason


@pytest.mark.parametrize("status", [403, 500])
async def test_other_answers_do_not_lead_to_the_page(server: RecruiteeServer, status: int) -> None:
    server.troubles[LIST] = Trouble(status=status)
    assert (await failure(server)).status == status
    assert PAGE not in server.paths()


async def test_an_offer_without_an_id_is_counted_as_unreadable(server: RecruiteeServer) -> None:
    server.jobs[0]["id"] = None
    found = await snapshot(server, BOARD)
    assert (len(found.sightings), found.without_key) == (2, 1)


async def test_robots_txt_is_obeyed(server: RecruiteeServer) -> None:
    server.robots = "User-agent: *\nDisallow: /"
    assert "robots.txt" in (await failure(server)).reason
    assert server.paths() == []


# the page


async def test_the_page_shows_the_same_offers_as_the_api(server: RecruiteeServer) -> None:
    by_api = await snapshot(server, BOARD)
    server.wants_token = True
    by_page = await snapshot(server, BOARD)
    assert by_page.note == PAGE_NOTE
    for one, other in zip(by_api.sightings, by_page.sightings, strict=True):
        without_dates = replace(one.read(), first_published=None, updated_at=None)
        unsent = frozenset({"deadline", "url", "location", "department"})
        assert replace(without_dates, unsent=unsent) == other.read()


async def test_a_board_on_its_own_domain_that_turns_to_its_page_is_no_edit(
    server: RecruiteeServer,
) -> None:
    server.jobs = [job(1, careers_url="https://jobs.example.org/o/research-engineer-1")]
    [before] = [one.read() for one in (await snapshot(server, BOARD)).sightings]
    server.wants_token = True
    [shown] = [one.read() for one in (await snapshot(server, BOARD)).sightings]
    assert shown.url != before.url
    assert differences(before, keep_unsent(before, shown)) == ()


async def test_an_api_that_wants_a_token_is_asked_once_a_day(server: RecruiteeServer) -> None:
    server.wants_token = True
    first = await snapshot(server, BOARD)
    start = datetime.now(UTC)
    for hours in (1, 25):
        at = start + timedelta(hours=hours)
        await snapshot(server, BoardRequest(BOARD, notes=first.notes, at=at))
    assert server.paths() == [LIST, PAGE, PAGE, LIST, PAGE]


async def test_an_odd_offer_of_the_page_costs_only_itself(server: RecruiteeServer) -> None:
    server.wants_token = True
    server.page = page(server.jobs).replace(b"&quot;research-engineer-2&quot;", b"null")
    found = await snapshot(server, BOARD)
    assert [one.key for one in found.sightings] == ["2600001", "2600002", "2600003"]
    with pytest.raises(Unreadable):
        found.sightings[1].read()
    assert found.sightings[2].read().title == "Research Engineer"


@pytest.mark.parametrize(
    ("shown", "reason"),
    [
        (page([job(1)], "otherworks"), "shows another board: otherworks"),
        (b"<html>Soon</html>", "of another form"),
        (page([job(1)]).replace(b"externalId", b"otherId"), "of another form"),
        (page([job(1)]).replace(b"appConfig", b"config"), "of another form"),
    ],
)
async def test_a_page_of_another_kind_is_a_failure(
    server: RecruiteeServer, shown: bytes, reason: str
) -> None:
    server.wants_token, server.page = True, shown
    found = await failure(server)
    assert reason in found.reason
    assert not found.unknown


# recordings


@pytest.mark.needs(SHARED)
def test_every_offer_of_every_recorded_list_is_read() -> None:
    files = sorted((SHARED / "recruitee").glob("*.json"))
    read = read_lists(BOARD, files)
    rows = [row for file in files for row in json.loads(file.read_text())["offers"]]
    print(read.line("recruitee"))  # the table of what was read
    assert (read.files, read.without_key, read.unreadable) == (len(files), 0, 0)
    assert read.counts() == {
        "postings": len(rows),
        "location": sum(bool(row["locations"]) for row in rows),
        "pay": sum(bool(row["salary"]["min"] or row["salary"]["max"]) for row in rows),
        "deadline": sum(bool(row.get("close_at")) for row in rows),
        "workplace": sum(row["remote"] or row["hybrid"] or row["on_site"] for row in rows),
        "department": sum(bool(row["department"]) for row in rows),
    }


@pytest.mark.needs(SHARED)
def test_every_offer_of_every_recorded_page_is_read() -> None:
    counts = []
    for file in sorted((SHARED / "recruitee").glob("*.html")):
        [props] = re.findall(r'data-props="([^"]*)"', file.read_text())
        offers = json.loads(unescape(props))["appConfig"]["offers"]
        rows = rows_of_page(file.read_bytes(), file.stem.partition("_")[0])
        postings = [read(row) for row in rows]
        assert [one.key for one in postings] == [str(offer["externalId"]) for offer in offers]
        assert [
            offer["city"].strip() in one.location
            for one, offer in zip(postings, offers, strict=True)
        ] == [True] * len(offers)
        assert all(one.department and one.description and one.workplace for one in postings)
        counts.append(len(postings))
    assert counts == [4, 12]
