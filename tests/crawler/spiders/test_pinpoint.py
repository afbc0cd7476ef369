"""Pinpoint: one answer, hidden pay that stays hidden, and redirects that say "no such board"."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from crawler.items import BoardRequest, Failure, Pay, Posting, Unreadable
from crawler.readers import reread, spider
from monitor.demo.board_server import Trouble
from tests.support.ats_recordings import SHARED, read_lists
from tests.support.crawling import failure_of, snapshot
from tests.support.pinpoint import BOARD, FEED, SITE, PinpointServer, job, key, place


@pytest.fixture
async def server() -> AsyncIterator[PinpointServer]:
    async with PinpointServer(3) as server:
        yield server


def read(job: dict[str, Any]) -> Posting:
    return reread("pinpoint", json.dumps(job).encode())


async def failure(server: PinpointServer, request: BoardRequest | str = BOARD) -> Failure:
    return await failure_of(server, request)


# one posting


def test_a_posting_is_read() -> None:
    posting = read(job(7))
    assert (posting.key, posting.title) == (key(7), "Research Engineer")
    assert posting.url == f"{SITE}/en/postings/{key(7)}"
    assert (posting.location, posting.department) == ("London, England", "Research")
    assert (posting.employment_type, posting.workplace) == ("Permanent - Full Time", "hybrid")
    assert posting.requisition == "PIN-7"
    assert posting.pay == Pay(80_000, 100_000, "GBP", "year", "£80,000 - £100,000")
    assert posting.deadline
    assert posting.deadline.text == "2026-12-31T23:59:59+00:00"
    assert posting.description == "Build & test models.\n\nYou Will\n\n• Train models"
    assert posting.stated == {"pay", "deadline", "workplace"}


@pytest.mark.parametrize("visible", [False, None, "false", 1])
def test_hidden_pay_is_neither_read_nor_stored(visible: object) -> None:
    raw = json.dumps(job(compensation_visible=visible)).encode()
    kept = spider("pinpoint").keep(raw)
    assert b"80" not in kept.replace(key(1).encode(), b"")
    assert reread("pinpoint", raw).pay is None
    assert reread("pinpoint", raw) == reread("pinpoint", kept)


def test_pay_that_a_text_states_is_not_hidden() -> None:
    words = "<p>The salary is £70,000 - £80,000 per year.</p>"
    pay = read(job(compensation_visible=False, description=words)).pay
    assert pay
    assert (pay.minimum, pay.maximum) == (70_000, 80_000)


@pytest.mark.parametrize(
    ("fields", "pay"),
    [
        (
            {
                "compensation_frequency": "hour",
                "compensation_minimum": 17.5,
                "compensation_maximum": 18,
            },
            (17.5, 18, "hour"),
        ),
        ({"compensation_frequency": "two_weeks"}, (80_000, 100_000, None)),
        ({"compensation_frequency": "month"}, (80_000, 100_000, "month")),
        ({"compensation_minimum": None}, (None, 100_000, "year")),
        (
            {"compensation_minimum": None, "compensation_maximum": None},
            (80_000, 100_000, "year"),
        ),
        (
            {
                "compensation": "Competitive",
                "compensation_minimum": None,
                "compensation_maximum": None,
            },
            (None, None, None),
        ),
        (
            {name: None for name in job() if name.startswith("compensation_m")}
            | {"compensation": None},
            None,
        ),
    ],
)
def test_shown_pay_is_its_numbers_else_its_words(
    fields: dict[str, Any], pay: tuple[float | None, float | None, str | None] | None
) -> None:
    found = read(job(**fields)).pay
    assert (found and (found.minimum, found.maximum, found.period)) == pay


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        (place("London", "England"), "London, England"),
        (place("", "", "North County "), "North County"),
        (place(None, None, "Remote- USA "), "Remote- USA"),
        (place("Remote ", "", "Remote- USA "), "Remote- USA"),
        (place("Varies by Listing", "Maryland", "Partners"), "Partners"),
    ],
)
def test_a_place_is_its_city_and_region_else_its_name(location: dict[str, Any], shown: str) -> None:
    assert read(job(location=location)).location == shown


@pytest.mark.parametrize(
    ("written", "workplace"),
    [("remote", "remote"), ("on_site", "onsite"), ("onsite", "onsite"), ("other", None)],
)
def test_the_code_of_the_workplace_is_read(written: str, workplace: str | None) -> None:
    assert read(job(workplace_type=written)).workplace == workplace


def test_a_department_may_stand_beside_the_job() -> None:
    assert read(job(job=None, department={"name": "Data"}, requisition_id=97)).department == "Data"
    assert read(job(job=None, requisition_id=97)).requisition == "97"
    assert read(job(job=None, department=None)).department == ""


def test_no_name_of_a_person_is_stored() -> None:
    assert b"Ann" not in spider("pinpoint").keep(json.dumps(job()).encode())


@pytest.mark.parametrize("missing", ["title", "location", "description", "benefits"])
def test_drift_is_loud(missing: str) -> None:
    raw = job()
    del raw[missing]
    with pytest.raises(Unreadable, match=missing):
        read(raw)


# the list


async def test_a_board_is_one_answer(server: PinpointServer) -> None:
    found = await snapshot(server, BoardRequest(BOARD, known=lambda: [key(9)]))
    assert [sighting.key for sighting in found.sightings] == [key(1), key(2), key(3)]
    assert found.probes == {}
    assert server.paths() == [FEED]


async def test_an_empty_board_is_a_snapshot_of_nothing(server: PinpointServer) -> None:
    server.jobs = []
    assert (await snapshot(server, BOARD)).seen == 0


async def test_an_unknown_board_is_sent_to_the_marketing_site(server: PinpointServer) -> None:
    found = await failure(server, "pinpoint:nobody")
    assert found.unknown
    assert found.reason == (
        "redirected to another host: www.pinpointhq.com; "
        "Pinpoint sends so away from a board that it does not know"
    )


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<html>Pinpoint</html>", "a web page"),
        (b'{"error":"x"}', "no list of jobs"),
        (b'{"data":{}}', "no list of jobs"),
        (b'{"data":[{"title":"a"', "not JSON"),
    ],
)
async def test_an_answer_of_another_kind_is_a_failure(
    server: PinpointServer, body: bytes, reason: str
) -> None:
    server.troubles[FEED] = Trouble(body=body)
    found = await failure(server)
    assert reason in found.reason
    assert not found.unknown


async def test_an_answer_that_is_cut_short_is_a_failure(server: PinpointServer) -> None:
    server.troubles[FEED] = Trouble(cut=1000)
    assert (await failure(server)).reason == "the answer was cut short"


async def test_a_posting_without_its_uuid_is_counted_as_unreadable(server: PinpointServer) -> None:
    server.jobs[0]["url"] = f"{SITE}/en/postings/1"
    found = await snapshot(server, BOARD)
    assert (len(found.sightings), found.without_key) == (2, 1)


async def test_robots_txt_is_obeyed(server: PinpointServer) -> None:
    server.robots = "User-agent: *\nDisallow: /"
    found = await failure(server)
    assert "robots.txt" in found.reason
    assert (server.paths(), found.unknown) == ([], False)


# recordings


@pytest.mark.needs(SHARED)
def test_every_posting_of_every_recorded_feed_is_read() -> None:
    files = sorted((SHARED / "pinpoint").glob("*.json"))
    read = read_lists(BOARD, files)
    rows = [row for file in files for row in json.loads(file.read_text())["data"]]
    print(read.line("pinpoint"))  # the table of what was read
    assert (read.files, read.without_key, read.unreadable) == (len(files), 0, 0)
    departments = [(row.get("job") or row).get("department") for row in rows]
    shown = [row for row in rows if row.get("compensation_visible")]
    assert read.counts() == {
        "postings": len(rows),
        "location": sum(bool(row["location"]["name"].strip()) for row in rows),
        "pay": sum(row["compensation_minimum"] is not None for row in shown),
        "deadline": sum(row["deadline_at"] is not None for row in rows),
        "workplace": sum(row["workplace_type"] != "" for row in rows),
        "department": sum(one is not None for one in departments),
    }
