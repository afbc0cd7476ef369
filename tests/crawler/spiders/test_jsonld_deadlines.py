"""JSON-LD: a date that stays is a deadline, and one that rolls is none."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crawler.items import BoardRequest
from tests.support.crawling import snapshot
from tests.support.jsonld import (
    PAGE,
    START,
    JsonLdServer,
    at,
    page,
    path,
    posting,
)


@pytest.fixture
async def server() -> AsyncIterator[JsonLdServer]:
    async with JsonLdServer(3) as server:
        yield server


async def deadlines(server: JsonLdServer, *reads: tuple[float, str]) -> list[str | None]:
    """Return the stated deadline after each reading, given hours and `validThrough`."""
    found, seen = None, []
    for hours, through in reads:
        server.pages["/open-roles"] = page(posting(1, validThrough=through))
        request = at(found, hours) if found else BoardRequest(PAGE, at=START)
        found = await snapshot(server, request)
        read = found.sightings[0].read()
        seen.append(read.deadline.text if read.deadline else None)
        assert ("deadline" in read.unsent) == (read.deadline is None and through != "2026-12-02")
    return seen


async def test_a_date_that_stays_is_a_deadline(server: JsonLdServer) -> None:
    reads = (0, "2026-12-14"), (1, "2026-12-14"), (49, "2026-12-14")
    assert await deadlines(server, *reads) == [None, None, "2026-12-14"]


async def test_a_date_that_rolls_is_no_deadline(server: JsonLdServer) -> None:
    reads = (0, "2026-12-14"), (49, "2026-12-16"), (98, "2026-12-18")
    assert await deadlines(server, *reads) == [None, None, None]


async def test_thirty_days_after_the_posting_is_no_deadline(server: JsonLdServer) -> None:
    reads = (0, "2026-12-02"), (49, "2026-12-02")
    assert await deadlines(server, *reads) == [None, None]


async def test_a_page_of_a_sitemap_is_read_a_second_time_for_its_deadline(
    server: JsonLdServer,
) -> None:
    server.pages[path(1)] = page(posting(1, validThrough="2026-12-14"))
    server.jobs(1)
    found = await snapshot(server, at())
    for hours in (1, 49, 98):
        found = await snapshot(server, at(found, hours))
        if hours == 49:
            assert found.sightings[0].read().stated == {"deadline"}
    assert server.read() == [path(1), path(1)]
