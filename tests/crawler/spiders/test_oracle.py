"""Oracle: pages to the first empty one, the site that the host itself names, and good probes."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from crawler.fetch import Answer
from crawler.items import BoardRequest, Failure, Pay, Posting, Probe, Snapshot
from crawler.readers import reread
from crawler.responses import BadResponse
from crawler.spiders.oracle import OracleSpider
from monitor.demo.board_server import Trouble
from tests.support.ats_recordings import SHARED, Read, read_detail, read_lists
from tests.support.crawling import check_boards, failure_of, snapshot
from tests.support.oracle import BOARD, HOST, LIST, NUMBER, SITES, OracleServer, detail, row

START = datetime(2026, 11, 20, 12, tzinfo=UTC)
PAGE = f"https://{HOST}/hcmUI/CandidateExperience/en/sites/Careers"


@pytest.fixture
async def server() -> AsyncIterator[OracleServer]:
    async with OracleServer(3) as server:
        yield server


def read(row: dict[str, Any], item: dict[str, Any] | None = None) -> Posting:
    parts: dict[str, Any] = {"page": PAGE, "row": row}
    if item:
        parts["detail"] = msgspec.Raw(stored(item))
    return reread("oracle", msgspec.json.encode(parts))


def stored(item: dict[str, Any]) -> bytes:
    body = msgspec.json.encode({"items": [item]})
    return OracleSpider().read_detail(Answer(200, body), str(item["Id"]))


async def failure(server: OracleServer, request: BoardRequest | str = BOARD) -> Failure:
    return await failure_of(server, request)


# one posting


def test_a_detail_fills_the_row() -> None:
    posting = read(row(), detail(ExternalPostedEndDate="2026-12-31T23:59:00+00:00"))
    assert (posting.key, posting.title) == ("R_1", "Research Engineer")
    assert posting.url == f"{PAGE}/job/R_1"
    assert posting.locations == ("London, United Kingdom", "Zurich, Switzerland")
    assert (posting.department, posting.employment_type) == ("Family 1", "Full time")
    assert (posting.workplace, posting.requisition) == ("hybrid", "R_1")
    assert posting.description == "Build & test models.\n\n• Train them.\n\nYou know Python."
    assert posting.deadline
    assert str(posting.deadline.at) == "2026-12-31 23:59:00+00:00"
    assert str(posting.first_published) == "2026-11-20 10:30:00+00:00"


def test_a_row_alone_names_what_its_detail_will_fill() -> None:
    posting = read(row(PostingEndDate="2026-12-31"))
    assert posting.description == ""
    assert posting.unsent >= {"description", "pay", "deadline", "location", "department"}
    assert posting.deadline
    assert posting.deadline.text == "2026-12-31"


def test_a_workplace_without_a_code_is_read_from_its_name() -> None:
    fields: dict[str, Any] = {"WorkplaceTypeCode": None, "WorkplaceType": "Remote"}
    assert read(row(**fields), detail(**fields)).workplace == "remote"
    fields["WorkplaceType"] = ""
    assert read(row(**fields), detail(**fields)).workplace is None


def test_pay_in_a_further_field_is_read_and_no_other_field_is_kept() -> None:
    flex = [
        {"Prompt": "Salary Range", "Value": "$100,000 - $120,000 per year"},
        {"Prompt": "Recruiter", "Value": "Ann Example"},
        {"Prompt": "Compensation Partner", "Value": "Ann Example"},
        {"Prompt": "Salary", "Value": None},
    ]
    posting = read(row(), detail(requisitionFlexFields=flex))
    assert isinstance(posting.pay, Pay)
    assert (posting.pay.minimum, posting.pay.maximum) == (100_000, 120_000)
    kept = stored(detail(requisitionFlexFields=flex))
    assert not any(name in kept for name in (b"Ann", b"ann@", b"Bo Example", b"Hiring"))


# the site


async def test_a_site_is_asked_for_by_the_number_that_its_host_names(server: OracleServer) -> None:
    found = await snapshot(server, BOARD)
    assert {sighting.key for sighting in found.sightings} == {"R_1", "R_2", "R_3"}
    assert all(f"siteNumber={NUMBER}," in seen for seen in server.paths() if LIST + "?" in seen)


async def test_the_sites_of_a_host_are_read_once_a_day(server: OracleServer) -> None:
    first = await snapshot(server, BOARD)
    await snapshot(server, BoardRequest(BOARD, notes=first.notes))
    assert sum(seen.path == SITES for seen in server.requests) == 1


async def test_a_site_that_its_host_named_is_read_while_the_list_of_sites_is_refused(
    server: OracleServer,
) -> None:
    first = await snapshot(server, BoardRequest(BOARD, at=START))
    server.troubles[SITES] = Trouble(status=403, body=b"{}")
    tomorrow = BoardRequest(BOARD, notes=first.notes, at=START + timedelta(hours=25))
    second = await snapshot(server, tomorrow)
    assert second.seen == first.seen
    server.others = []  # the host shows the same jobs for any site
    later = replace(tomorrow, notes=second.notes, at=START + timedelta(hours=50))
    assert "for any site" in (await failure(server, later)).reason


@pytest.mark.parametrize("refused", [[SITES], [SITES, LIST]])
async def test_a_host_that_refuses_the_first_check_is_asked_for_its_sites_at_the_next(
    server: OracleServer, refused: list[str]
) -> None:
    server.troubles = dict.fromkeys(refused, Trouble(status=403, body=b"{}"))
    first = await failure(server, BoardRequest(BOARD, at=START))
    server.troubles = {}
    soon = BoardRequest(BOARD, notes=first.notes, at=START + timedelta(minutes=15))
    assert (await snapshot(server, soon)).seen == len(server.rows)


async def test_a_site_that_its_host_does_not_have_is_unknown(server: OracleServer) -> None:
    found = await failure(server, f"oracle:{HOST}/CX_9999")
    assert found.unknown
    assert "has no active site CX_9999" in found.reason
    assert server.pages() == 0


async def test_a_site_that_is_switched_off_is_unknown(server: OracleServer) -> None:
    server.sites["items"][1]["StatusCode"] = "ORA_INACTIVE"
    assert (await failure(server)).unknown


async def test_the_rows_of_another_site_are_a_failure(server: OracleServer) -> None:
    server.echoed = "CX_1"
    assert "it names CX_1" in (await failure(server)).reason


@pytest.mark.parametrize(("echoed", "is_read"), [(NUMBER, True), ("CX_1", False), (None, False)])
async def test_without_a_list_of_sites_each_answer_names_its_own(
    server: OracleServer, echoed: str | None, *, is_read: bool
) -> None:
    server.troubles[SITES] = Trouble(status=403, body=b"{}")
    server.echoed = echoed
    [result] = (await check_boards(server, f"oracle:{HOST}/{NUMBER}")).values()
    assert isinstance(result, Snapshot) is is_read


@pytest.mark.parametrize(("number", "is_read"), [(NUMBER, True), ("CX_9999", False)])
async def test_without_a_list_of_sites_an_invented_site_has_to_have_other_jobs(
    server: OracleServer, number: str, *, is_read: bool
) -> None:
    server.troubles[SITES], server.echoes = Trouble(status=403, body=b"{}"), True
    [result] = (await check_boards(server, f"oracle:{HOST}/{number}")).values()
    assert isinstance(result, Snapshot) is is_read
    if isinstance(result, Failure):
        assert (result.unknown, "for any site" in result.reason) == (True, True)


async def test_a_list_of_sites_of_another_form_is_a_failure(server: OracleServer) -> None:
    server.sites = {"count": 0}
    assert "no list of jobs" in (await failure(server)).reason


# the list


@pytest.mark.parametrize(("rows", "pages"), [(0, 1), (3, 2), (200, 2), (201, 3), (401, 4)])
async def test_a_list_is_read_to_its_first_empty_page(
    server: OracleServer, rows: int, pages: int
) -> None:
    server.rows = [row(number) for number in range(1, rows + 1)]
    found = await snapshot(server, BOARD)
    assert (found.seen, server.pages()) == (rows, pages)


async def test_a_page_that_is_short_in_the_middle_is_not_the_end(server: OracleServer) -> None:
    server.rows = [row(number) for number in range(1, 421)]
    server.short_first_page = True
    assert (await snapshot(server, BOARD)).seen == 419


async def test_rows_that_stand_on_two_pages_count_once(server: OracleServer) -> None:
    server.rows = [row(number) for number in range(1, 411)]
    server.repeats = 2
    assert (await snapshot(server, BOARD)).seen == 410


@pytest.mark.parametrize(("total", "is_whole"), [(415, True), (416, False), (409, False)])
async def test_a_total_may_be_five_too_high(
    server: OracleServer, total: int, is_whole: bool
) -> None:
    server.rows = [row(number) for number in range(1, 411)]
    server.total = total
    if is_whole:
        assert (await snapshot(server, BOARD)).seen == 410
    else:
        assert f"says that there are {total}" in (await failure(server)).reason


@pytest.mark.parametrize(
    ("rows", "total", "is_whole"), [(0, 5, False), (9, 11, False), (19, 20, True)]
)
async def test_a_total_is_never_wrong_by_more_than_a_tenth(
    server: OracleServer, rows: int, total: int, *, is_whole: bool
) -> None:
    server.rows = [row(number) for number in range(1, rows + 1)]
    server.total = total
    [result] = (await check_boards(server, BOARD)).values()
    assert isinstance(result, Snapshot) is is_whole


async def test_pages_that_ignore_the_offset_are_a_failure(server: OracleServer) -> None:
    server.rows = [row(number) for number in range(1, 411)]
    server.ignores_offset = True
    assert "its pages do not end" in (await failure(server)).reason


async def test_a_page_in_the_middle_that_fails_is_a_failure(server: OracleServer) -> None:
    server.rows = [row(number) for number in range(1, 411)]
    server.fails_at = 200
    found = await failure(server)
    assert (found.status, found.unknown) == (404, False)


async def test_a_list_without_rows_is_a_failure(server: OracleServer) -> None:
    body = {"items": [{"TotalJobsCount": 2273, "Offset": 0}], "count": 1}
    server.troubles[LIST] = Trouble(body=msgspec.json.encode(body))
    assert "requisitionList" in (await failure(server)).reason


async def test_a_maintenance_page_is_a_failure(server: OracleServer) -> None:
    server.troubles[LIST] = Trouble(body=b"<html>We will be back</html>")
    assert (await failure(server)).reason == "the answer is a web page"


async def test_a_row_without_an_id_is_counted_as_unreadable(server: OracleServer) -> None:
    server.rows[1]["Id"] = None
    found = await snapshot(server, BOARD)
    assert (len(found.sightings), found.without_key) == (2, 1)


async def test_what_a_host_changes_by_itself_asks_for_no_detail(server: OracleServer) -> None:
    first = await snapshot(server, BOARD)
    server.rows[0] |= {"Distance": 7, "Relevancy": 9, "TrendingFlag": True, "HotJobFlag": True}
    keys = [sighting.key for sighting in first.sightings]
    second = await snapshot(server, BoardRequest(BOARD, known=lambda: keys, notes=first.notes))
    assert (len(second.still), len(server.details_asked())) == (3, 3)


async def test_a_glance_asks_for_the_sites_and_one_page(server: OracleServer) -> None:
    server.rows = [row(number) for number in range(1, 411)]
    found = await snapshot(server, BoardRequest(BOARD, glance=True))
    assert (found.seen, len(server.paths())) == (410, 2)


async def test_a_site_beyond_10000_is_read_by_slices(server: OracleServer) -> None:
    server.rows = [row(number) for number in range(1, 10_251)]
    found = await snapshot(server, BOARD, timeout=30)
    assert found.seen == 10_250


async def test_a_site_beyond_10000_without_a_dividing_facet_is_a_failure(
    server: OracleServer,
) -> None:
    server.rows = [row(number) for number in range(1, 10_251)]
    server.facets = []
    assert "no facet divides them" in (await failure(server)).reason


async def test_robots_txt_is_obeyed(server: OracleServer) -> None:
    server.robots = "User-agent: *\nDisallow: /hcmRestApi/"
    assert "robots.txt" in (await failure(server)).reason
    assert server.paths() == []


# probes


@pytest.mark.parametrize(
    ("item", "probe"),
    [(None, Probe.GONE), (detail(9), Probe.THERE), (detail(8), Probe.SILENT), (404, Probe.SILENT)],
)
async def test_a_missing_posting_is_gone_when_its_answer_has_no_items(
    server: OracleServer, item: Any, probe: Probe
) -> None:
    server.details = {"R_9": item}
    found = await snapshot(server, BoardRequest(BOARD, known=lambda: ["R_9"]))
    assert found.probes == {"R_9": probe}


# real recordings


@pytest.mark.needs(SHARED / "oracle")
def test_every_recorded_row_is_read() -> None:
    folder, read = SHARED / "oracle", Read()
    lists = [file for file in sorted(folder.glob("*.json")) if is_list(file.read_text())]
    read_lists(f"oracle:{HOST}/CX_1", lists, read, {"site": {"number": "CX_1", "proved": True}})
    rows = [each for file in lists for each in rows_of(file.read_text()) if each.get("Id")]
    for name in ("americanexpress_detail", "detail_shape", "ejov_CX_detail"):
        answer = json.loads((folder / f"{name}.json").read_text())
        [item] = answer.get("items", [answer])
        rows.append(item)
        short = {"Id": item["Id"], "Title": item["Title"]}
        read_detail(f"oracle:{HOST}/CX_1", short, stored(item), read)
    print(read.line("oracle"))
    assert (read.unreadable, read.without_key) == (0, 1)
    assert read.counts() == {
        "postings": len(rows),
        "location": sum(bool(each.get("PrimaryLocation")) for each in rows),
        "pay": 0,
        "deadline": sum(bool(each.get("PostingEndDate")) for each in rows),
        "workplace": sum(bool(each.get("WorkplaceType")) for each in rows),
        "department": sum(bool(each.get("JobFamily") or each.get("Category")) for each in rows),
    }


@pytest.mark.needs(SHARED / "oracle")
def test_a_recorded_list_without_expand_is_refused() -> None:
    body = (SHARED / "oracle" / "list_without_expand.json").read_bytes()
    with pytest.raises(BadResponse, match="requisitionList"):
        OracleSpider().slice(body, None)  # type: ignore[arg-type]  # it is not reached


def is_list(text: str) -> bool:
    items = json.loads(text).get("items")
    return bool(items) and "requisitionList" in items[0]


def rows_of(text: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(text)["items"][0]["requisitionList"]
    return rows
