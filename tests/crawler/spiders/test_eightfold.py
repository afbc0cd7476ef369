"""Eightfold: pages that repeat and miss are read again, and a closed list leaves the sitemap."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import process_time
from typing import Any

import msgspec
import pytest

from crawler.fetch import Answer
from crawler.items import BoardRequest, Failure, Posting, Probe, Snapshot
from crawler.readers import reread
from crawler.responses import BadResponse
from crawler.spiders.eightfold import EightfoldSpider
from monitor.demo.board_server import Trouble
from monitor.history.compare import differences, keep_unsent
from tests.support.ats_recordings import SHARED, Read, read_detail, read_lists
from tests.support.crawling import check_boards, snapshot
from tests.support.eightfold import BOARD, EightfoldServer, old_row, posting, row

PAGE = "https://examplelabs.eightfold.ai/careers"
START = datetime(2026, 11, 20, 12, tzinfo=UTC)
CLOSED = "User-agent: *\nDisallow: /\nAllow: /careers"


@pytest.fixture
async def server() -> AsyncIterator[EightfoldServer]:
    async with EightfoldServer(3) as server:
        yield server


def read(row: dict[str, Any], detail: dict[str, Any] | None = None) -> Posting:
    raw = {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in (detail or {}).items()}
    stored = {"detail": msgspec.Raw(EightfoldSpider.stored_detail(raw))} if detail else {}
    return reread("eightfold", msgspec.json.encode({"page": PAGE, "row": row} | stored))


async def failure(server: EightfoldServer, request: BoardRequest | str = BOARD) -> Failure:
    [result] = (await check_boards(server, request)).values()
    assert isinstance(result, Failure), result
    return result


def later(first: Snapshot, **fields: Any) -> BoardRequest:
    """Return the request of the next check."""
    keys = [sighting.key for sighting in first.sightings] + sorted(first.still)
    return BoardRequest(BOARD, known=lambda: keys, notes=first.notes, **fields)


# one posting


def test_a_position_of_the_newer_interface_is_read() -> None:
    found = read(row(), {"jobDescription": "<p>Build &amp; test models.</p>"})
    assert (found.key, found.title, found.url) == ("1", "Research Engineer", f"{PAGE}/job/1")
    assert (found.locations, found.department) == (("London, ENG, GB",), "Research")
    assert (found.workplace, found.requisition) == ("hybrid", "A-1")
    assert found.description == "Build & test models."
    assert str(found.first_published) == "2026-11-18 11:06:40+00:00"
    assert found.unsent == frozenset()


def test_a_position_of_the_older_interface_is_read() -> None:
    found = read(old_row(), {"job_description": "<p>Build models.</p>"})
    assert (found.url, found.workplace) == ("https://jobs.example.org/careers/job/1", "onsite")
    assert found.locations == ("London, England, United Kingdom",)
    assert (found.description, found.requisition) == ("Build models.", "A-1")


@pytest.mark.parametrize(
    ("places", "location"),
    [("London, UK", "London, UK"), ([None, "Leeds", "York"], "Leeds; York"), (None, "")],
)
def test_places_that_are_no_list_are_read_whole(places: Any, location: str) -> None:
    assert read(row(locations=places, standardizedLocations=None)).location == location


@pytest.mark.parametrize(
    ("standard", "place"),
    [
        (["IN"], "India, Multiple Locations"),
        (["PUNE, MH, INDIA"], "India, Multiple Locations"),
        (["Pune, MH, IN", "Goa, IN"], "India, Multiple Locations"),
        (["Pune, MH, IN"], "Pune, MH, IN"),
    ],
)
def test_a_standardized_place_is_taken_where_it_says_more(standard: list[str], place: str) -> None:
    found = read(row(locations=["India, Multiple Locations"], standardizedLocations=standard))
    assert found.location == place


@pytest.mark.parametrize(
    ("own", "workplace"),
    [
        ({"efcustomTextWorkSite": ["0 days / week in-office – remote"]}, "remote"),
        ({"efcustomTextWorkSite": ["3 days / week in-office"]}, "hybrid"),
        ({"efcustomTextWorkSite": "5 days / week in-office"}, "onsite"),
        ({"efcustomTextWorkSite": ["Fully on-site"]}, "onsite"),
        ({"efcustomTextWorkSite": ["Up to 50% work from home"]}, None),
        ({"efcustomTextWorkplaceType": ["Hybrid"]}, "hybrid"),
        ({"efcustomTextWorkSite": []}, "onsite"),
        ({"efcustomTextWorkSite": [7, None]}, "onsite"),
        ({}, "onsite"),
    ],
)
def test_an_employers_own_words_for_the_workplace_say_more_than_the_row(
    own: dict[str, Any], workplace: str | None
) -> None:
    found = read(row(workLocationOption="onsite"), {"jobDescription": "<p>Build.</p>"} | own)
    assert found.workplace == workplace


def test_an_employment_type_is_the_employers_own() -> None:
    own = {"jobDescription": "<p>Build.</p>", "efcustomTextEmploymentType": ["Full-Time"]}
    assert read(row(), own).employment_type == "Full-Time"


def test_a_detail_of_an_older_version_learns_own_fields_without_an_edit() -> None:
    text = {"jobDescription": "<p>Build.</p>"}
    parts = {"page": PAGE, "row": row(workLocationOption="onsite"), "detail": text}
    before = reread("eightfold", msgspec.json.encode(parts))
    own = {"efcustomTextWorkSite": ["Hybrid"], "efcustomTextEmploymentType": ["Full-Time"]}
    after = read(row(workLocationOption="onsite"), text | own)
    assert (before.workplace, after.workplace) == ("onsite", "hybrid")
    assert differences(before, keep_unsent(before, after)) == ()


# the interface


@pytest.mark.parametrize("speaks", ["pcsx", "v2"])
async def test_each_interface_is_read(speaks: str) -> None:
    async with EightfoldServer(23, speaks) as server:
        found = await snapshot(server, BOARD)
    assert found.seen == 23
    assert all(sighting.read().description for sighting in found.sightings)


async def test_the_domain_is_found_once_and_the_interface_once_a_day(
    server: EightfoldServer,
) -> None:
    first = await snapshot(server, BOARD)
    await snapshot(server, later(first))
    pages = [seen for seen in server.paths() if seen.endswith("/careers")]
    assert (len(pages), server.starts()) == (1, ["0", "0", "0"])


async def test_a_clock_set_back_behind_a_failed_question_asks_again(
    server: EightfoldServer,
) -> None:
    first = await snapshot(server, BOARD)
    day = datetime.now(UTC) + timedelta(hours=25)
    server.troubles["/examplelabs/api/pcsx/search"] = Trouble(status=404)
    failed = await failure(server, later(first, at=day))
    server.troubles.clear()
    earlier = later(replace(first, notes=failed.notes), at=day - timedelta(hours=2))
    found = await snapshot(server, earlier)
    assert found.seen == first.seen


async def test_a_clock_set_back_behind_a_refusal_begins_its_days_again(
    server: EightfoldServer,
) -> None:
    first = await snapshot(server, BOARD)
    day, server.speaks = datetime.now(UTC) + timedelta(hours=50), ""
    refused = await failure(server, later(first, at=day))
    earlier = later(replace(first, notes=refused.notes), at=day - timedelta(hours=24))
    assert "refuses its job list" in (await failure(server, earlier)).reason


async def test_a_site_without_a_tenant_is_unknown(server: EightfoldServer) -> None:
    server.domain = "volkscience.com"
    assert (await failure(server)).unknown
    server.domain = None
    assert (await failure(server)).unknown


async def test_a_page_of_another_kind_is_a_failure(server: EightfoldServer) -> None:
    server.domain = ""
    assert "names no domain" in (await failure(server)).reason


# the list


@pytest.mark.parametrize(("rows", "pages"), [(0, 1), (10, 1), (11, 2), (40, 4)])
async def test_a_list_is_read_to_its_count(server: EightfoldServer, rows: int, pages: int) -> None:
    server.rows = [row(number) for number in range(1, rows + 1)]
    assert (await snapshot(server, BOARD)).seen == rows
    assert len(server.starts()) == pages + 1  # one found the interface


async def test_what_one_sweep_misses_another_one_shows(server: EightfoldServer) -> None:
    server.rows = [row(number) for number in range(1, 31)]
    server.misses = [set(), {7, 20}, {8, 21}]
    found = await snapshot(server, BOARD)
    assert (found.seen, len(server.starts())) == (30, 1 + 6)


async def test_a_page_that_repeats_itself_is_read_quickly(server: EightfoldServer) -> None:
    server.troubles["/examplelabs/careers"] = Trouble(status=200, body=b"id='pcsx-data'>{" * 10_000)
    started = process_time()
    assert "names no domain" in (await failure(server)).reason
    assert process_time() - started < 2


async def test_three_sweeps_that_miss_the_same_are_a_failure(server: EightfoldServer) -> None:
    server.rows = [row(number) for number in range(1, 31)]
    server.misses = [set(), {7}, {7}, {7}, {7}]
    assert (await failure(server)).reason == "it lists 29 jobs and says that there are 30"
    assert len(server.starts()) == 1 + 9


async def test_pages_that_end_before_the_count_are_a_failure(server: EightfoldServer) -> None:
    server.count = 40
    assert "says that there are 40" in (await failure(server)).reason
    assert server.starts() == ["0", "0", "3"]


async def test_a_list_without_a_count_is_a_failure(server: EightfoldServer) -> None:
    body = msgspec.json.encode({"data": {"positions": [row()]}})
    server.troubles["/examplelabs/api/pcsx/search"] = Trouble(body=body)
    assert "how many postings" in (await failure(server)).reason


async def test_a_position_without_an_id_is_counted_as_unreadable(server: EightfoldServer) -> None:
    server.rows[1]["id"] = None
    found = await snapshot(server, BOARD)
    assert (len(found.sightings), found.without_key) == (2, 1)


async def test_a_private_position_is_left_out() -> None:
    async with EightfoldServer(3, "v2") as server:
        server.rows[1]["isPrivate"] = True
        found = await snapshot(server, BOARD)
    assert [sighting.key for sighting in found.sightings] == ["1", "3"]


async def test_the_answer_of_another_posting_is_no_detail(server: EightfoldServer) -> None:
    server.details = {"1": {"id": 2}, "2": 404}
    found = await snapshot(server, BOARD)
    texts = {sighting.key: bool(sighting.read().description) for sighting in found.sightings}
    assert texts == {"1": False, "2": False, "3": True}


async def test_a_missing_posting_is_not_probed(server: EightfoldServer) -> None:
    found = await snapshot(server, BoardRequest(BOARD, known=lambda: ["9"]))
    assert found.probes == {}


# the sitemap


@pytest.mark.parametrize("why", ["robots", "refused", "capped"])
async def test_a_list_that_is_closed_leaves_the_sitemap(server: EightfoldServer, why: str) -> None:
    server.robots = CLOSED if why == "robots" else None
    server.speaks = "" if why == "refused" else "pcsx"
    server.count = 2001 if why == "capped" else None
    found = await snapshot(server, BOARD)
    assert found.note
    titles = [sighting.read().title for sighting in found.sightings]
    assert titles == ["Research Engineer 1", "Research Engineer 2", "Research Engineer 3"]
    one = found.sightings[0].read()
    assert (one.location, one.description) == ("London, ENG, GB", "Build & test models.")
    assert (one.url, one.deadline) == (server.sitemap[0], None)
    if why == "robots":
        assert not any("/api/" in seen for seen in server.paths())


async def test_a_large_sitemap_is_read_over_checks_and_opens_nothing_late(
    server: EightfoldServer,
) -> None:
    server.robots = CLOSED
    server.sitemap = [f"https://x.example.org/careers/job/{n}-title" for n in range(1, 71)]
    first = await snapshot(server, BOARD)
    assert (len(first.sightings), first.unread, first.seen) == (50, 20, 70)
    server.sitemap.append("https://x.example.org/careers/job/71-new")
    second = await snapshot(server, later(first))
    assert (len(second.sightings), len(second.still), second.unread) == (21, 50, 0)
    assert (len(second.late), "71" in second.late) == (20, False)


async def test_a_page_without_a_posting_waits(server: EightfoldServer) -> None:
    server.robots, server.details = CLOSED, {"2": posting() | {"@type": "WebPage"}}
    found = await snapshot(server, BOARD)
    assert ([sighting.key for sighting in found.sightings], found.unread) == (["1", "3"], 1)


async def test_a_sitemap_without_a_job_is_a_failure(server: EightfoldServer) -> None:
    server.robots, server.sitemap = CLOSED, ["https://x.example.org/careers"]
    assert "lists no job" in (await failure(server)).reason


async def test_robots_txt_that_closes_all_is_a_failure_in_one_sentence(
    server: EightfoldServer,
) -> None:
    server.robots = "User-agent: *\nDisallow: /api/\nDisallow: /careers/sitemap"
    assert (await failure(server)).reason.endswith("closes /api/pcsx/search to programs")


async def test_a_closed_list_without_a_sitemap_is_a_failure_in_one_sentence(
    server: EightfoldServer,
) -> None:
    server.robots = CLOSED
    server.troubles["/examplelabs/careers/sitemap.xml"] = Trouble(status=404)
    found = await failure(server)
    assert found.reason.endswith("closes /api/pcsx/search to programs")
    assert not found.unknown


async def test_a_board_that_is_refused_once_fails_and_does_not_change_its_list(
    server: EightfoldServer,
) -> None:
    first = await snapshot(server, BoardRequest(BOARD, at=START))
    server.speaks, notes = "", first.notes
    for days in (1, 2, 3):
        request = later(first, at=START + timedelta(days=days, hours=1))
        [found] = (await check_boards(server, replace(request, notes=notes))).values()
        assert isinstance(found, Failure)
        assert "refuses its job list" in found.reason
        notes = found.notes
    assert not any("sitemap" in seen for seen in server.paths())
    request = replace(later(first, at=START + timedelta(days=4, hours=2)), notes=notes)
    assert "its sitemap was read" in ((await snapshot(server, request)).note or "")


async def test_a_board_that_answers_again_is_read_as_before(server: EightfoldServer) -> None:
    first = await snapshot(server, BoardRequest(BOARD, at=START))
    server.speaks = ""
    [found] = (await check_boards(server, later(first, at=START + timedelta(days=2)))).values()
    server.speaks = "pcsx"
    request = replace(later(first, at=START + timedelta(days=2, hours=1)), notes=found.notes)
    second = await snapshot(server, request)
    assert (second.note, len(second.still)) == (None, 3)


async def test_a_change_to_the_sitemap_edits_nothing(server: EightfoldServer) -> None:
    first = await snapshot(server, BoardRequest(BOARD, at=START))
    server.count = 2001
    second = await snapshot(server, later(first, at=START + timedelta(days=2)))
    before = {one.key: one.read() for one in first.sightings}
    assert len(second.sightings) == 3
    for one in second.sightings:
        edits = differences(before[one.key], keep_unsent(before[one.key], one.read()))
        assert {edit.field for edit in edits} <= {"description"}


@pytest.mark.parametrize("speaks", ["pcsx", "v2"])
async def test_postings_older_than_a_first_check_of_the_sitemap_were_open_then(
    server: EightfoldServer, speaks: str
) -> None:
    server.speaks, make = "", row if speaks == "pcsx" else old_row
    server.details = {"3": posting() | {"@type": "WebPage"}}
    first = await snapshot(server, BoardRequest(BOARD, at=START))
    assert first.seen == 3
    when = "postedTs" if speaks == "pcsx" else "t_create"
    new: dict[str, Any] = {when: int((START + timedelta(days=1)).timestamp())}
    undated: dict[str, Any] = {when: None}
    server.rows = [
        make(1),
        make(2),
        make(3, **new),
        make(4),
        make(5, **undated),
        make(6, **new),
    ]
    server.speaks = speaks
    second = await snapshot(server, later(first, at=START + timedelta(days=2)))
    assert (second.seen, second.late) == (6, frozenset("345"))
    server.rows.append(make(7))
    assert not (await snapshot(server, later(second, at=START + timedelta(days=2)))).late


async def test_a_board_whose_list_was_refused_for_days_opens_what_is_new(
    server: EightfoldServer,
) -> None:
    first = await snapshot(server, BoardRequest(BOARD, at=START))
    server.count = 2001
    second = await snapshot(server, later(first, at=START + timedelta(days=2)))
    assert "its sitemap was read" in (second.note or "")
    server.count, notes = None, json.loads(second.notes or "")
    del notes["own"]["site"]["is_large"]
    server.rows.append(row(4))
    request = replace(later(second, at=START + timedelta(days=4)), notes=json.dumps(notes))
    third = await snapshot(server, request)
    assert (third.seen, third.late) == (4, frozenset())


async def test_a_large_board_stays_at_its_sitemap(server: EightfoldServer) -> None:
    server.count = 901
    first = await snapshot(server, BoardRequest(BOARD, at=START))
    server.count, asked = 899, server.starts()
    second = await snapshot(server, later(first, at=START + timedelta(days=2)))
    assert (first.note, server.starts()) == (second.note, asked)


async def test_a_large_board_without_a_sitemap_is_paged_through(server: EightfoldServer) -> None:
    server.rows = [row(number) for number in range(1, 902)]
    server.troubles["/examplelabs/careers/sitemap.xml"] = Trouble(status=404)
    found = await snapshot(server, BOARD)
    assert (found.seen, found.note) == (901, "851 texts wait for later checks")


async def test_a_posting_that_the_sitemap_lacks_closes_by_its_page_only(
    server: EightfoldServer,
) -> None:
    server.robots = CLOSED
    first = await snapshot(server, BOARD)
    del server.sitemap[1:]
    server.troubles["/examplelabs/careers/job/2"] = Trouble(status=404)
    found = await snapshot(server, later(first), max_probes=5)
    assert (sorted(found.still), found.probes) == (["1", "3"], {"2": Probe.GONE})


async def test_no_validator_of_a_sitemap_is_kept(server: EightfoldServer) -> None:
    server.robots, server.etag = CLOSED, '"same"'
    found = await snapshot(server, BOARD)
    assert (found.etag, found.last_modified) == (None, None)


async def test_the_page_of_another_job_is_no_detail(server: EightfoldServer) -> None:
    server.robots = CLOSED
    server.moved = {"/careers/job/2-title": "/examplelabs/careers/job/1-title"}
    found = await snapshot(server, BOARD)
    assert ([one.key for one in found.sightings], found.unread) == (["1", "3"], 1)


# real recordings


@pytest.mark.needs(SHARED / "eightfold")
def test_every_recorded_position_is_read() -> None:
    folder, read = SHARED / "eightfold", Read()
    rows: list[dict[str, Any]] = []
    for file in sorted(folder.glob("*.json")):
        answer = json.loads(file.read_text())
        found = answer.get("data", answer)
        api = "pcsx" if "data" in answer else "v2"
        if "positions" in found:
            rows += [each for each in found["positions"] if each.get("id")]
            notes = {"site": {"domain": "example.org", "api": api}}
            read_lists(BOARD, [file], read, notes)
        else:
            detail = EightfoldSpider().read_detail(answer_of(file.read_bytes()), str(found["id"]))
            read_detail(BOARD, found, detail, read)
            rows.append(found)
    print(read.line("eightfold"))
    assert (read.unreadable, read.without_key) == (0, 2)
    assert read.counts() == {
        "postings": len(rows),
        "location": sum(bool(each["locations"]) for each in rows),
        "pay": 0,
        "deadline": 0,
        "workplace": sum(
            bool(each.get("workLocationOption") or each.get("work_location_option"))
            for each in rows
        ),
        "department": sum(bool(each.get("department")) for each in rows),
    }


@pytest.mark.needs(SHARED / "errors")
def test_a_recorded_refusal_is_no_list() -> None:
    body = (SHARED / "errors" / "eightfold_unknown_position_404.json").read_bytes()
    with pytest.raises(BadResponse):
        EightfoldSpider().read_detail(answer_of(body), "1")


def answer_of(body: bytes) -> Answer:
    return Answer(200, body, url="https://x.example.org/api/pcsx/position_details")


def test_the_page_of_another_kind_is_no_detail() -> None:
    url = "https://x.example.org/careers/job/1"
    with pytest.raises(BadResponse, match="no JobPosting"):
        EightfoldSpider().read_detail(Answer(200, b"<html>", url=url), "1")
