"""Teamtailor: feeds that are read to a page that is not full, or fail."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from xml.etree.ElementTree import parse

import pytest

from crawler.items import BoardRequest, Failure, Posting, Unreadable
from crawler.readers import spider
from monitor.demo.board_server import Trouble
from tests.support.ats_recordings import SHARED, read_lists
from tests.support.crawling import failure_of, site, snapshot
from tests.support.teamtailor import BOARD, FEED, LONDON, SITE, TeamtailorServer, feed, job

TT = "{https://teamtailor.com/locations}"
ENTITIES = b'<!DOCTYPE rss [<!ENTITY a "aaaa">]><rss><channel><title>&a;</title></channel></rss>'


@pytest.fixture
async def server() -> AsyncIterator[TeamtailorServer]:
    async with TeamtailorServer(3) as server:
        yield server


def read(job: dict[str, Any]) -> Posting:
    reader = spider("teamtailor")()
    [raw] = reader.slice(feed([job]), site(BOARD)).jobs
    return reader.read(reader.keep(bytes(raw)))


async def failure(server: TeamtailorServer, request: BoardRequest | str = BOARD) -> Failure:
    return await failure_of(server, request)


# one posting


def test_a_job_is_read() -> None:
    posting = read(job(8124573, "Research  Engineer"))
    assert (posting.key, posting.title) == ("8124573", "Research Engineer")
    assert posting.url == f"{SITE}/jobs/8124573-research-engineer"
    assert posting.locations == ("London, United Kingdom",)
    assert (posting.department, posting.company) == ("Research", "Example Labs")
    assert posting.description == "Build & test models."
    assert posting.first_published == datetime(2026, 11, 20, 11, 57, 16, tzinfo=UTC)
    assert (posting.pay, posting.deadline, posting.employment_type) == (None, None, "")


@pytest.mark.parametrize(
    ("written", "workplace"),
    [("fully", "remote"), ("hybrid", "hybrid"), ("temporary", None), ("none", None), (None, None)],
)
def test_a_remote_status_that_says_something_is_the_workplace(
    written: str | None, workplace: str | None
) -> None:
    assert read(job(remoteStatus=written)).workplace == workplace


def test_a_remote_job_may_have_no_place_and_others_have_several() -> None:
    assert read(job(locations=[])).location == ""
    places = [LONDON, {"name": "Anywhere"}, {"name": "HQ", "city": "Oslo", "country": "Norway"}]
    assert read(job(locations=places)).locations == (
        "London, United Kingdom",
        "Anywhere",
        "Oslo, Norway",
    )


@pytest.mark.parametrize("written", [None, "yesterday", "Fri, 99 Nov 2026 13:57:16 +0200"])
def test_an_odd_date_hides_no_role(written: str | None) -> None:
    assert read(job(pubDate=written)).first_published is None


def test_a_job_without_a_title_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="title"):
        read(job(title=""))


def test_no_name_of_a_person_is_stored() -> None:
    reader = spider("teamtailor")()
    [raw] = reader.slice(feed([job()]), site(BOARD)).jobs
    assert b"Ann" not in bytes(raw)


# the list


@pytest.mark.parametrize(("jobs", "pages"), [(0, 1), (99, 2), (100, 2), (250, 4)])
async def test_an_empty_page_ends_the_list(server: TeamtailorServer, jobs: int, pages: int) -> None:
    server.jobs = [job(number) for number in range(1, jobs + 1)]
    found = await snapshot(server, BOARD)
    assert len(found.sightings) == found.seen == jobs
    offsets = [min(100 * page, jobs) for page in range(pages)]
    assert server.paths() == [f"{FEED}?per_page=100&offset={offset}" for offset in offsets]


async def test_a_host_that_sends_fewer_jobs_in_a_page_is_read_whole(
    server: TeamtailorServer,
) -> None:
    server.jobs = [job(number) for number in range(1, 151)]
    server.most = 50
    assert (await snapshot(server, BOARD)).seen == 150


async def test_a_server_without_pages_is_a_failure(server: TeamtailorServer) -> None:
    server.jobs = [job(number) for number in range(1, 251)]
    server.has_pages = False
    assert (await failure(server)).reason == "its list moved while its pages were read"


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (feed([job(201)], "https://otherworks.teamtailor.com/jobs"), "of another board"),
        (feed([job(7)]), "its list moved"),
        (b"<!DOCTYPE html><html><body>Soon</body></html>", "a web page"),
        (feed([job(201)])[:-20], "not the XML of a list"),
    ],
    ids=["another board", "repeated", "page", "cut"],
)
async def test_a_bad_page_in_the_middle_is_a_failure(
    server: TeamtailorServer, page: bytes, reason: str
) -> None:
    server.jobs = [job(number) for number in range(1, 151)]
    server.pages = {100: page}
    assert reason in (await failure(server)).reason


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<html><head/><body>app</body></html>", "a web page"),
        (b'<html xmlns="http://www.w3.org/1999/xhtml"><p>x</p></html>', "a web page"),
        (b"<feed/>", "XML of another kind: feed"),
        (b"<rss/>", "without a channel"),
        (ENTITIES, "not the XML of a list"),
        (b'{"items":[]}', "not the XML of a list"),
        (b"", "not the XML of a list"),
        (b'<?xml version="1.0" encoding="nonsense"?><rss/>', "not the XML of a list"),
    ],
    ids=["shell", "xhtml", "atom", "no channel", "entities", "json", "nothing", "encoding"],
)
async def test_an_answer_of_another_kind_is_a_failure(
    server: TeamtailorServer, body: bytes, reason: str
) -> None:
    server.troubles[FEED] = Trouble(body=body)
    found = await failure(server)
    assert reason in found.reason
    assert not found.unknown


async def test_an_unknown_label_is_a_failure_that_says_so(server: TeamtailorServer) -> None:
    found = await failure(server, "teamtailor:nobody")
    assert (found.status, found.unknown) == (404, True)


async def test_a_redirect_off_the_host_is_a_failure_that_names_it(server: TeamtailorServer) -> None:
    elsewhere = {"Location": "https://careers.example.org/jobs.rss"}
    server.troubles[FEED] = Trouble(status=301, headers=elsewhere)
    found = await failure(server)
    assert (found.reason, found.unknown) == (
        "redirected to another host: careers.example.org",
        False,
    )


async def test_a_job_whose_link_has_no_number_is_counted_as_unreadable(
    server: TeamtailorServer,
) -> None:
    server.jobs[1]["link"] = f"{SITE}/people/1"
    found = await snapshot(server, BOARD)
    assert (len(found.sightings), found.without_key) == (2, 1)


async def test_no_missing_posting_is_probed_and_no_robots_file_is_asked(
    server: TeamtailorServer,
) -> None:
    found = await snapshot(server, BoardRequest(BOARD, known=lambda: ["99"]))
    assert found.probes == {}
    assert len(server.requests) == 2  # the pages of its list


# recordings


@pytest.mark.needs(SHARED)
def test_every_job_of_every_recorded_feed_is_read() -> None:
    files = sorted((SHARED / "teamtailor").glob("*.rss"))
    read = read_lists(BOARD, files)
    items = [item for file in files for item in parse(file).iter("item")]  # noqa: S314  # recordings that we chose
    print(read.line("teamtailor"))  # the table of what was read
    assert (read.files, read.without_key, read.unreadable) == (len(files), 0, 0)
    assert read.counts() == {
        "postings": len(items),
        "location": sum(item.find(f".//{TT}city") is not None for item in items),
        "pay": 0,
        "deadline": 0,
        "workplace": sum(item.findtext("remoteStatus") in {"fully", "hybrid"} for item in items),
        "department": sum(bool(item.findtext(f"{TT}department")) for item in items),
    }
