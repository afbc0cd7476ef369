"""Amazon: searches to their number of hits, slices beyond the cap, and filters that are obeyed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from crawler.items import BoardRequest, Failure, Posting
from crawler.readers import reread
from crawler.spiders import amazon_slices
from crawler.spiders.amazon import AmazonSpider
from monitor.demo.board_server import Trouble
from tests.support.amazon import LIST, AmazonServer, job
from tests.support.ats_recordings import SHARED, Read, read_rows
from tests.support.crawling import failure_of, snapshot

ALL = "amazon:all"


@pytest.fixture
async def server() -> AsyncIterator[AmazonServer]:
    async with AmazonServer(3) as server:
        yield server


def read(**fields: Any) -> Posting:
    return reread("amazon", AmazonSpider.keep(msgspec.json.encode(job(**fields))))


async def failure(server: AmazonServer, request: BoardRequest | str = ALL) -> Failure:
    return await failure_of(server, request)


# one posting


def test_a_row_is_read_with_its_three_texts() -> None:
    found = read()
    assert (found.key, found.title, found.requisition) == ("1", "Research Engineer", "1")
    assert found.url == "https://www.amazon.jobs/en/jobs/1/research-engineer"
    assert (found.locations, found.workplace) == (("London, England, GBR",), "onsite")
    assert (found.department, found.employment_type) == ("Software Development", "full-time")
    assert found.description.startswith("Build & test models.\nWe publish.\n\n")
    assert "You know Python" in found.description
    assert found.pay
    assert (found.pay.minimum, found.pay.maximum, found.pay.currency) == (91_000, 136_500, "GBP")
    assert str(found.first_published) == "2026-11-09 00:00:00+00:00"


def test_several_places_are_read_and_a_remote_one_among_them_decides_nothing() -> None:
    places = [
        '{"type":"ONSITE","normalizedLocation":"London, England, GBR"}',
        '{"type":"VIRTUAL","normalizedLocation":"Wales, GBR"}',
    ]
    found = read(locations=places)
    assert (found.locations, found.workplace) == (("London, England, GBR", "Wales, GBR"), None)
    assert read(locations=places[1:]).workplace == "remote"


def test_a_place_without_a_normal_form_is_turned_round() -> None:
    assert read(locations=None, normalized_location=None).location == "London, LND, GB"


def test_what_is_relative_and_who_hires_is_not_stored() -> None:
    kept = AmazonSpider.keep(msgspec.json.encode(job()))
    assert not any(name in kept for name in (b"updated_time", b"Ann", b"description_short"))


# the list


@pytest.mark.parametrize(("jobs", "pages"), [(3, 1), (100, 1), (101, 2)])
async def test_a_search_is_read_to_its_hits(server: AmazonServer, jobs: int, pages: int) -> None:
    server.jobs = [job(number) for number in range(1, jobs + 1)]
    assert ((await snapshot(server, ALL)).seen, len(server.paths())) == (jobs, pages)


async def test_a_business_is_asked_for_in_brackets(server: AmazonServer) -> None:
    server.jobs = [job(number) for number in range(1, 301)]
    found = await snapshot(server, "amazon:business-2")
    assert found.seen == 60
    assert all("business_category[]=business-2" in seen for seen in server.paths())


async def test_a_filter_that_is_ignored_is_a_failure(server: AmazonServer) -> None:
    server.ignores_filters = True
    found = await failure(server, "amazon:business-2")
    assert found.reason == "it ignores the filter business_category=business-2"


async def test_an_unknown_business_is_not_an_empty_one(server: AmazonServer) -> None:
    found = await failure(server, "amazon:nothing")
    assert found.unknown
    assert "as for a board that it does not know" in found.reason


@pytest.mark.parametrize("hits", [2, 7])
async def test_hits_that_disagree_are_a_failure(server: AmazonServer, hits: int) -> None:
    server.hits = hits
    assert f"says that there are {hits}" in (await failure(server)).reason


async def test_a_row_that_is_missed_because_another_came_twice_is_a_failure(
    server: AmazonServer,
) -> None:
    server.jobs = [job(number) for number in range(1, 151)]
    server.jobs[120] = server.jobs[3]
    assert (await failure(server)).reason == "it lists 149 jobs and says that there are 150"


@pytest.mark.parametrize("odd", [None, "business-1", {"business_category": ["business-1"]}])
async def test_an_odd_row_costs_at_most_itself(server: AmazonServer, odd: Any) -> None:
    server.ignores_filters = True
    server.jobs = [job(1), job(6), job(11)]
    server.jobs[1] = {**server.jobs[1], **odd} if isinstance(odd, dict) else odd
    found = await snapshot(server, "amazon:business-1")
    assert len(found.sightings) + found.without_key == 3
    assert {"1", "11"} <= {one.key for one in found.sightings}


async def test_rows_that_all_hide_their_business_are_a_failure(server: AmazonServer) -> None:
    server.ignores_filters = True
    server.jobs = [job(1, business_category=["business-1"])]
    found = await failure(server, "amazon:business-1")
    assert found.reason == "its rows do not say which filters they obey"


async def test_an_error_in_a_good_answer_is_a_failure(server: AmazonServer) -> None:
    server.error = "Something went wrong"
    assert (await failure(server)).reason == "it answers: Something went wrong"


async def test_a_page_that_asks_for_a_person_is_a_failure(server: AmazonServer) -> None:
    server.troubles[LIST] = Trouble(body=b"<html><title>Server Busy</title></html>")
    assert (await failure(server)).reason == "the answer is a web page"


async def test_a_row_without_a_number_is_counted_as_unreadable(server: AmazonServer) -> None:
    server.jobs[1]["id_icims"] = None
    found = await snapshot(server, ALL)
    assert (len(found.sightings), found.without_key) == (2, 1)


async def test_a_time_that_passes_is_no_edit(server: AmazonServer) -> None:
    digests = [one.digest for one in (await snapshot(server, ALL)).sightings]
    server.jobs[0]["updated_time"] = "about 4 hours"
    assert [one.digest for one in (await snapshot(server, ALL)).sightings] == digests


async def test_a_missing_posting_is_not_probed(server: AmazonServer) -> None:
    assert (await snapshot(server, BoardRequest(ALL, known=lambda: ["9"]))).probes == {}


async def test_robots_txt_is_obeyed(server: AmazonServer) -> None:
    server.robots = "User-agent: *\nDisallow: /en/search.json"
    assert "robots.txt" in (await failure(server)).reason


# beyond the cap


@pytest.fixture
def small_cap(monkeypatch: pytest.MonkeyPatch, server: AmazonServer) -> AmazonServer:
    """Return a server whose searches end at 200 rows, and 450 jobs."""
    monkeypatch.setattr(amazon_slices, "CAP", 200)
    server.cap = 200
    server.jobs = [job(number) for number in range(1, 451)]
    return server


async def test_a_board_beyond_the_cap_is_read_by_its_businesses(small_cap: AmazonServer) -> None:
    found = await snapshot(small_cap, ALL)
    assert len({sighting.key for sighting in found.sightings}) == found.seen == 450


async def test_a_list_of_slices_has_no_validator_of_one_of_them(small_cap: AmazonServer) -> None:
    for number, one in enumerate(small_cap.jobs):
        one["business_category"] = f"business-{number % 5}"  # each is one page
    dated = {"ETag": '"1"', "Last-Modified": "Sun, 29 Nov 2026 12:00:00 GMT"}
    small_cap.troubles[LIST] = Trouble(headers=dated)
    found = await snapshot(small_cap, ALL)
    assert (found.seen, found.etag, found.last_modified) == (450, None, None)


async def test_a_business_beyond_the_cap_is_read_by_its_countries(small_cap: AmazonServer) -> None:
    for number, one in enumerate(small_cap.jobs):
        one |= {
            "business_category": "aws" if number < 300 else "retail",
            "country_code": ("GBR", "USA", "DEU")[number % 3],
        }
    assert (await snapshot(small_cap, ALL)).seen == 450
    assert (await snapshot(small_cap, "amazon:aws")).seen == 300


async def test_a_board_beyond_the_cap_without_facets_is_a_failure(small_cap: AmazonServer) -> None:
    small_cap.has_facets = False
    assert "no facet divides the rest" in (await failure(small_cap)).reason


async def test_facets_that_disagree_are_a_failure(small_cap: AmazonServer) -> None:
    small_cap.facet_counts = {"other": 5}
    assert "no facet divides the rest" in (await failure(small_cap)).reason


async def test_a_slice_that_ignores_its_filter_is_a_failure(small_cap: AmazonServer) -> None:
    small_cap.hits = 150
    small_cap.ignores_filters = True
    assert "ignores the filter" in (await failure(small_cap, "amazon:business-1")).reason


async def test_a_glance_asks_for_one_page(small_cap: AmazonServer) -> None:
    found = await snapshot(small_cap, BoardRequest(ALL, glance=True))
    assert (found.seen, len(small_cap.paths())) == (200, 1)


# real recordings


@pytest.mark.needs(SHARED / "amazon")
def test_every_recorded_row_is_read() -> None:
    read = Read()
    rows: list[dict[str, Any]] = []
    for file in sorted((SHARED / "amazon").glob("*.json")):
        answer = json.loads(file.read_text())
        found = answer.get("jobs", [answer])
        rows += found
        read_rows(ALL, found, read)
    print(read.line("amazon"))
    stated = read.counts()
    pay = stated.pop("pay")
    assert (read.unreadable, read.without_key) == (0, 0)
    assert stated == {
        "postings": len(rows),
        "location": sum(bool(each["location"]) for each in rows),
        "deadline": 0,
        "workplace": sum("Virtual" in each["location"] for each in rows),
        "department": sum(bool(each["job_category"]) for each in rows),
    }
    texts = ["".join(str(each.get(name)) for name in each) for each in rows]
    assert pay == sum("/year" in text or "annually" in text for text in texts)
