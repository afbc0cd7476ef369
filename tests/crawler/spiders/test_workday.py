"""Workday: lists that are read to their end or fail, and details of new and changed rows only."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from crawler.items import BoardRequest, Deadline, Failure, Posting, Probe, Snapshot, Unreadable
from crawler.readers import reread
from crawler.spiders.slices import Facet, agreed_division
from crawler.spiders.workday import WorkdaySpider, key_of
from crawler.spiders.workday_slices import CAP
from monitor.demo.board_server import Trouble
from tests.support.crawling import failure_of, snapshot
from tests.support.workday import BOARD, WorkdayServer, detail, path, row

LIST = "/examplelabs.wd5/wday/cxs/examplelabs/Careers/jobs"
PAGE = "https://examplelabs.wd5.myworkdayjobs.com/Careers"


@pytest.fixture
async def server() -> AsyncIterator[WorkdayServer]:
    async with WorkdayServer(3) as server:
        yield server


def read(row: dict[str, Any], info: dict[str, Any] | None = None) -> Posting:
    parts = {"page": PAGE, "row": row} | ({"detail": info["jobPostingInfo"]} if info else {})
    return reread("workday", msgspec.json.encode(parts))


async def failure(server: WorkdayServer, request: BoardRequest | str = BOARD) -> Failure:
    return await failure_of(server, request)


def later(first: Snapshot, **fields: Any) -> BoardRequest:
    """Return the request of the next check."""
    keys = [sighting.key for sighting in first.sightings] + sorted(first.still)
    return BoardRequest(BOARD, known=lambda: keys, notes=first.notes, **fields)


def requests(server: WorkdayServer) -> dict[str, int]:
    """Return how many requests came since the last call."""
    targets = [seen.target for seen in server.requests]
    server.requests.clear()
    ends = {"robots": "/robots.txt", "pages": "/jobs"}
    counts = {name: sum(each.endswith(end) for each in targets) for name, end in ends.items()}
    return counts | {"details": len(targets) - sum(counts.values())}


# one posting


def test_a_further_place_that_is_no_list_is_read_whole() -> None:
    assert read(row(), detail(1, location="Leeds", additionalLocations="York")).locations == (
        "Leeds",
        "York",
    )


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/job/London/Research-Engineer_JR1986533", "JR1986533"),
        ("/job/Research-Engineer_R01050459-1", "R01050459-1"),
        ("/job/X/Sales--US-Federal-_Job_Req_40315", "Job_Req_40315"),
        ("/job/London/Research-Engineer", "Research-Engineer"),
    ],
)
def test_a_key_is_all_that_follows_the_first_underscore(path: str, key: str) -> None:
    assert key_of(path) == key


def test_a_detail_fills_the_row() -> None:
    posting = read(row(locationsText="2 Locations"), detail(endDate="2027-01-01"))
    assert (posting.key, posting.title) == ("JR1", "Research Engineer")
    assert posting.url == f"{PAGE}{path(1)}"
    assert (posting.location, posting.locations) == ("London; Zurich", ("London", "Zurich"))
    assert (posting.employment_type, posting.requisition) == ("Full time", "JR1")
    assert posting.description == "Build & test models."
    last_second = datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC)  # in Zurich
    assert posting.deadline == Deadline(last_second, "2026-12-31")
    assert posting.unsent == frozenset()


@pytest.mark.parametrize("end", [None, "", [], {}, True, "9999-12-31", "0001-01-01"])
def test_an_end_that_is_no_day_is_no_deadline(end: object) -> None:
    assert read(row(), detail(endDate=end)).deadline is None


def test_an_end_in_another_form_is_kept_as_it_is_written() -> None:
    posting = read(row(), detail(endDate="2026-10-31T17:00:00Z"))
    assert posting.deadline == Deadline(
        datetime(2026, 10, 31, 17, tzinfo=UTC), "2026-10-31T17:00:00Z"
    )


def test_a_row_alone_names_what_its_detail_will_fill() -> None:
    posting = read(row(locationsText="2 Locations"))
    assert (posting.location, posting.description) == ("", "")
    assert posting.unsent >= {"description", "location", "pay", "deadline", "workplace"}


def test_a_word_for_the_workplace_is_read() -> None:
    assert read(row(remoteType="Remote"), detail(remoteType="Remote")).workplace == "remote"
    assert read(row(remoteType="Flex"), detail(remoteType="Flex")).workplace is None


# details


async def test_details_are_asked_once(server: WorkdayServer) -> None:
    first = await snapshot(server, BOARD)
    assert len(server.details_asked()) == 3
    assert all(sighting.read().description for sighting in first.sightings)
    second = await snapshot(server, later(first))
    assert len(server.details_asked()) == 3
    assert (second.sightings, len(second.still)) == ((), 3)


async def test_a_changed_row_is_asked_again_and_a_moved_date_is_no_change(
    server: WorkdayServer,
) -> None:
    first = await snapshot(server, BOARD)
    server.rows[0]["title"] = "Senior Research Engineer"
    server.rows[1]["postedOn"] = "Posted Yesterday"
    second = await snapshot(server, later(first))
    assert server.details_asked()[3:] == [path(1)]
    assert [sighting.key for sighting in second.sightings] == ["JR1"]
    assert second.sightings[0].read().title == "Senior Research Engineer"


async def test_a_large_board_spreads_its_details_over_checks(server: WorkdayServer) -> None:
    server.rows = [row(number) for number in range(1, 121)]
    found = await snapshot(server, BOARD)
    counts = [len(server.details_asked())]
    for _ in range(3):
        found = await snapshot(server, later(found))
        counts.append(len(server.details_asked()))
    assert counts == [50, 100, 120, 120]
    assert len(found.still) == 120


async def test_a_check_asks_for_the_pages_and_for_the_details_of_new_rows(
    server: WorkdayServer,
) -> None:
    server.rows = [row(number) for number in range(1, 141)]
    found = await snapshot(server, BOARD)
    assert requests(server) == {"robots": 1, "pages": 7, "details": 50}
    for details in (50, 40, 0):
        found = await snapshot(server, later(found))
        assert requests(server) == {"robots": 0, "pages": 7, "details": details}
    server.rows[:0] = [row(number) for number in range(201, 204)]
    found = await snapshot(server, later(found))
    assert requests(server) == {"robots": 0, "pages": 8, "details": 3}
    await snapshot(server, later(found))
    assert requests(server) == {"robots": 0, "pages": 8, "details": 0}


async def test_a_detail_that_is_refused_leaves_the_row_and_waits(server: WorkdayServer) -> None:
    server.details = {path(1): 403}
    first = await snapshot(server, BOARD)
    texts = {sighting.key: sighting.read().description for sighting in first.sightings}
    assert texts == {"JR1": "", "JR2": "Build & test models.", "JR3": "Build & test models."}
    server.details = {}
    second = await snapshot(server, later(first))
    assert [sighting.key for sighting in second.sightings] == ["JR1"]
    assert second.sightings[0].read().description


async def test_a_busy_host_is_not_asked_for_further_details(server: WorkdayServer) -> None:
    server.details = {path(1): 429}
    await snapshot(server, BOARD)
    assert server.details_asked() == [path(1)]


async def test_the_answer_of_another_posting_is_no_detail(server: WorkdayServer) -> None:
    server.details = {path(1): detail(2)}
    first = await snapshot(server, BOARD)
    assert {s.key: bool(s.read().description) for s in first.sightings}["JR1"] is False


async def test_a_detail_that_cannot_be_read_is_asked_for_again(server: WorkdayServer) -> None:
    server.details = {path(1): detail(1, jobDescription=["x"])}
    first = await snapshot(server, BOARD)
    with pytest.raises(Unreadable):
        first.sightings[0].read()
    assert (first.waiting, first.note) == (0, None)
    server.details = {}
    second = await snapshot(server, later(first, etag='"any"'))
    assert [one.read().description for one in second.sightings] == ["Build & test models."]
    assert sorted(second.still) == ["JR2", "JR3"]


async def test_a_check_that_fails_behind_its_details_notes_none_of_them(
    server: WorkdayServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await snapshot(server, BOARD)
    server.rows[0]["title"] = "Senior Research Engineer"

    async def broken(*_: object) -> dict[str, Probe]:
        raise RuntimeError("a slip behind the details")

    with monkeypatch.context() as patch:
        patch.setattr(WorkdaySpider, "probe", broken)
        failed = await failure(server, later(first))
    found = await snapshot(server, replace(later(first), notes=failed.notes))
    assert [one.read().title for one in found.sightings] == ["Senior Research Engineer"]


@pytest.mark.parametrize("odd", [5, "#", "abc"])
async def test_a_note_of_another_form_is_dropped(server: WorkdayServer, odd: Any) -> None:
    notes = msgspec.json.encode({"own": {"read": odd}}).decode()
    assert (await snapshot(server, BoardRequest(BOARD, notes=notes))).seen == 3


async def test_a_missing_posting_is_not_probed(server: WorkdayServer) -> None:
    found = await snapshot(server, BoardRequest(BOARD, known=lambda: ["JR9"]))
    assert found.probes == {}


# the list


@pytest.mark.parametrize(("rows", "pages"), [(19, 1), (20, 1), (21, 2), (100, 5)])
async def test_a_list_is_read_to_its_total(server: WorkdayServer, rows: int, pages: int) -> None:
    server.rows = [row(number) for number in range(1, rows + 1)]
    found = await snapshot(server, BOARD)
    assert found.seen == rows
    assert sum(seen.path == LIST for seen in server.requests) == pages


async def test_a_board_of_4500_behind_the_cap_is_read_by_slices(server: WorkdayServer) -> None:
    server.rows = [row(number) for number in range(1, 4501)]
    server.cap = CAP
    found = await snapshot(server, BOARD)
    assert len({sighting.key for sighting in found.sightings}) == found.seen == 4500


async def test_a_capped_board_without_facets_is_a_failure(server: WorkdayServer) -> None:
    server.rows = [row(number) for number in range(1, 4501)]
    server.cap, server.has_facets = CAP, False
    assert "no facet divides" in (await failure(server)).reason


async def test_a_board_of_exactly_2000_is_whole(server: WorkdayServer) -> None:
    server.rows = [row(number) for number in range(1, CAP + 1)]
    server.cap, server.has_facets = CAP, False
    assert (await snapshot(server, BOARD)).seen == CAP


async def test_a_family_beyond_the_cap_is_a_failure_without_a_finer_facet(
    server: WorkdayServer,
) -> None:
    server.rows = [row(number, family="one" if number > 25 else "two") for number in range(1, 4501)]
    server.cap = CAP
    assert "no facet divides" in (await failure(server)).reason


def test_two_facets_must_agree_on_the_number() -> None:
    families = Facet("family", {"a": 1500, "b": 1500})
    places = Facet("place", {"x": 2500, "y": 1500})
    assert agreed_division([families, places], CAP) is None
    times = Facet("time", {"full": 2999, "part": 1})
    assert agreed_division([families, places, times], CAP) == (families, 3000)


async def test_a_page_that_repeats_is_a_failure(server: WorkdayServer) -> None:
    server.rows = [row(number) for number in range(1, 41)]
    server.rows[25] = server.rows[3]
    assert "moved" in (await failure(server)).reason


async def test_a_total_above_the_rows_is_a_failure(server: WorkdayServer) -> None:
    body = msgspec.json.encode({"total": 7, "jobPostings": [row(1)], "facets": []})
    server.troubles[LIST] = Trouble(body=body)
    assert (await failure(server)).reason.startswith("its list moved")


@pytest.mark.parametrize("total", [{"total": 0}, {}])
async def test_rows_without_a_total_are_a_failure(server: WorkdayServer, total: Any) -> None:
    body = msgspec.json.encode({**total, "jobPostings": [row(1)], "facets": []})
    server.troubles[LIST] = Trouble(body=body)
    assert "how many postings" in (await failure(server)).reason


async def test_a_page_in_the_middle_that_fails_is_a_failure(server: WorkdayServer) -> None:
    server.rows = [row(number) for number in range(1, 41)]
    server.fails_at = 20
    found = await failure(server)
    assert (found.status, found.unknown) == (404, False)


async def test_a_row_without_a_path_is_counted_as_unreadable(server: WorkdayServer) -> None:
    server.rows[1]["externalPath"] = None
    found = await snapshot(server, BOARD)
    assert (len(found.sightings), found.without_key) == (2, 1)


async def test_a_maintenance_page_is_a_failure(server: WorkdayServer) -> None:
    server.troubles[LIST] = Trouble(body=b"<html>We will be back</html>")
    assert (await failure(server)).reason == "the answer is a web page"


@pytest.mark.parametrize("status", [404, 422])
async def test_an_unknown_site_may_have_moved_to_another_host(
    server: WorkdayServer, status: int
) -> None:
    server.troubles[LIST] = Trouble(status=status, body=b"{}")
    found = await failure(server)
    assert found.unknown
    assert "another wdN host" in found.reason


async def test_an_empty_live_site_is_a_snapshot_of_nothing(server: WorkdayServer) -> None:
    server.rows = []
    assert (await snapshot(server, BOARD)).seen == 0


async def test_robots_txt_is_obeyed(server: WorkdayServer) -> None:
    server.robots = "User-agent: *\nDisallow: /wday/"
    assert "robots.txt" in (await failure(server)).reason
    assert server.paths() == []


async def test_a_glance_at_a_board_behind_the_cap_asks_for_one_page(server: WorkdayServer) -> None:
    server.rows = [row(number) for number in range(1, 2601)]
    server.cap = CAP
    found = await snapshot(server, BoardRequest(BOARD, glance=True))
    assert (found.seen, len(server.paths())) == (CAP, 1)


async def test_a_glance_asks_for_one_page(server: WorkdayServer) -> None:
    server.rows = [row(number) for number in range(1, 101)]
    found = await snapshot(server, BoardRequest(BOARD, glance=True))
    assert (found.seen, len(server.paths())) == (100, 1)
