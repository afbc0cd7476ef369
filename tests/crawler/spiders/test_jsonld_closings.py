"""JSON-LD: only a posting's own page proves that it closed."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crawler.items import Probe
from tests.support.ats_server import Reply
from tests.support.crawling import snapshot
from tests.support.jsonld import (
    HOST,
    PAGE,
    JsonLdServer,
    at,
    keys,
    page,
    path,
    posting,
    urlset,
)


@pytest.fixture
async def server() -> AsyncIterator[JsonLdServer]:
    async with JsonLdServer(3) as server:
        yield server


@pytest.mark.parametrize(
    ("answer", "probe"),
    [
        (404, Probe.GONE),
        (410, Probe.GONE),
        (500, Probe.SILENT),
        (page(posting(1)), Probe.THERE),
        (page(posting(2)), Probe.SILENT),
        (page({"@type": "WebPage"}), Probe.SILENT),
        (page(posting(1, validThrough="2026-11-01")), Probe.SILENT),
        (Reply(b"", 302, {"Location": f"/{HOST}/open-roles"}), Probe.SILENT),
    ],
)
async def test_only_404_and_410_of_its_page_prove_that_a_posting_closed(
    server: JsonLdServer, answer: bytes | int | Reply, probe: Probe
) -> None:
    first = await snapshot(server, at())
    server.pages |= {path(1): answer, "/open-roles": page({"@type": "WebPage"})}
    server.jobs(2, 3)
    second = await snapshot(server, at(first, hours=1))
    assert second.probes == {"R-1": probe}


async def test_a_missing_posting_is_probed_again_at_the_next_check(server: JsonLdServer) -> None:
    first = await snapshot(server, at())
    server.pages[path(1)] = 503
    server.jobs(2, 3)
    second = await snapshot(server, at(first, hours=1))
    third = await snapshot(server, at(second, hours=2, known=lambda: ["R-1", "R-2", "R-3"]))
    assert third.probes == {"R-1": Probe.SILENT}
    assert server.read().count(path(1)) > 2


async def test_a_posting_of_a_page_is_probed_on_its_own_page(server: JsonLdServer) -> None:
    server.pages["/open-roles"] = page(posting(1), posting(2))
    first = await snapshot(server, PAGE)
    server.pages[path(1)] = 404
    second_body = page(posting(2))
    server.pages["/open-roles"] = second_body
    second = await snapshot(server, at(first))
    assert second.probes == {"R-1": Probe.GONE}


async def test_a_relaunch_with_new_addresses_closes_nothing(server: JsonLdServer) -> None:
    server.jobs(*range(1, 71))
    first = await snapshot(server, at())
    known = sorted({*keys(await snapshot(server, at(first, hours=1))), *keys(first)})
    assert len(known) == 70
    fresh = {f"/careers/role/{number}-engineer": page(posting(number)) for number in range(1, 71)}
    server.pages = {"/sitemap.xml": urlset(*((path, "") for path in fresh)), **fresh}
    found = await snapshot(server, at(first, hours=2, known=lambda: known))
    assert (len(found.sightings), len(found.still), found.probes) == (50, 20, {})
    found = await snapshot(server, at(found, hours=3, known=lambda: known))
    assert (len(found.sightings), len(found.still), found.probes) == (20, 50, {})
    del fresh["/careers/role/7-engineer"]
    server.pages["/sitemap.xml"] = urlset(*((path, "") for path in fresh))
    found = await snapshot(server, at(found, hours=4, known=lambda: known))
    assert found.probes == {"R-7": Probe.THERE}  # on its new page; the old one answers 404
