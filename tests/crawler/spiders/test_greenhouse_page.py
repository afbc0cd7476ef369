"""Greenhouse boards whose API is off: the rows of all pages, or a failure."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from crawler.items import BoardRequest, Failure
from crawler.readers import reread
from crawler.spiders.greenhouse import PAGE_NOTE
from crawler.spiders.greenhouse_page import MARK, read_page
from monitor.history.compare import differences, keep_unsent
from tests.support.crawling import BOARD, failure_of, snapshot
from tests.support.greenhouse import job
from tests.support.greenhouse_page import GreenhousePageServer, page, row
from tests.support.places import ROOT

SHARED = ROOT.parent / "shared" / "recordings" / "greenhouse" / "pages"
API = "/v1/boards/examplelabs/jobs?content=true&pay_transparency=true"


@pytest.fixture
async def server() -> AsyncIterator[GreenhousePageServer]:
    async with GreenhousePageServer() as server:
        yield server


async def failure(server: GreenhousePageServer, request: BoardRequest | str = BOARD) -> Failure:
    return await failure_of(server, request)


async def test_a_board_whose_api_is_off_is_read_from_its_page(server: GreenhousePageServer) -> None:
    server.rows[0]["title"] = " Research  Engineer "
    found = await snapshot(server, BoardRequest(BOARD, known=lambda: ["1", "9"]))
    first = found.sightings[0].read()
    assert (first.key, first.title, first.location) == ("1", "Research Engineer", "London, UK")
    assert (first.company, first.department, first.description) == ("Example Labs", "Research", "")
    assert first.unsent > {"description", "pay", "deadline"}
    assert (found.note, found.seen, found.etag) == (PAGE_NOTE, 2, None)
    # the API, which is off, answers 404 for every job
    assert (found.probes, server.paths()) == ({}, [API, "/examplelabs"])


async def test_a_board_whose_api_is_on_is_not_asked_for_its_page(
    server: GreenhousePageServer,
) -> None:
    server.is_api_on = True
    found = await snapshot(server)
    assert (found.note, server.paths()) == (None, [API])


@pytest.mark.parametrize(("rows", "pages"), [(0, 1), (50, 1), (51, 2), (129, 3)])
async def test_all_pages_are_read(server: GreenhousePageServer, rows: int, pages: int) -> None:
    server.rows = [row(number) for number in range(1, rows + 1)]
    assert (await snapshot(server)).seen == rows
    assert len(server.paths()) == 1 + pages


@pytest.mark.parametrize("total", [2, 3])
async def test_a_featured_job_may_stand_above_the_list_only(
    server: GreenhousePageServer, total: int
) -> None:
    server.featured, server.total = [row(3)], total
    found = await snapshot(server)
    assert sorted(sighting.key for sighting in found.sightings) == ["1", "2", "3"]


async def test_a_row_without_an_id_is_counted(server: GreenhousePageServer) -> None:
    server.rows += [{"title": "no id"}, 5]
    found = await snapshot(server)
    assert (len(found.sightings), found.without_key) == (2, 2)


async def test_a_total_that_disagrees_is_a_failure(server: GreenhousePageServer) -> None:
    server.total = 5
    assert "it lists 2 jobs and says that there are 5" in (await failure(server)).reason


async def test_a_page_that_repeats_is_a_failure(server: GreenhousePageServer) -> None:
    server.rows = [row(number) for number in range(1, 81)]
    repeated = [*server.rows[:50], *server.rows[:30]]
    server.shown[2] = page(repeated, 2)
    assert "it lists 50 jobs and says that there are 80" in (await failure(server)).reason


@pytest.mark.parametrize("second", [404, 500, page([row(1)], 1), b"<html>Sorry</html>"])
async def test_a_further_page_that_fails_is_a_failure(
    server: GreenhousePageServer, second: bytes | int
) -> None:
    server.rows = [row(number) for number in range(1, 81)]
    server.shown[2] = second
    assert not (await failure(server)).unknown


async def test_an_unknown_board_is_unknown(server: GreenhousePageServer) -> None:
    server.shown[1] = 404
    found = await failure(server)
    assert (found.reason, found.status, found.unknown) == ("HTTP 404: no such board", 404, True)


async def test_a_page_of_another_form_does_not_prove_that_the_board_lives(
    server: GreenhousePageServer,
) -> None:
    server.shown[1] = b"<html>Checking your browser</html>"
    found = await failure(server)
    assert found.reason.startswith("Greenhouse knows no board examplelabs: its API answers 404")
    assert found.unknown


@pytest.mark.parametrize(
    ("shown", "reason"),
    [
        (page([row(1)])[:300], "cut short or not JSON"),
        (page([row(1)], urlToken="otherlabs"), "shows another board: otherlabs"),
        (page([row(1)], jobPosts={"data": []}), "its data has no list of jobs"),
        (b"\xff" + page([row(1)]), "is not UTF-8"),
    ],
)
async def test_a_page_that_cannot_be_read_is_a_failure(
    server: GreenhousePageServer, shown: bytes, reason: str
) -> None:
    server.shown[1] = shown
    found = await failure(server)
    assert reason in found.reason
    assert not found.unknown


async def test_a_page_that_robots_txt_closes_is_not_asked_for(server: GreenhousePageServer) -> None:
    server.robots = "User-agent: *\nDisallow: /"
    found = await failure(server)
    assert found.reason.startswith("Greenhouse answers 404 for examplelabs, and robots.txt of ")
    assert (found.unknown, server.paths()) == (True, [API])


async def test_a_glance_reads_one_page(server: GreenhousePageServer) -> None:
    server.rows = [row(number) for number in range(1, 81)]
    found = await snapshot(server, BoardRequest(BOARD, glance=True))
    assert (found.seen, len(server.paths())) == (80, 2)


def test_switching_the_api_off_edits_nothing() -> None:
    listed = {MARK: True} | row(1)
    before, after = (reread("greenhouse", json.dumps(one).encode()) for one in (job(1), listed))
    assert differences(before, keep_unsent(before, after)) == ()
    assert keep_unsent(before, after).description == before.description
    assert differences(after, keep_unsent(after, before)) == ()


@pytest.mark.needs(SHARED)
def test_every_recorded_page_is_read() -> None:
    files = sorted(SHARED.glob("*.html"))
    pages = [read_page(file.read_text()) for file in files]
    assert [(len(one.rows), one.total) for one in pages] == [
        (50, 66),
        (4, 4),
        (13, 13),
        (19, 19),
        (50, 129),
    ]
    assert [one.token for one in pages] == [file.name.partition("_")[0] for file in files]
    assert all(isinstance(each["location"], str) for one in pages for each in one.rows)
