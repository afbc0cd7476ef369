"""JSON-LD: a page is read to its end in every form, or the check fails."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from time import process_time
from typing import Any

import pytest

from crawler.items import BoardRequest, Probe, Snapshot
from crawler.spiders.jsonld_page import read_page
from crawler.spiders.sitemap import is_sitemap
from tests.support.ats_server import Reply
from tests.support.crawling import failure_of, snapshot
from tests.support.jsonld import (
    HOST,
    PAGE,
    SITEMAP,
    START,
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


async def of_page(server: JsonLdServer, body: bytes) -> Snapshot:
    server.pages["/open-roles"] = body
    return await snapshot(server, PAGE)


@pytest.mark.parametrize(
    "body",
    [
        page(posting(1), posting(2)),
        page([posting(1), posting(2)]),
        page(
            {
                "@context": "https://schema.org",
                "@graph": [{"@type": "WebPage"}, posting(1), posting(2)],
            }
        ),
        page(
            {
                "@type": "WebPage",
                "mainEntity": {
                    "@type": "ItemList",
                    "itemListElement": [
                        {"@type": "ListItem", "position": 1, "item": posting(1)},
                        {"@type": "ListItem", "position": 2, "item": posting(2)},
                    ],
                },
            }
        ),
        page(
            posting(1) | {"@type": ["JobPosting", "Thing"]},
            posting(2) | {"@type": "schema:JobPosting"},
        ),
        page(text=f"//<![CDATA[\n{json.dumps([posting(1), posting(2)])}\n//]]>"),
        page(text=json.dumps([posting(1), posting(2)]).replace("models.", "models.\n\tToo.")),
        page(
            text=json.dumps([posting(1), posting(2)]).replace("&", "&amp;").replace('"', "&quot;")
        ),
    ],
    ids=["blocks", "list", "graph", "item list", "types", "cdata", "raw breaks", "escaped"],
)
async def test_the_postings_of_a_page_are_read_in_every_form(
    server: JsonLdServer, body: bytes
) -> None:
    found = await of_page(server, body)
    assert keys(found) == ["R-1", "R-2"]
    assert found.company == "Example Labs"
    assert found.sightings[0].read().description.startswith("Build & test models.")
    assert not any(b"Ann" in s.keep() or b"Bo" in s.keep() for s in found.sightings)


async def test_microdata_is_read_where_there_is_no_json(server: JsonLdServer) -> None:
    body = (
        '<html><body><div itemscope itemtype="http://schema.org/JobPosting">'
        '<h1 itemprop="title">Research Engineer</h1>'
        '<meta itemprop="datePosted" content="2026-11-02">'
        '<div itemprop="jobLocation" itemscope itemtype="http://schema.org/Place">'
        '<div itemprop="address" itemscope itemtype="http://schema.org/PostalAddress">'
        '<span itemprop="addressLocality">London</span>, '
        '<span itemprop="addressCountry">GB</span></div></div>'
        '<div itemprop="description"><p>Build models.</p><p>Test them.</p></div>'
        "</div></body></html>"
    )
    found = (await of_page(server, body.encode())).sightings[0].read()
    assert (found.title, found.location) == ("Research Engineer", "London, GB")
    assert found.key == f"{HOST}/open-roles"
    assert found.description == "Build models.\nTest them."


async def test_an_unmoved_page_has_the_same_digests(server: JsonLdServer) -> None:
    first = await of_page(server, page(posting(1), head="<meta name=csrf content=one>"))
    second = await of_page(server, page(posting(1), head="<meta name=csrf content=two>"))
    assert [s.digest for s in first.sightings] == [s.digest for s in second.sightings]


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({"identifier": "77"}, "77"),
        ({"identifier": 77}, "77"),
        ({"identifier": {"name": "x", "value": "JR 7"}}, "JR%207"),
        ({"identifier": None, "url": f"https://{HOST}/job/23582019/engineer?utm=x"}, "23582019"),
        (
            {"identifier": None, "url": f"https://{HOST}/o/00DF0928-b013-448c-b3dd-6c6fb80eadc2"},
            "00df0928-b013-448c-b3dd-6c6fb80eadc2",
        ),
        ({"identifier": None, "url": f"https://{HOST}/apply?job_id=123456"}, "123456"),
        (
            {"identifier": None, "url": f"https://{HOST}/jobs/engineer/?source=GoogleJobs"},
            f"{HOST}/jobs/engineer",
        ),
        ({"identifier": "Example Labs", "url": f"https://{HOST}/jobs/a-b"}, f"{HOST}/jobs/a-b"),
    ],
)
async def test_a_key_is_the_identifier_or_in_the_address(
    server: JsonLdServer, fields: dict[str, Any], key: str
) -> None:
    found = await of_page(server, page(posting(1, **fields), posting(2)))
    assert keys(found) == sorted([key, "R-2"])
    assert {sighting.read().key for sighting in found.sightings} == {key, "R-2"}


async def test_a_job_with_neither_identifier_nor_address_is_counted(server: JsonLdServer) -> None:
    found = await of_page(server, page(posting(1), posting(2, identifier=None, url=None)))
    assert (keys(found), found.without_key) == (["R-1"], 1)


async def test_a_page_of_jobs_without_any_key_is_a_failure(server: JsonLdServer) -> None:
    bare = [posting(number, identifier=None, url=None) for number in (1, 2)]
    server.pages["/open-roles"] = page(*bare)
    assert "neither an identifier nor an address" in (await failure_of(server, PAGE)).reason


async def test_a_broken_block_is_counted(server: JsonLdServer) -> None:
    body = page(posting(1)) + b'<script type="application/ld+json">{"@type":"JobPosting",</script>'
    found = await of_page(server, body)
    assert (keys(found), found.without_key) == (["R-1"], 1)


@pytest.mark.parametrize("body", [b"<html><div id=root></div></html>", page({"@type": "WebSite"})])
async def test_a_page_without_a_job_is_a_failure(server: JsonLdServer, body: bytes) -> None:
    server.pages["/open-roles"] = body
    assert "no JobPosting as it is served" in (await failure_of(server, PAGE)).reason


async def test_an_empty_list_is_believed_after_a_day(server: JsonLdServer) -> None:
    server.pages["/open-roles"] = page({"@type": "ItemList", "itemListElement": []})
    first = await failure_of(server, BoardRequest(PAGE, at=START))
    later = BoardRequest(PAGE, at=START + timedelta(hours=25), notes=first.notes)
    assert (await snapshot(server, later)).seen == 0


def item_list(*jobs: Any, **fields: Any) -> dict[str, Any]:
    """Return an ItemList of these jobs."""
    rows = [{"@type": "ListItem", "item": job} for job in jobs]
    return {"@type": "ItemList", "itemListElement": rows} | fields


@pytest.mark.parametrize(
    "part", ["rel=", "<script ", "<script type=application/ld+json>", "<!-- -->", "<?a?>"]
)
def test_a_page_that_repeats_itself_is_read_quickly(part: str) -> None:
    body = (part * 10_000).encode()
    started = process_time()
    assert read_page(body, "https://jobs.example.org/").jobs == []
    assert not is_sitemap(body)
    assert process_time() - started < 1


async def test_a_page_that_shows_a_part_of_its_list_is_a_failure(server: JsonLdServer) -> None:
    whole = item_list(posting(1), posting(2), numberOfItems="2")
    assert keys(await of_page(server, page(whole, item_list(numberOfItems=9)))) == ["R-1", "R-2"]
    server.pages["/open-roles"] = page(whole | {"numberOfItems": 200})
    assert "its list has 200 jobs, and shows 2" in (await failure_of(server, PAGE)).reason
    server.pages["/open-roles"] = page(posting(1), head='<link rel="next" href="?page=2">')
    assert "links to a next page" in (await failure_of(server, PAGE)).reason


EMPLOYER = {"@type": "PropertyValue", "name": "Example Labs", "value": "4711"}


@pytest.mark.parametrize("form", ["/jobs/{}-engineer", "/jobs/engineer-{}-a"])
async def test_an_identifier_that_all_jobs_of_a_page_have_is_no_key(
    server: JsonLdServer, form: str
) -> None:
    jobs = [
        posting(n, identifier=EMPLOYER, url=f"https://{HOST}{form.format(n)}")
        for n in range(10001, 10004)
    ]
    first = await of_page(server, page(*jobs))
    assert len(first.sightings) == 3
    assert {one.read().key for one in first.sightings} == set(keys(first))
    server.pages["/open-roles"] = page(jobs[0])
    assert keys(await snapshot(server, at(first))) == keys(first)[:1]


async def test_an_identifier_that_all_pages_have_is_no_key(server: JsonLdServer) -> None:
    paths = {f"/jobs/{n}-engineer": str(n) for n in range(10001, 10005)}
    server.pages = {
        path: page(posting(int(n), identifier=EMPLOYER, url=None)) for path, n in paths.items()
    }
    server.pages["/sitemap.xml"] = urlset(*((path, "") for path in paths))
    first = await snapshot(server, at())
    assert keys(first) == sorted(paths.values())
    assert {one.read().key for one in first.sightings} == set(keys(first))
    server.pages["/jobs/10002-engineer"] = 404
    server.pages["/sitemap.xml"] = urlset(*((path, "") for path in paths if "10002" not in path))
    second = await snapshot(server, at(first, hours=1))
    assert (len(second.still), second.probes) == (3, {"10002": Probe.GONE})


async def test_one_identifier_on_all_pages_without_a_number_is_a_failure(
    server: JsonLdServer,
) -> None:
    server.jobs(*range(1, 6))
    server.pages |= {path(n): page(posting(n, identifier=EMPLOYER)) for n in range(1, 6)}
    assert "one identifier" in (await failure_of(server, SITEMAP)).reason


async def test_an_xhtml_page_with_a_declaration_is_read(server: JsonLdServer) -> None:
    server.pages[path(2)] = (
        b'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>'
        b'<html xmlns="http://www.w3.org/1999/xhtml"><body><div itemscope=""'
        b' itemtype="http://schema.org/JobPosting"><b itemprop="title">Chemist</b></div>'
        b"</body></html>"
    )
    found = await snapshot(server, SITEMAP)
    assert min(one.read().title for one in found.sightings) == "Chemist"
    assert len(found.sightings) == 3


@pytest.mark.parametrize(("status", "unknown"), [(404, True), (410, True), (500, False)])
async def test_a_page_that_fails_is_a_failure(
    server: JsonLdServer, status: int, unknown: bool
) -> None:
    server.pages["/open-roles"] = status
    found = await failure_of(server, PAGE)
    assert (found.status, found.unknown) == (status, unknown)


async def test_a_redirect_to_another_host_is_a_failure(server: JsonLdServer) -> None:
    server.pages["/open-roles"] = Reply(b"", 302, {"Location": "https://login.example.org/"})
    assert "another host" in (await failure_of(server, PAGE)).reason


@pytest.mark.parametrize("board", [PAGE, SITEMAP])
async def test_robots_txt_is_obeyed(server: JsonLdServer, board: str) -> None:
    server.robots = "User-agent: *\nDisallow: /open-roles\nDisallow: /sitemap.xml"
    assert "robots.txt" in (await failure_of(server, board)).reason
    assert server.paths() == []


@pytest.mark.parametrize(
    ("board", "asked"),
    [
        (f"jsonld:{HOST}", f"/{HOST}/"),
        (PAGE, f"/{HOST}/open-roles"),
        (f"jsonld:{HOST}/en/jobs/all", f"/{HOST}/en/jobs/all"),
    ],
)
async def test_behind_api_url_the_host_is_the_first_step_of_the_path(
    server: JsonLdServer, board: str, asked: str
) -> None:
    server.pages[asked.removeprefix(f"/{HOST}")] = page(posting(1))
    found = await snapshot(server, board)
    assert server.paths() == [asked]
    assert server.requests[0].target == f"/{HOST}/robots.txt"
    assert found.sightings[0].read().url == f"https://{HOST}{path(1)}"
