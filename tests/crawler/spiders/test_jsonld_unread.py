"""JSON-LD sitemaps: pages that fail, and pages that do not show their job when they are read."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.support.crawling import snapshot
from tests.support.jsonld import JsonLdServer, at, keys, page, path

_SIGN_IN = b"<html><form>Sign in</form></html>"


@pytest.fixture
async def server() -> AsyncIterator[JsonLdServer]:
    async with JsonLdServer(3) as one:
        yield one


async def test_a_new_page_that_shows_no_job_at_first_is_read_again_in_a_day(
    server: JsonLdServer,
) -> None:
    first = await snapshot(server, at())
    server.jobs(1, 2, 3, 4)
    job, server.pages[path(4)] = server.pages[path(4)], _SIGN_IN
    second = await snapshot(server, at(first, hours=1))
    server.pages[path(4)] = job
    third = await snapshot(server, at(second, hours=2))
    assert (keys(third), len(server.read())) == ([], 4)
    fourth = await snapshot(server, at(third, hours=25))
    assert (keys(fourth), fourth.late) == (["R-4"], frozenset())


async def test_a_page_that_shows_no_job_at_the_first_check_may_show_one_that_was_there(
    server: JsonLdServer,
) -> None:
    job, server.pages[path(3)] = server.pages[path(3)], _SIGN_IN
    first = await snapshot(server, at())
    assert keys(first) == ["R-1", "R-2"]
    server.pages[path(3)] = job
    second = await snapshot(server, at(first, hours=1))
    third = await snapshot(server, at(second, hours=25))
    assert (keys(third), third.late) == (["R-3"], frozenset({"R-3"}))


async def test_a_page_that_showed_no_job_twice_is_no_job_of_the_first_check(
    server: JsonLdServer,
) -> None:
    job, server.pages[path(3)] = server.pages[path(3)], _SIGN_IN
    first = await snapshot(server, at())
    second = await snapshot(server, at(first, hours=24))
    server.pages[path(3)] = job
    third = await snapshot(server, at(second, hours=24 + 7 * 24))
    assert (keys(third), third.late) == (["R-3"], frozenset())


async def test_a_listed_page_of_a_closed_posting_is_not_read_at_every_check(
    server: JsonLdServer,
) -> None:
    first = await snapshot(server, at())
    server.pages |= {path(2): page(), path(3): 404}
    second = await snapshot(server, at(first, hours=1, known=lambda: ["R-1"]))
    assert server.read()[3:] == [path(2), path(3)]
    await snapshot(server, at(second, hours=2, known=lambda: ["R-1"]))
    assert len(server.read()) == 5


async def test_a_busy_site_is_not_asked_for_further_pages(server: JsonLdServer) -> None:
    first = await snapshot(server, at())
    server.pages |= {path(4): 429}
    server.jobs(1, 2, 3, 4, 5)
    second = await snapshot(server, at(first, hours=1))
    assert (keys(second), len(second.still), server.read()[3:]) == ([], 3, [path(4)])


async def test_pages_that_fail_do_not_keep_others_from_being_read(server: JsonLdServer) -> None:
    server.pages |= {path(number): 500 for number in (10, 11, 12)}
    server.jobs(*range(1, 21))
    first = await snapshot(server, at())
    assert "R-13" not in keys(first)
    second = await snapshot(server, at(first, hours=1))
    assert len(second.sightings) + len(second.still) == 17
    assert second.note == "3 of its pages are read at later checks"


async def test_a_listed_page_that_answers_404_is_asked_for_once_a_day(server: JsonLdServer) -> None:
    server.pages |= {path(number): 404 for number in (4, 5, 6, 7)}
    server.jobs(*range(1, 9))
    first = await snapshot(server, at())
    assert (len(first.sightings), first.note) == (4, None)
    await snapshot(server, at(first, hours=1))
    assert len(server.read()) == 8
    await snapshot(server, at(first, hours=25))
    assert len(server.read()) == 12
