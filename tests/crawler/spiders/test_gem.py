"""Gem: one answer with all postings, in which the case of an id counts."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from crawler.items import BoardRequest, Failure, Posting, Unreadable
from crawler.readers import reread
from monitor.demo.board_server import Trouble
from monitor.history.compare import differences
from tests.support.ats_recordings import SHARED, read_lists
from tests.support.crawling import failure_of, snapshot
from tests.support.gem import BOARD, LIST, GemServer, job, key


@pytest.fixture
async def server() -> AsyncIterator[GemServer]:
    async with GemServer(3) as server:
        yield server


def read(job: dict[str, Any]) -> Posting:
    return reread("gem", msgspec.json.encode(job))


async def failure(server: GemServer, board: str = BOARD) -> Failure:
    return await failure_of(server, board)


# one posting


def test_a_job_is_read() -> None:
    posting = read(job())
    assert (posting.key, posting.title) == (key(), "Research Engineer")
    assert posting.url == f"https://jobs.gem.com/ExampleLabs/{key()}"
    assert posting.locations == ("London, United Kingdom",)
    assert (posting.department, posting.employment_type) == ("Research", "Full time")
    assert (posting.requisition, posting.internal_job) == ("R1", "am9iOExample1")
    assert str(posting.first_published) == "2026-11-20 10:00:00+00:00"
    assert str(posting.updated_at) == "2026-11-21 10:00:00+00:00"


def test_the_text_is_unescaped_once() -> None:
    assert read(job()).description == "Build & test models <quickly>."


@pytest.mark.parametrize(
    ("stated", "workplace"),
    [("in_office", "onsite"), ("hybrid", "hybrid"), ("remote", "remote"), (None, None)],
)
def test_the_workplace_is_stated(stated: str | None, workplace: str | None) -> None:
    posting = read(job(location_type=stated))
    assert (posting.workplace, "workplace" in posting.stated) == (workplace, stated is not None)


def test_a_job_is_at_each_of_its_offices() -> None:
    offices = [
        {"name": "London", "location": {"name": "London, United Kingdom"}},
        {"name": "York", "location": {"name": "York, United Kingdom"}},
        {"name": "Zurich", "location": None},
        {"name": "Zurich"},
    ]
    places = ("London, United Kingdom", "York, United Kingdom", "Zurich")
    assert read(job(offices=offices)).locations == places
    assert read(job(offices=offices, location=None)).locations == places


@pytest.mark.parametrize("offices", [None, [], {}, "York", [None, "York"], [{"location": []}]])
def test_offices_of_another_form_are_left_out(offices: object) -> None:
    assert read(job(offices=offices)).location == "London, United Kingdom"


def test_the_offices_of_a_job_that_was_stored_without_them_are_no_edit() -> None:
    sent = job(offices=[{"name": "York", "location": {"name": "York, United Kingdom"}}])
    stored = {name: value for name, value in sent.items() if name != "offices"}
    assert differences(read(stored), read(sent)) == ()
    moved = sent | {"location": {"name": "Leeds, United Kingdom"}}
    assert [change.field for change in differences(read(stored), read(moved))] == ["location"]


def test_what_a_job_may_lack_is_left_empty() -> None:
    bare = job(location=None, departments=[], employment_type=None, requisition_id=None)
    posting = read(bare)
    assert (posting.location, posting.department, posting.employment_type) == ("", "", "")
    assert posting.requisition is None


def test_a_job_without_a_promised_field_cannot_be_read() -> None:
    drifted = job()
    del drifted["content"]
    with pytest.raises(Unreadable, match="content"):
        read(drifted)


# the list


async def test_ids_that_differ_in_case_are_two_postings(server: GemServer) -> None:
    found = await snapshot(server, BOARD)
    assert [sighting.key for sighting in found.sightings] == [key(1), key(2), key(3)]
    assert key(1).casefold() == key(2).casefold()
    assert server.paths() == [LIST]


async def test_a_stored_job_reads_the_same(server: GemServer) -> None:
    for sighting in (await snapshot(server, BOARD)).sightings:
        assert b"content_plain" not in sighting.keep()
        assert sighting.reader(sighting.keep()) == sighting.read()


async def test_an_unknown_board_is_a_failure(server: GemServer) -> None:
    assert (await failure(server, "gem:other")).unknown
    assert (await failure(server, "gem:examplelabs")).unknown  # the case of a board counts too


async def test_an_empty_board_is_believed_after_a_day(server: GemServer) -> None:
    server.jobs = []
    found = await failure(server)
    assert found.unknown
    assert found.reason.startswith("Gem answers for ExampleLabs as for a board")
    request = BoardRequest(BOARD, notes=found.notes)
    tomorrow = replace(request, at=request.at + timedelta(days=1, minutes=1))
    assert (await snapshot(server, tomorrow)).seen == 0


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (Trouble(body=b"<html>We will be back</html>"), "the answer is a web page"),
        (Trouble(body=b'{"errors": [{"message": "no"}]}'), "no list of jobs"),
        (Trouble(cut=20), "cut short"),
        (Trouble(status=302, headers={"Location": "https://jobs.gem.com/"}), "another host"),
        (Trouble(status=500), "HTTP 500"),
    ],
)
async def test_any_other_answer_is_a_failure(
    server: GemServer, trouble: Trouble, reason: str
) -> None:
    server.troubles[LIST] = trouble
    found = await failure(server)
    assert reason in found.reason
    assert not found.unknown


async def test_a_job_whose_id_is_no_text_is_counted(server: GemServer) -> None:
    server.jobs[1]["id"] = 4965519002
    found = await snapshot(server, BOARD)
    assert (len(found.sightings), found.without_key) == (2, 1)


async def test_a_missing_posting_is_not_probed(server: GemServer) -> None:
    found = await snapshot(server, BoardRequest(BOARD, known=lambda: [key(9)]))
    assert (found.probes, len(server.paths())) == ({}, 1)


async def test_robots_txt_is_not_about_a_documented_api(server: GemServer) -> None:
    server.robots = "User-agent: *\nDisallow: /"
    assert (await snapshot(server, BOARD)).seen == 3


# real recordings


@pytest.mark.needs(SHARED)
def test_the_real_recording_is_read_whole(capsys: pytest.CaptureFixture[str]) -> None:
    file = SHARED / "gem" / "gem_rest_2.json"  # the others are of an API that is not asked
    found = read_lists("gem:gem", [file])
    with capsys.disabled():
        print(f"\n{found.line('gem')}")
    jobs = json.loads(file.read_text())
    assert (found.without_key, found.unreadable) == (0, 0)
    assert found.counts() == {
        "postings": len(jobs),
        "location": sum(bool(job["location"]["name"]) for job in jobs),
        "pay": sum("$" in job["content_plain"] for job in jobs),
        "deadline": 0,
        "workplace": sum(bool(job["location_type"]) for job in jobs),
        "department": sum(bool(job["departments"]) for job in jobs),
    }
