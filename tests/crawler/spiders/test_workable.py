"""Workable: one answer that has a row for each place of a posting."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from crawler.items import BoardRequest, Failure, Posting
from crawler.readers import reread, spider
from monitor.demo.board_server import Trouble
from tests.support.ats_recordings import SHARED, read_lists
from tests.support.crawling import failure_of, snapshot
from tests.support.workable import BOARD, LIST, WorkableServer, place, row


@pytest.fixture
async def server() -> AsyncIterator[WorkableServer]:
    async with WorkableServer(3) as server:
        yield server


def read(row: dict[str, Any]) -> Posting:
    return reread("workable", msgspec.json.encode(row))


async def failure(server: WorkableServer, board: str = BOARD) -> Failure:
    return await failure_of(server, board)


# one posting


def test_a_job_is_read() -> None:
    posting = read(row(code="R-7"))
    assert (posting.key, posting.title) == ("0000000001", "Research Engineer")
    assert posting.url == "https://apply.workable.com/j/0000000001"
    assert posting.locations == ("London, England, United Kingdom",)
    assert (posting.department, posting.employment_type) == ("Research", "Full-time")
    assert (posting.requisition, posting.workplace) == ("R-7", None)
    assert posting.description == "Build & test models."
    assert str(posting.first_published) == "2026-11-20 00:00:00+00:00"


def test_hidden_places_are_left_out() -> None:
    posting = read(row(locations=[place(), place("Leeds", hidden=True)]))
    assert posting.locations == ("London, England, United Kingdom",)
    assert read(row(locations=[place(hidden=True)])).locations == ()


@pytest.mark.parametrize("visible", [[], [place()]])
def test_hidden_places_are_not_stored(visible: list[dict[str, Any]]) -> None:
    secret = row(locations=[*visible, place("Leeds", hidden=True)], city="Leeds")
    for each in (secret, secret | {"rows": [secret]}):
        raw = msgspec.json.encode(each)
        kept = spider("workable").keep(raw)
        assert b"Leeds" not in kept
        assert reread("workable", kept) == reread("workable", raw)


def test_without_places_the_rows_own_place_is_read() -> None:
    assert read(row(locations=[], city="")).locations == ("England, United Kingdom",)


def test_telecommuting_is_remote() -> None:
    posting = read(row(telecommuting=True, code=None))
    assert (posting.workplace, posting.requisition) == ("remote", None)


def test_a_job_without_its_text_says_that_the_text_was_not_sent() -> None:
    job = row()
    del job["description"]
    assert read(job).unsent == {"description"}


# the list


async def test_a_board_is_one_request(server: WorkableServer) -> None:
    found = await snapshot(server, BOARD)
    assert (found.seen, found.company) == (3, "Example Labs")
    assert server.paths() == [f"{LIST}?details=true"]


async def test_rows_of_one_posting_are_one_posting_with_all_places(server: WorkableServer) -> None:
    server.rows = [
        row(1, locations=[place()]),
        row(2),
        row(1, locations=[place("Leeds"), place()]),
        row(1, locations=[place("York", hidden=True)]),
    ]
    found = await snapshot(server, BOARD)
    postings = [sighting.reader(sighting.keep()) for sighting in found.sightings]
    assert [posting.key for posting in postings] == ["0000000001", "0000000002"]
    towns = [name.partition(",")[0] for name in postings[0].locations]
    assert towns == ["London", "Leeds"]


async def test_an_account_without_jobs_is_a_snapshot_of_nothing(server: WorkableServer) -> None:
    server.rows = []
    assert (await snapshot(server, BOARD)).seen == 0


async def test_an_unknown_account_is_a_failure(server: WorkableServer) -> None:
    found = await failure(server, "workable:other")
    assert (found.unknown, found.status) == (True, 404)


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (Trouble(body=b"<html>Just a moment</html>"), "the answer is a web page"),
        (Trouble(body=b'{"name": "Example Labs"}'), "no list of jobs"),
        (Trouble(body=b'{"name": "Example Labs", "jobs": ['), "not JSON"),
        (Trouble(status=302, headers={"Location": "https://example.org/"}), "another host"),
        (Trouble(status=429, headers={"cf-mitigated": "challenge"}), "too many requests"),
    ],
)
async def test_any_other_answer_is_a_failure(
    server: WorkableServer, trouble: Trouble, reason: str
) -> None:
    server.troubles[LIST] = trouble
    found = await failure(server)
    assert reason in found.reason
    assert not found.unknown


async def test_a_row_without_a_shortcode_is_counted(server: WorkableServer) -> None:
    server.rows[1]["shortcode"] = None
    found = await snapshot(server, BOARD)
    assert (len(found.sightings), found.without_key) == (2, 1)


async def test_a_missing_posting_is_not_probed(server: WorkableServer) -> None:
    found = await snapshot(server, BoardRequest(BOARD, known=lambda: ["0000000009"]))
    assert (found.probes, len(server.paths())) == ({}, 1)


async def test_robots_txt_is_obeyed(server: WorkableServer) -> None:
    server.robots = "User-agent: *\nDisallow: /api/"
    assert "robots.txt" in (await failure(server)).reason
    assert server.paths() == []


# real recordings


def by_hand(files: list[Path]) -> dict[str, int]:
    """Count in the JSON: one posting for each shortcode of an answer."""
    counts = dict.fromkeys(("postings", "location", "pay", "deadline", "workplace"), 0)
    counts["department"] = 0
    for file in files:
        jobs: dict[str, list[dict[str, Any]]] = {}
        for job in json.loads(file.read_text())["jobs"]:
            jobs.setdefault(job["shortcode"], []).append(job)
        counts["postings"] += len(jobs)
        for rows in jobs.values():
            places = [one for job in rows for one in job["locations"]]
            counts["location"] += any(not one["hidden"] for one in places)
            counts["workplace"] += rows[0]["telecommuting"]
            counts["department"] += bool(rows[0].get("department"))
            # pay stands in the texts only, and these have one form of it
            counts["pay"] += bool(re.search(r"[$£€]\d[\d,]+ – ", rows[0].get("description", "")))
    return counts


@pytest.mark.needs(SHARED)
def test_the_real_recordings_are_read_whole(capsys: pytest.CaptureFixture[str]) -> None:
    files = [
        file
        for file in sorted((SHARED / "workable").glob("*.json"))
        if "v3" not in file.name  # another form of list, which is not read
    ]
    found = read_lists(BOARD, files)
    with capsys.disabled():
        print(f"\n{found.line('workable')}")
    assert (found.without_key, found.unreadable) == (0, 0)
    assert found.counts() == by_hand(files)
