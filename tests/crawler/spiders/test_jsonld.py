"""JSON-LD: pages and sitemaps that are read to their end or fail, and closings that are proved."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from time import process_time
from typing import Any

import pytest

from crawler.items import BoardRequest, Failure, Posting, Probe, Snapshot, Unreadable
from crawler.registry import reread
from crawler.spiders.jsonld_page import read_page
from crawler.spiders.jsonld_posting import key_of, read_posting, stored_job
from crawler.spiders.jsonld_sitemap import is_job_path
from crawler.spiders.sitemap import is_sitemap
from tests.support.ats_server import Reply
from tests.support.crawling import failure_of, snapshot
from tests.support.jsonld import (
    HOST,
    PAGE,
    SITEMAP,
    JsonLdServer,
    index,
    page,
    path,
    posting,
    urlset,
)

START = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
async def server() -> AsyncIterator[JsonLdServer]:
    async with JsonLdServer(3) as server:
        yield server


async def failure(server: JsonLdServer, request: BoardRequest | str = SITEMAP) -> Failure:
    return await failure_of(server, request)


def at(first: Snapshot | None = None, hours: float = 0, **fields: Any) -> BoardRequest:
    """Return the request of a check so many hours after the start, with what the last one noted."""
    keys = [s.key for s in first.sightings] + sorted(first.still) if first else []
    plain: dict[str, Any] = {"known": lambda: keys, "notes": first.notes if first else None}
    plain["at"] = START + timedelta(hours=hours)
    return BoardRequest(first.board if first else SITEMAP, **plain | fields)


def keys(found: Snapshot) -> list[str]:
    return sorted(sighting.key for sighting in found.sightings)


# a page


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
    assert "neither an identifier nor an address" in (await failure(server, PAGE)).reason


async def test_a_broken_block_is_counted(server: JsonLdServer) -> None:
    body = page(posting(1)) + b'<script type="application/ld+json">{"@type":"JobPosting",</script>'
    found = await of_page(server, body)
    assert (keys(found), found.without_key) == (["R-1"], 1)


@pytest.mark.parametrize("body", [b"<html><div id=root></div></html>", page({"@type": "WebSite"})])
async def test_a_page_without_a_job_is_a_failure(server: JsonLdServer, body: bytes) -> None:
    server.pages["/open-roles"] = body
    assert "no JobPosting as it is served" in (await failure(server, PAGE)).reason


async def test_an_empty_list_is_believed_after_a_day(server: JsonLdServer) -> None:
    server.pages["/open-roles"] = page({"@type": "ItemList", "itemListElement": []})
    first = await failure(server, BoardRequest(PAGE, at=START))
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
    assert "its list has 200 jobs, and shows 2" in (await failure(server, PAGE)).reason
    server.pages["/open-roles"] = page(posting(1), head='<link rel="next" href="?page=2">')
    assert "links to a next page" in (await failure(server, PAGE)).reason


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
    assert "one identifier" in (await failure(server)).reason


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
    found = await failure(server, PAGE)
    assert (found.status, found.unknown) == (status, unknown)


async def test_a_redirect_to_another_host_is_a_failure(server: JsonLdServer) -> None:
    server.pages["/open-roles"] = Reply(b"", 302, {"Location": "https://login.example.org/"})
    assert "another host" in (await failure(server, PAGE)).reason


@pytest.mark.parametrize("board", [PAGE, SITEMAP])
async def test_robots_txt_is_obeyed(server: JsonLdServer, board: str) -> None:
    server.robots = "User-agent: *\nDisallow: /open-roles\nDisallow: /sitemap.xml"
    assert "robots.txt" in (await failure(server, board)).reason
    assert server.paths() == []


# a sitemap


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
    found = await failure(server)
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
    assert not (await failure(server)).unknown


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
    await snapshot(server, at(first, hours=6 * 24))
    assert len(server.read()) == 2
    await snapshot(server, at(first, hours=7 * 24))
    assert server.read()[2:] == ["/careers/values"]


async def test_a_listed_page_of_a_closed_posting_is_not_read_at_every_check(
    server: JsonLdServer,
) -> None:
    first = await snapshot(server, at())
    server.pages |= {path(2): page(), path(3): 404}
    second = await snapshot(server, at(first, hours=1, known=lambda: ["R-1"]))
    assert server.read()[3:] == [path(2), path(3)]
    await snapshot(server, at(second, hours=2, known=lambda: ["R-1"]))
    assert len(server.read()) == 5


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
    assert "none of its 3 pages shows a JobPosting" in (await failure(server)).reason


async def test_known_pages_that_lose_their_job_stay_and_are_named(server: JsonLdServer) -> None:
    server.pages["/sitemap.xml"] = urlset((path(1), "1"), (path(2), "2"))
    first = await snapshot(server, at())
    server.pages[path(1)] = b"<html><div id=root></div></html>"
    server.pages["/sitemap.xml"] = urlset((path(1), "3"), (path(2), "2"))
    second = await snapshot(server, at(first))
    assert second.still == {"R-1", "R-2"}
    assert "on 1 of its pages the JobPosting is missing" in (second.note or "")


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


async def test_an_empty_sitemap_is_believed_after_a_day(server: JsonLdServer) -> None:
    server.pages["/sitemap.xml"] = urlset()
    first = await failure(server, at())
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
    assert "no sitemap" in (await failure(server, at(first))).reason


# closings


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
    first = await of_page(server, page(posting(1), posting(2)))
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


# deadlines


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


# fields


def read(**fields: Any) -> Posting:
    job = posting(1, **fields)
    return read_posting(stored_job(job, job["url"], is_deadline=False))


def test_a_posting_is_read_as_a_person_reads_it() -> None:
    found = read(title="R&amp;D Engineer")
    assert (found.key, found.title) == ("R-1", "R&D Engineer")
    assert found.url == f"https://{HOST}{path(1)}"
    assert (found.location, found.locations) == ("London, England, GB", ("London, England, GB",))
    assert (found.employment_type, found.company) == ("Full-time", "Example Labs")
    assert (found.requisition, found.unsent) == ("R-1", frozenset())
    assert found.first_published == datetime(2026, 11, 2, tzinfo=UTC)


PLACE = {"@type": "Place"}


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        (
            [PLACE | {"address": {"addressLocality": town}} for town in ("Berlin", "Bonn")],
            "Berlin; Bonn",
        ),
        ({"address": "Berlin, Germany"}, "Berlin, Germany"),
        ("Berlin", "Berlin"),
        (
            {
                "address": {
                    "addressLocality": "Berlin",
                    "addressRegion": "-",
                    "addressCountry": "null",
                }
            },
            "Berlin",
        ),
        (
            {
                "address": {
                    "addressLocality": "UNAVAILABLE",
                    "addressCountry": {"name": ["USA", "USA"]},
                }
            },
            "USA",
        ),
        ({"address": {"addressLocality": "Singapore", "addressRegion": "Singapore"}}, "Singapore"),
        (
            {
                "address": {
                    "addressLocality": "New York",
                    "addressRegion": "New York",
                    "addressCountry": {"@type": "Country", "name": "US"},
                }
            },
            "New York, New York, US",
        ),
        (
            [
                {"name": town, "address": {"addressLocality": "Sunnyvale"}}
                for town in ("Sunnyvale", "Austin")
            ],
            "Sunnyvale; Austin",
        ),
        (
            [{"name": "Example", "address": {"addressLocality": town}} for town in ("Bern", "Ulm")],
            "Bern; Ulm",
        ),
    ],
)
def test_places_are_read_in_every_form(places: Any, expected: str) -> None:
    assert read(jobLocation=places).location == expected


def test_a_telecommute_job_is_remote_in_its_countries() -> None:
    countries = [{"@type": "Country", "name": "Canada"}, {"@type": "Country", "name": "USA"}]
    found = read(
        jobLocation=None, jobLocationType="TELECOMMUTE", applicantLocationRequirements=countries
    )
    assert (found.workplace, found.location) == ("remote", "Remote, Canada; Remote, USA")


def salary(**value: Any) -> dict[str, Any]:
    return {"@type": "MonetaryAmount", "currency": "USD", "value": value}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (salary(minValue=1e5, maxValue=2e5, unitText="YEAR"), (1e5, 2e5, "USD", "year")),
        (
            salary(minValue="95,000", maxValue="115000.00", unitText="YEAR"),
            (95e3, 115e3, "USD", "year"),
        ),
        (
            salary(minValue="45.000", maxValue="60.000,00", unitText="YEAR"),
            (45e3, 60e3, "USD", "year"),
        ),
        (salary(value=1, unitText="YEAR"), (None, None, None, None)),
        (salary(value=40, unitText="HOUR"), (40, 40, "USD", "hour")),
        (salary(value=40, unitText="Hour"), (40, 40, "USD", "hour")),
        (salary(minValue=100, maxValue=200), (100, 200, "USD", None)),
        (salary(minValue=0, maxValue=0, unitText="YEAR"), None),
        (salary(minValue=1, maxValue=1e6, unitText="YEAR"), None),
        ({"currency": "USD", "value": 90_000}, (90e3, 90e3, "USD", "year")),
    ],
)
def test_pay_is_read_from_its_field(
    given: dict[str, Any], expected: tuple[Any, ...] | None
) -> None:
    pay = read(baseSalary=given).pay
    assert (pay and (pay.minimum, pay.maximum, pay.currency, pay.period)) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["FULL_TIME", "CONTRACTOR"], "Full-time; Contractor"),
        ("OTHER", ""),
        ("Festanstellung", "Festanstellung"),
        (None, ""),
    ],
)
def test_an_employment_type_is_in_words(given: Any, expected: str) -> None:
    assert read(employmentType=given).employment_type == expected


def test_texts_are_read_once_and_without_their_escapes() -> None:
    text = "&lt;p&gt;Build models.&lt;/p&gt;"
    assert read(description=text).description == "Build models."
    assert read(description="One.\\nTwo.\nThree.").description == "One.\nTwo.\nThree."
    found = read(
        description="<p>Do this.</p>", responsibilities="Do this.", qualifications="A PhD."
    )
    assert found.description == "Do this.\n\nA PhD."


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


@pytest.mark.parametrize(
    "odd", [None, 7, "x", [], {}, ["x"], {"value": []}, {"@id": ["x"]}, [[{"name": [1]}]], 10**30]
)
@pytest.mark.parametrize(
    "name",
    ["title", "description", "identifier", "url", "jobLocation", "baseSalary", "validThrough"],
)
def test_an_odd_field_costs_at_most_its_own_posting(name: str, odd: Any) -> None:
    body = page(posting(1), posting(2) | {name: odd})
    found = read_page(body, f"https://{HOST}/open-roles")
    assert len(found.jobs) == 2
    for job in found.jobs:
        key_of(job, f"https://{HOST}{path(2)}")
        raw = stored_job(job, f"https://{HOST}{path(2)}", is_deadline=False)
        with suppress(Unreadable):
            reread("jsonld", raw)


# the host of a board


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
