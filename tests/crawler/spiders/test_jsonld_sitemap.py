"""JSON-LD: a sitemap is read to its end, its pages over several checks, or the check fails."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest

from crawler.items import BoardRequest
from crawler.spiders.jsonld_sitemap import is_job_path
from tests.support.crawling import failure_of, snapshot
from tests.support.jsonld import (
    HOST,
    SITEMAP,
    JsonLdServer,
    at,
    index,
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


async def test_the_pages_of_a_sitemap_are_read_once(server: JsonLdServer) -> None:
    first = await snapshot(server, SITEMAP)
    assert keys(first) == ["R-1", "R-2", "R-3"]
    assert server.read() == [path(1), path(2), path(3)]
    second = await snapshot(server, at(first))
    assert (keys(second), sorted(second.still)) == ([], ["R-1", "R-2", "R-3"])
    assert len(server.read()) == 3


async def test_a_page_whose_lastmod_moved_is_read_again(server: JsonLdServer) -> None:
    server.pages["/sitemap.xml"] = urlset((path(1), "2026-11-01"), (path(2), "2026-11-02"))
    first = await snapshot(server, at())
    server.pages[path(2)] = page(posting(2, title="Senior Research Engineer"))
    server.pages["/sitemap.xml"] = urlset((path(1), "2026-11-01"), (path(2), "2026-11-19"))
    second = await snapshot(server, at(first))
    assert server.read()[2:] == [path(2)]
    assert [s.read().title for s in second.sightings] == ["Senior Research Engineer"]
    assert second.still == {"R-1"}


async def test_one_lastmod_on_all_pages_is_a_build_and_no_edit(server: JsonLdServer) -> None:
    server.jobs(1, 2, lastmod="2026-11-01")
    first = await snapshot(server, at())
    server.jobs(1, 2, lastmod="2026-11-02")
    second = await snapshot(server, at(first))
    server.pages["/sitemap.xml"] = urlset((path(1), "2026-11-02"), (path(2), "2026-11-03"))
    await snapshot(server, at(second))
    assert server.read() == [path(1), path(2), path(2)]


async def test_a_large_sitemap_spreads_over_checks(server: JsonLdServer) -> None:
    server.jobs(*range(1, 121))
    found = await snapshot(server, at())
    seen, late = set(keys(found)), [found.late]
    assert found.note == "70 of its pages are read at later checks"
    for hours in (1, 2):
        found = await snapshot(server, at(found, hours, known=partial(sorted, frozenset(seen))))
        seen |= set(keys(found))
        late.append(found.late)
    assert (len(server.read()), len(seen), found.note) == (120, 120, None)
    assert [len(each) for each in late] == [0, 50, 20]


async def test_a_new_page_behind_the_first_check_is_not_late(server: JsonLdServer) -> None:
    first = await snapshot(server, at())
    server.jobs(1, 2, 3, 4)
    second = await snapshot(server, at(first))
    assert (keys(second), second.late) == (["R-4"], frozenset())


@pytest.mark.parametrize("zipped", [False, True])
async def test_an_index_is_read_to_its_end(server: JsonLdServer, *, zipped: bool) -> None:
    parts = {"/a.xml": urlset((path(1), "")), "/b.xml": urlset((path(2), ""), (path(3), ""))}
    parts["/deep.xml"] = index("/b.xml")
    server.pages |= {name: gzip.compress(part) if zipped else part for name, part in parts.items()}
    server.pages["/sitemap.xml"] = index("/a.xml", "/deep.xml")
    assert keys(await snapshot(server, SITEMAP)) == ["R-1", "R-2", "R-3"]


@pytest.mark.parametrize("part", [404, 503, b"<html></html>"])
async def test_a_missing_part_of_an_index_fails_the_board(
    server: JsonLdServer, part: bytes | int
) -> None:
    server.pages |= {"/a.xml": urlset((path(1), "")), "/b.xml": part}
    server.pages["/sitemap.xml"] = index("/a.xml", "/b.xml")
    found = await failure_of(server, SITEMAP)
    assert (found.reason.startswith("/b.xml"), found.unknown) == (True, False)
    assert server.read() == []


@pytest.mark.parametrize("namespace", ["", ' xmlns="https://www.sitemaps.org/schemas/sitemap/0.9"'])
async def test_any_namespace_is_read(server: JsonLdServer, namespace: str) -> None:
    server.pages["/sitemap.xml"] = urlset((path(1), ""), namespace=namespace)
    assert keys(await snapshot(server, SITEMAP)) == ["R-1"]


@pytest.mark.parametrize(
    "body", [b"<html><body>We will be back</body></html>", b"<urlset><url>", b"", b"<rss></rss>"]
)
async def test_another_answer_than_a_sitemap_is_a_failure(
    server: JsonLdServer, body: bytes
) -> None:
    server.pages["/sitemap.xml"] = body
    assert not (await failure_of(server, SITEMAP)).unknown


async def test_an_address_on_another_host_is_no_page_of_the_board(server: JsonLdServer) -> None:
    server.pages["/sitemap.xml"] = urlset((path(1), "")).replace(
        b"</urlset>", b"<url><loc>https://jobs.partner.example/jobs/2-b</loc></url></urlset>"
    )
    assert keys(await snapshot(server, SITEMAP)) == ["R-1"]


async def test_pages_that_are_no_job_are_left_out(server: JsonLdServer) -> None:
    entries = ["/", "/blog/our-jobs", "/jobs", "/jobs/locations/london", "/products/12", path(1)]
    server.pages["/sitemap.xml"] = urlset(*((entry, "") for entry in (*entries, "/careers/values")))
    server.pages["/careers/values"] = page({"@type": "WebPage"})
    first = await snapshot(server, at())
    assert (keys(first), first.without_key, first.note) == (["R-1"], 0, None)
    assert server.read() == ["/careers/values", path(1)]
    await snapshot(server, at(first, hours=1))
    assert len(server.read()) == 2
    second = await snapshot(server, at(first, hours=24))
    assert server.read()[2:] == ["/careers/values"]
    await snapshot(server, at(second, hours=7 * 24))
    assert len(server.read()) == 3
    await snapshot(server, at(second, hours=8 * 24))
    assert server.read()[3:] == ["/careers/values"]


async def test_a_page_that_is_no_job_is_read_again_when_the_clock_was_set_back(
    server: JsonLdServer,
) -> None:
    server.pages["/sitemap.xml"] = urlset(("/careers/values", ""), (path(1), ""))
    server.pages["/careers/values"] = page({"@type": "WebPage"})
    first = await snapshot(server, at())
    await snapshot(server, at(first, hours=-300 * 24))
    assert server.read()[2:] == ["/careers/values"]


@pytest.mark.parametrize("odd", [{"pages": [1], "through": {"R-1": 7}, "first": 3}, {"first": "#"}])
async def test_notes_of_another_form_are_dropped(server: JsonLdServer, odd: Any) -> None:
    request = BoardRequest(SITEMAP, notes=json.dumps({"own": odd}))
    assert keys(await snapshot(server, request)) == ["R-1", "R-2", "R-3"]


async def test_one_job_in_two_languages_is_one_posting(server: JsonLdServer) -> None:
    server.pages |= {
        "/de/jobs/a-b": page(posting(1, title="Forscherin")),
        "/en/jobs/a-b": page(posting(1)),
    }
    server.pages["/sitemap.xml"] = urlset(("/en/jobs/a-b", "1"), ("/de/jobs/a-b", "2"))
    first = await snapshot(server, at())
    assert [s.read().title for s in first.sightings] == ["Forscherin"]
    server.pages["/sitemap.xml"] = urlset(("/en/jobs/a-b", "3"), ("/de/jobs/a-b", "2"))
    second = await snapshot(server, at(first))
    assert (keys(second), sorted(second.still)) == ([], ["R-1"])


async def test_a_site_whose_pages_show_no_job_is_a_failure(server: JsonLdServer) -> None:
    server.pages |= {path(number): b"<html><div id=root></div></html>" for number in (1, 2, 3)}
    assert "none of its 3 pages shows a JobPosting" in (await failure_of(server, SITEMAP)).reason


async def test_known_pages_that_lose_their_job_stay_and_are_named(server: JsonLdServer) -> None:
    server.pages["/sitemap.xml"] = urlset((path(1), "1"), (path(2), "2"))
    first = await snapshot(server, at())
    server.pages[path(1)] = b"<html><div id=root></div></html>"
    server.pages["/sitemap.xml"] = urlset((path(1), "3"), (path(2), "2"))
    second = await snapshot(server, at(first))
    assert second.still == {"R-1", "R-2"}
    assert "on 1 of its pages the JobPosting is missing" in (second.note or "")


async def test_an_empty_sitemap_is_believed_after_a_day(server: JsonLdServer) -> None:
    server.pages["/sitemap.xml"] = urlset()
    first = await failure_of(server, at())
    later = at(hours=25, notes=first.notes)
    assert (await snapshot(server, later)).seen == 0


async def test_a_glance_reads_no_page(server: JsonLdServer) -> None:
    found = await snapshot(server, BoardRequest(SITEMAP, glance=True))
    assert (found.seen, server.read()) == (3, [])


async def test_a_sitemap_that_becomes_a_page_is_a_failure(server: JsonLdServer) -> None:
    board = f"jsonld:{HOST}/jobs-sitemap"
    server.pages["/jobs-sitemap"] = urlset((path(1), ""))
    first = await snapshot(server, board)
    server.pages["/jobs-sitemap"] = page(posting(1))
    assert "no sitemap" in (await failure_of(server, at(first))).reason


@pytest.mark.parametrize(
    ("path", "is_job"),
    [
        ("/job/23582019/principal-engineer", True),
        ("/pt/jobs/other/intern", True),
        ("/denver-co/engineer/8D14C0A7E2B94F6D9A3E51C7B0F2D846/job/", True),
        ("/careers/detail?id=7", True),
        ("/jobs", False),
        ("/jobs/category/engineering", False),
        ("/company/press-kit", False),
        ("/", False),
    ],
)
def test_a_job_is_known_by_the_form_of_its_address(path: str, *, is_job: bool) -> None:
    assert is_job_path(path, "sitemap.xml") == is_job


def test_a_sitemap_of_jobs_has_jobs_at_all_addresses() -> None:
    assert is_job_path("/en/research-engineer", "sitemap-jobs.xml")
    assert not is_job_path("/locations/london", "sitemap-jobs.xml")
