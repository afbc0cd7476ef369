"""Lever: jobs read as a person reads them, and checks of its boards on a local server."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from crawler.crawl import crawl
from crawler.items import (
    BoardRequest,
    Failure,
    Politeness,
    Posting,
    Result,
    Snapshot,
    Unchanged,
    Unreadable,
)
from crawler.readers import reread
from crawler.spiders.lever import LeverSpider
from monitor.demo.board_server import Trouble
from tests.support.crawling import check_boards, failure_of, plain, snapshot
from tests.support.lever import API, LeverServer, job, key
from tests.support.places import ROOT

OURS = ROOT / "tests" / "recordings" / "lever"
REAL = ROOT.parent / "shared" / "recordings"
BOARD, LIST = "lever:ExampleLabs", f"{API}ExampleLabs"


@pytest.fixture
async def server() -> AsyncIterator[LeverServer]:
    async with LeverServer() as server:
        server.sites["ExampleLabs"] = [job(1), job(2)]
        yield server


@pytest.fixture
async def hosts(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[LeverServer, LeverServer]]:
    """Return the global and the EU host."""
    async with LeverServer() as everywhere, LeverServer() as eu:
        monkeypatch.setattr(LeverSpider, "api_url", everywhere.url)
        monkeypatch.setattr(LeverSpider, "other_urls", (eu.url,))
        eu.sites["otherworks"] = json.loads((OURS / "otherworks.json").read_text())
        yield everywhere, eu


def read(raw: dict[str, Any]) -> Posting:
    return reread("lever", json.dumps(raw).encode())


async def failure(server: LeverServer, request: BoardRequest | str = BOARD) -> Failure:
    return await failure_of(server, request)


async def on_either_host(request: BoardRequest) -> Result:
    async with aclosing(crawl("lever", [request], Politeness(delay=0, timeout=2))) as results:
        return await anext(results)


# lists


async def test_a_recorded_board_gives_the_postings_expected_of_it(server: LeverServer) -> None:
    server.sites["ExampleLabs"] = json.loads((OURS / "examplelabs.json").read_text())
    found = await snapshot(server, BOARD)
    expected = json.loads((OURS / "examplelabs.expected.json").read_text())
    assert [plain(sighting.read()) for sighting in found.sightings] == expected
    for sighting in found.sightings:
        assert sighting.reader(sighting.keep()) == sighting.read()


async def test_a_small_board_is_one_request_and_no_posting_is_probed(server: LeverServer) -> None:
    request = BoardRequest(BOARD, known=lambda: (key(1), key(9)))
    found = await snapshot(server, request)
    assert [sighting.key for sighting in found.sightings] == [key(1), key(2)]
    assert found.probes == {}
    assert [seen.target for seen in server.requests] == [f"{LIST}?mode=json&limit=100&skip=0"]


async def test_the_case_of_a_site_is_kept(server: LeverServer) -> None:
    assert (await failure(server, "lever:examplelabs")).unknown


async def test_an_etag_makes_an_unchanged(server: LeverServer) -> None:
    first = await snapshot(server, BOARD)
    [again] = (await check_boards(server, BoardRequest(BOARD, etag=first.etag))).values()
    assert isinstance(again, Unchanged)


async def test_an_empty_live_board_is_a_snapshot_of_nothing(server: LeverServer) -> None:
    server.sites["ExampleLabs"] = []
    assert (await snapshot(server, BOARD)).sightings == ()


async def test_an_unknown_site_is_a_failure_that_says_so(server: LeverServer) -> None:
    found = await failure(server, "lever:nobody")
    assert (found.status, found.unknown) == (404, True)
    assert found.reason == "HTTP 404: no such board"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"ok":true}', "no list of jobs"),
        (b"<html>jobs</html>", "web page"),
        (b'[{"id":"1"},', "not JSON"),
    ],
    ids=["object", "page", "cut"],
)
async def test_an_answer_of_another_kind_is_a_failure(
    server: LeverServer, body: bytes, reason: str
) -> None:
    server.troubles[LIST] = Trouble(body=body)
    assert reason in (await failure(server)).reason


# pages


@pytest.mark.parametrize(("jobs", "requests"), [(99, 1), (100, 2), (250, 3)])
async def test_a_short_page_ends_the_list(server: LeverServer, jobs: int, requests: int) -> None:
    server.sites["ExampleLabs"] = [job(number) for number in range(jobs)]
    found = await snapshot(server, BOARD)
    assert [sighting.key for sighting in found.sightings] == [key(number) for number in range(jobs)]
    assert len(server.requests) == requests
    # an ETag speaks of the first page alone
    assert (found.etag is None) == (requests > 1)


async def test_a_page_that_repeats_is_a_failure(server: LeverServer) -> None:
    body = json.dumps([job(number) for number in range(100)]).encode()
    server.troubles[LIST] = Trouble(body=body)
    assert (await failure(server)).reason == "its list moved while its pages were read"


async def test_a_later_page_that_is_missing_says_nothing_of_the_board(server: LeverServer) -> None:
    body = json.dumps([job(number) for number in range(100)]).encode()
    server.sites.clear()
    server.troubles[LIST] = Trouble(body=body, times=1)
    found = await failure(server)
    assert (found.status, found.unknown) == (404, False)


# hosts


async def test_a_board_is_found_on_the_eu_host_and_asked_for_there_from_then_on(
    hosts: tuple[LeverServer, LeverServer],
) -> None:
    everywhere, eu = hosts
    first = await on_either_host(BoardRequest("lever:otherworks"))
    assert isinstance(first, Snapshot)
    expected = json.loads((OURS / "otherworks.expected.json").read_text())
    assert [plain(sighting.read()) for sighting in first.sightings] == expected
    again = await on_either_host(
        BoardRequest("lever:otherworks", etag=first.etag, notes=first.notes)
    )
    assert isinstance(again, Unchanged)
    assert (len(everywhere.requests), len(eu.requests)) == (1, 2)


async def test_a_board_of_the_global_host_is_not_asked_for_on_the_other(
    hosts: tuple[LeverServer, LeverServer],
) -> None:
    everywhere, eu = hosts
    everywhere.sites["ExampleLabs"] = [job(1)]
    assert isinstance(await on_either_host(BoardRequest(BOARD)), Snapshot)
    assert eu.requests == []


async def test_a_host_that_fails_is_not_taken_for_one_that_knows_no_board(
    hosts: tuple[LeverServer, LeverServer],
) -> None:
    everywhere, eu = hosts
    everywhere.troubles[f"{API}otherworks"] = Trouble(status=403)
    result = await on_either_host(BoardRequest("lever:otherworks"))
    assert isinstance(result, Failure)
    assert (result.reason, result.unknown, eu.requests) == ("HTTP 403", False, [])


async def test_a_site_that_neither_host_knows_is_unknown(
    hosts: tuple[LeverServer, LeverServer],
) -> None:
    result = await on_either_host(BoardRequest("lever:nobody"))
    assert isinstance(result, Failure)
    assert (result.unknown, result.notes) == (True, None)
    assert [len(host.requests) for host in hosts] == [1, 1]


# jobs


@pytest.mark.parametrize(
    ("salary", "words", "pay"),
    [
        ({"min": 1, "interval": "per-year-salary"}, "", None),
        ({"min": 90_000, "max": 90_000}, "", (90_000, 90_000, "year", True)),
        ({"min": 90_000, "max": 80_000}, "", None),
        ({"min": 20, "max": 25, "interval": "per-hour-wage"}, "", (20, 25, "hour", True)),
        ({"max": 4_000, "interval": "per-month-salary"}, "", (None, 4_000, "month", True)),
        ({"min": 5_000, "max": 9_000, "interval": "one-time"}, "", None),
        (
            {"min": 16_000, "max": 20_000, "interval": "semi-month-salary"},
            "",
            (16_000, 20_000, None, True),
        ),
        ({"max": 20_000, "interval": "bi-week-salary"}, "", (None, 20_000, None, True)),
        ({"max": 20_000, "interval": "quarterly"}, "", (None, 20_000, None, True)),
        (
            {"min": 200_000, "max": 240_000, "interval": "per-year-salary"},
            "The on-target earnings are $200,000 - $240,000 per year.",
            (200_000, 240_000, "year", False),
        ),
        (
            {"min": 200_000, "max": 240_000, "interval": "per-year-salary"},
            "The range is on-target earnings (OTE).",
            (200_000, 240_000, "year", True),
        ),
        (
            {"min": 200_000, "max": 240_000, "interval": "per-year-salary"},
            "On-target earnings. The base salary is $100,000 - $120,000 per year.",
            (100_000, 120_000, "year", False),
        ),
    ],
    ids=str,
)
def test_pay_is_the_salary_range_unless_its_text_names_base_pay(
    salary: dict[str, Any], words: str, pay: tuple[float | None, float, str | None, bool] | None
) -> None:
    currency = {} if "interval" in salary and salary.get("min") == 1 else {"currency": "USD"}
    posting = read(job(salaryRange=salary | currency, salaryDescription=f"<div>{words}</div>"))
    found = posting.pay and (
        posting.pay.minimum,
        posting.pay.maximum,
        posting.pay.period,
        "pay" in posting.stated,
    )
    assert found == pay


@pytest.mark.parametrize(
    ("written", "location", "workplace"),
    [
        ("remote", "London", "remote"),
        ("on-site", "London", "onsite"),
        ("onsite", "London", "onsite"),
        ("unspecified", "London", None),
        ("unspecified", "Remote - UK", "remote"),
        (None, "London", None),
    ],
)
def test_an_unspecified_workplace_is_read_from_the_location(
    written: str | None, location: str, workplace: str | None
) -> None:
    labels = {"location": location, "allLocations": [location]}
    assert read(job(workplaceType=written, categories=labels)).workplace == workplace


def test_labels_that_a_job_does_not_have_are_empty() -> None:
    posting = read(job(categories={"location": "Paris"}))
    assert (posting.location, posting.locations) == ("Paris", ("Paris",))
    assert (posting.department, posting.employment_type) == ("", "")
    assert read(job(categories={})).location == ""


@pytest.mark.parametrize("written", ["London", ["London"], [None, "London"], ["London", "London"]])
def test_one_text_is_one_place(written: object) -> None:
    assert read(job(categories={"allLocations": written})).locations == ("London",)


@pytest.mark.parametrize("created", [None, 0, -5, "2026-01-01", 10**20, 1.5])
def test_an_odd_date_of_creation_hides_no_role(created: object) -> None:
    assert read(job(createdAt=created)).first_published is None


@pytest.mark.parametrize("missing", ["text", "hostedUrl", "categories", "description"])
def test_drift_is_loud(missing: str) -> None:
    raw = job()
    del raw[missing]
    with pytest.raises(Unreadable, match=missing):
        read(raw)


def test_a_field_that_is_not_known_is_not_stored() -> None:
    raw = json.dumps(job(owner={"name": "Ann Example", "email": "ann@example.org"})).encode()
    kept = LeverSpider.keep(raw)
    assert b"Ann" not in kept
    assert LeverSpider.read(kept) == LeverSpider.read(raw)


def real_lists() -> list[Path]:
    return [*REAL.glob("lever/*.json"), *REAL.glob("timeseries/lever-*/*.json")]


@pytest.mark.needs(REAL)
async def test_every_job_of_every_real_list_is_sighted_and_can_be_read(server: LeverServer) -> None:
    count = 0
    for file in real_lists():
        rows = json.loads(file.read_text())
        if not isinstance(rows, list):
            continue
        server.sites["ExampleLabs"] = rows
        found = await snapshot(server, BOARD, timeout=30)
        assert (len(found.sightings), found.without_key) == (len(rows), 0)
        for sighting in found.sightings:
            posting = sighting.read()
            assert posting.key == sighting.key
            assert posting.first_published is not None
            assert sighting.reader(sighting.keep()) == posting
        count += len(rows)
    assert count > 250
