"""Rippling: a row for each place of a posting, details, and a range of pay for each place."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from crawler.items import BoardRequest, Failure, Pay, Posting, Snapshot
from crawler.links.forms import board_page
from crawler.readers import reread
from crawler.spiders.rippling import RipplingSpider
from monitor.demo.board_server import Trouble
from tests.support.ats_recordings import SHARED, read_detail, read_lists
from tests.support.crawling import failure_of, snapshot
from tests.support.rippling import BOARD, LIST, RipplingServer, detail, key, pay_range, row

RECORDED = SHARED / "rippling"


@pytest.fixture
async def server() -> AsyncIterator[RipplingServer]:
    async with RipplingServer(3) as server:
        yield server


def read(row: dict[str, Any], detail: dict[str, Any] | None = None) -> Posting:
    parts = {"page": board_page(BOARD), "row": row} | ({"detail": detail} if detail else {})
    return reread("rippling", msgspec.json.encode(parts))


async def failure(server: RipplingServer, board: str = BOARD) -> Failure:
    return await failure_of(server, board)


def later(first: Snapshot) -> BoardRequest:
    """Return the request of the next check."""
    keys = [sighting.key for sighting in first.sightings] + sorted(first.still)
    return BoardRequest(BOARD, known=lambda: keys, notes=first.notes)


# one posting


@pytest.mark.parametrize(
    ("places", "location"),
    [
        ("Leeds, UK", "Leeds, UK"),
        (["Leeds", None], "Leeds"),
        ([], "London, UK"),
        (None, "London, UK"),
    ],
)
def test_places_that_are_no_list_are_read_whole(places: Any, location: str) -> None:
    one = row(workLocation={"label": "London, UK", "id": "1"})
    assert read(one, detail(1) | {"workLocations": places}).location == location


def test_a_detail_fills_the_row() -> None:
    posting = read(row(), detail(1, "Leeds", "Remote (Ireland)"))
    assert (posting.key, posting.title) == (key(), "Research Engineer")
    assert posting.url == f"https://ats.rippling.com/examplelabs-careers/jobs/{key()}"
    assert posting.locations == ("Leeds", "Remote (Ireland)")
    assert (posting.department, posting.pay) == ("Research", None)
    assert posting.employment_type == "Employee: Salaried, full-time"
    assert posting.description == "We study models.\n\nBuild & test models."
    assert str(posting.first_published) == "2026-11-20 18:00:00+00:00"
    assert posting.unsent == frozenset()


def test_a_row_alone_names_what_its_detail_will_fill() -> None:
    posting = read(row())
    assert (posting.locations, posting.description) == (("Leeds",), "")
    assert posting.unsent >= {"description", "pay", "location", "employment_type"}


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        ({"label": "SALARIED_FT", "id": "Salaried, full-time"}, "Salaried, full-time"),
        ({"id": "SALARIED_FT", "label": "Full time"}, "Full time"),
        ({"id": "HOURLY_PT"}, "HOURLY_PT"),
        (None, ""),
    ],
)
def test_the_code_of_an_employment_is_not_shown(stated: dict[str, str] | None, words: str) -> None:
    assert read(row(), detail(employmentType=stated)).employment_type == words


@pytest.mark.parametrize(
    ("frequency", "period"),
    [("ANNUAL", "year"), ("Annual", "year"), ("YEAR", "year"), ("HOUR", "hour"), (None, None)],
)
def test_the_period_of_pay_is_read_in_any_form(frequency: str | None, period: str | None) -> None:
    stated = pay_range(frequency=frequency)
    if period == "hour":
        stated |= {"rangeStart": 20, "rangeEnd": 27}
    pay = read(row(), detail(payRangeDetails=[stated])).pay
    assert pay is not None
    assert pay.currency == "GBP"
    # without a word for it, only the size of the amount tells
    assert pay.period == (period or "year")


def test_pay_is_that_of_the_first_place_with_the_words_of_all() -> None:
    ranges = [
        pay_range("Oslo", 600_000, currency="NOK"),
        pay_range("Leeds"),
        pay_range("York"),
        pay_range("Ireland", 50_000, currency="EUR", isRemote=True),
    ]
    places = ["Leeds", "York", "Oslo", "Remote (Ireland)"]
    words = "Oslo: NOK 600,000 - 607,000; Leeds / York: £45,000 - £52,000"
    words += "; Ireland: €50,000 - €57,000"
    for first, expected in {
        "Leeds": Pay(45_000, 52_000, "GBP", "year", words),
        "Oslo": Pay(600_000, 607_000, "NOK", "year", words),
        "Remote (Ireland)": Pay(50_000, 57_000, "EUR", "year", words),
        "Bonn": Pay(None, None, None, None, words),
    }.items():
        order = [first, *(place for place in places if place != first)]
        assert read(row(), detail(1, *order, payRangeDetails=ranges)).pay == expected


def test_one_range_is_the_pay_of_one_place_under_any_name() -> None:
    posting = read(row(), detail(1, "Leeds, UK", payRangeDetails=[pay_range("Leeds")]))
    assert posting.pay == Pay(45_000, 52_000, "GBP", "year", "£45,000 - £52,000")


def test_the_range_of_another_place_is_not_the_pay_of_the_first() -> None:
    posting = read(row(), detail(1, "Bonn", "Leeds", payRangeDetails=[pay_range("Leeds")]))
    assert posting.pay == Pay(None, None, None, None, "Leeds: £45,000 - £52,000")


def test_two_ranges_of_one_place_leave_the_pay_unknown() -> None:
    ranges = [pay_range(), pay_range(low=60_000)]
    pay = read(row(), detail(payRangeDetails=ranges)).pay
    assert pay == Pay(None, None, None, None, "Leeds: £45,000 - £52,000; Leeds: £60,000 - £67,000")


# the list and its details


async def test_rows_of_one_posting_are_one_posting_with_all_places(server: RipplingServer) -> None:
    server.rows = [row(1, "Leeds"), row(2), row(1, "York")]
    server.details = {key(1): None}
    found = await snapshot(server, BOARD)
    postings = [sighting.read() for sighting in found.sightings]
    assert [(one.key, one.locations) for one in postings] == [
        (key(1), ("Leeds", "York")),
        (key(2), ("Leeds",)),
    ]


async def test_details_are_asked_once_and_for_changed_rows(server: RipplingServer) -> None:
    first = await snapshot(server, BOARD)
    server.rows.append(row(2, "York"))
    second = await snapshot(server, later(first))
    assert server.details_asked() == [key(1), key(2), key(3), key(2)]
    assert [sighting.key for sighting in second.sightings] == [key(2)]


async def test_the_signed_address_of_a_logo_is_not_stored(server: RipplingServer) -> None:
    for sighting in (await snapshot(server, BOARD)).sightings:
        assert b"signature" not in sighting.raw
        assert b"Email" not in sighting.raw
        assert sighting.read().description


async def test_the_answer_of_another_posting_is_no_detail(server: RipplingServer) -> None:
    server.details = {key(1): detail(2)}
    found = await snapshot(server, BOARD)
    texts = {sighting.key: bool(sighting.read().description) for sighting in found.sightings}
    assert texts == {key(1): False, key(2): True, key(3): True}


async def test_an_unknown_board_is_a_failure(server: RipplingServer) -> None:
    found = await failure(server, "rippling:other")
    assert (found.unknown, found.status) == (True, 404)


async def test_an_empty_board_is_believed_after_a_day(server: RipplingServer) -> None:
    server.rows = []
    found = await failure(server)
    assert "as for a board that it does not know" in found.reason
    request = BoardRequest(BOARD, notes=found.notes)
    tomorrow = replace(request, at=request.at + timedelta(days=1, minutes=1))
    assert (await snapshot(server, tomorrow)).seen == 0


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (Trouble(body=b"<html>We will be back</html>"), "the answer is a web page"),
        (Trouble(body=b'{"items": []}'), "no list of jobs"),
        (Trouble(cut=20), "cut short"),
        (Trouble(status=302, headers={"Location": "https://example.org/"}), "another host"),
    ],
)
async def test_any_other_answer_is_a_failure(
    server: RipplingServer, trouble: Trouble, reason: str
) -> None:
    server.troubles[LIST] = trouble
    found = await failure(server)
    assert reason in found.reason
    assert not found.unknown


async def test_a_row_without_an_id_is_counted(server: RipplingServer) -> None:
    server.rows[1]["uuid"] = None
    found = await snapshot(server, BOARD)
    assert (len(found.sightings), found.without_key) == (2, 1)


async def test_a_missing_posting_is_not_probed(server: RipplingServer) -> None:
    found = await snapshot(server, BoardRequest(BOARD, known=lambda: [key(9)]))
    assert (found.probes, key(9) in server.details_asked()) == ({}, False)


async def test_robots_txt_is_obeyed(server: RipplingServer) -> None:
    server.robots = "User-agent: *\nDisallow: /platform/"
    assert "robots.txt" in (await failure(server)).reason
    assert server.paths() == []


# real recordings


@pytest.mark.needs(SHARED)
def test_the_real_recordings_are_read_whole(capsys: pytest.CaptureFixture[str]) -> None:
    files = [
        file
        for file in sorted(RECORDED.glob("*.json"))
        if isinstance(json.loads(file.read_text()), list)  # the others are details, and of v2
    ]
    found = read_lists(BOARD, files)
    jobs = [job for file in files for job in json.loads(file.read_text())]
    labels = {(job["uuid"], job["workLocation"]["label"]) for job in jobs}
    keys = {key for key, _ in labels}
    with capsys.disabled():
        print(f"\n{found.line('rippling')}")
    assert (found.without_key, found.unreadable) == (0, 0)
    assert found.counts() == {
        "postings": len(keys),
        "location": len(keys),
        "pay": 0,
        "deadline": 0,
        "workplace": len(keys)
        - len({key for key, label in labels if not label.startswith("Remote")}),
        "department": len({job["uuid"] for job in jobs if job["department"]["label"]}),
    }
    assert sum(len(one.locations) for one in found.postings) == len(labels)


@pytest.mark.needs(SHARED)
def test_the_real_detail_is_read_whole() -> None:
    one = json.loads((RECORDED / "acrn_detail.json").read_text())
    rows = json.loads((RECORDED / "acrn_2.json").read_text())
    found = read_lists(BOARD, [])
    stored = RipplingSpider.stored_detail(
        {name: msgspec.Raw(msgspec.json.encode(one[name])) for name in one}
    )
    read_detail(BOARD, next(row for row in rows if row["uuid"] == one["uuid"]), stored, found)
    [posting] = found.postings
    assert posting.locations == tuple(one["workLocations"])
    assert posting.employment_type == one["employmentType"]["id"]
    assert posting.description
    assert posting.pay is None
    assert "<" not in posting.description
