"""BambooHR: lists that equal their total, details that prove, and redirects that say "no"."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from crawler.items import BoardRequest, Failure, Posting, Probe, Unreadable
from crawler.readers import reread
from monitor.demo.board_server import Trouble
from tests.support.ats_recordings import SHARED, read_detail, read_lists
from tests.support.ats_server import NOT_FOUND, Reply
from tests.support.bamboohr import (
    BOARD,
    LIST,
    NO_REGION,
    NOWHERE,
    SITE,
    BambooServer,
    detail,
    row,
)
from tests.support.crawling import failure_of, snapshot

CHICAGO = {"city": "Chicago", "state": "Illinois"}
REGION = {"country": "Canada", "state": None, "province": "Alberta", "city": "Edmonton"}


@pytest.fixture
async def server() -> AsyncIterator[BambooServer]:
    async with BambooServer(3) as server:
        yield server


def read(row: dict[str, Any], answer: dict[str, Any] | None = None) -> Posting:
    opening = {"detail": answer["result"]["jobOpening"]} if answer else {}
    parts = {"page": f"{SITE}/careers", "row": row} | opening
    return reread("bamboohr", msgspec.json.encode(parts))


async def failure(server: BambooServer, request: BoardRequest | str = BOARD) -> Failure:
    return await failure_of(server, request)


# one posting


def test_a_detail_fills_the_row() -> None:
    posting = read(row(97), detail(97))
    assert (posting.key, posting.title) == ("97", "Research Engineer")
    assert posting.url == f"{SITE}/careers/97"
    assert posting.location == "Chicago, Illinois, United States"
    assert (posting.department, posting.employment_type) == ("Research", "Full-Time")
    assert posting.description == "Build & test models."
    assert posting.pay
    assert (posting.pay.minimum, posting.pay.maximum) == (110_000, 150_000)
    assert posting.first_published is not None
    assert posting.stated == {"pay", "workplace"}
    assert posting.unsent == frozenset()


def test_a_row_alone_names_what_its_detail_will_fill() -> None:
    posting = read(row(97))
    assert (posting.location, posting.workplace) == ("Chicago, Illinois", "hybrid")
    assert posting.unsent == {"description", "pay", "deadline", "location"}


@pytest.mark.parametrize(
    ("kind", "workplace"),
    [("0", "onsite"), ("1", "remote"), ("2", "hybrid"), (1, "remote"), ("3", None), (None, None)],
)
def test_the_type_of_the_location_is_the_workplace(kind: object, workplace: str | None) -> None:
    assert read(row(locationType=kind)).workplace == workplace


@pytest.mark.parametrize(
    ("own", "region", "shown"),
    [
        (CHICAGO, NO_REGION, "Chicago, Illinois"),
        (NOWHERE, REGION, "Edmonton, Alberta, Canada"),
        (NOWHERE, NO_REGION, ""),
        (None, REGION, "Edmonton, Alberta, Canada"),
    ],
)
def test_a_place_stands_in_one_of_two_objects(
    own: dict[str, Any] | None, region: dict[str, Any], shown: str
) -> None:
    assert read(row(location=own, atsLocation=region)).location == shown


def test_unclear_words_of_pay_are_kept_unless_the_text_is_clear() -> None:
    pay = read(row(), detail(compensation="Depends on experience")).pay
    assert pay
    assert (pay.minimum, pay.text) == (None, "Depends on experience")
    clear = "<p>The salary is $90,000 - $95,000 per year.</p>"
    pay = read(row(), detail(compensation="Depends on experience", description=clear)).pay
    assert pay
    assert pay.minimum == 90_000
    assert read(row(), detail(compensation=None)).pay is None


@pytest.mark.parametrize(
    "missing", ["jobOpeningName", "departmentLabel", "employmentStatusLabel", "locationType"]
)
def test_drift_is_loud(missing: str) -> None:
    raw = row()
    del raw[missing]
    with pytest.raises(Unreadable, match=missing):
        read(raw)


# details


async def test_details_are_asked_once_and_name_nobody(server: BambooServer) -> None:
    first = await snapshot(server, BOARD)
    assert server.details_asked() == ["1", "2", "3"]
    for sighting in first.sightings:
        assert sighting.read().description
        assert not any(name in sighting.keep() for name in (b"Ann", b"formFields"))
    again = BoardRequest(BOARD, known=lambda: ["1", "2", "3"], notes=first.notes)
    second = await snapshot(server, again)
    assert (second.sightings, len(second.still), second.probes) == ((), 3, {})
    assert len(server.details_asked()) == 3


@pytest.mark.parametrize(
    "answer",
    [detail(2), Reply(b"<html>Log in</html>"), Reply(b"", 302, {"Location": "/login.php"})],
    ids=["another posting", "page", "redirect"],
)
async def test_an_answer_of_another_kind_is_no_detail(
    server: BambooServer, answer: dict[str, Any] | Reply
) -> None:
    server.details = {"1": answer}
    found = await snapshot(server, BOARD)
    texts = {one.key: bool(one.read().description) for one in found.sightings}
    assert texts == {"1": False, "2": True, "3": True}


@pytest.mark.parametrize(
    ("answer", "probe"),
    [
        (NOT_FOUND, Probe.GONE),
        (detail(9, "Filled"), Probe.GONE),
        (detail(9, None) | {"meta": {"jobOpeningStatus": "Filled"}}, Probe.GONE),
        (detail(9, "On Hold"), Probe.GONE),
        (detail(9, "Offen"), Probe.SILENT),
        (detail(9), Probe.THERE),
        (detail(9) | {"meta": []}, Probe.THERE),
        (detail(9, None) | {"meta": {"jobOpeningStatus": "Open"}}, Probe.THERE),
        (detail(8), Probe.SILENT),
        (detail(9, None), Probe.SILENT),
        (Reply(b"<html></html>"), Probe.SILENT),
        (Reply(b"", 302, {"Location": "https://www.bamboohr.com/"}), Probe.SILENT),
        (Reply({}, 500), Probe.SILENT),
    ],
    ids=[
        *(
            "404",
            "filled",
            "filled, in meta",
            "on hold",
            "unknown",
            "open",
            "open, odd meta",
            "open, in meta",
        ),
        *("another", "no status", "page", "redirect", "broken"),
    ],
)
async def test_a_missing_posting_is_probed_by_its_detail(
    server: BambooServer, answer: dict[str, Any] | Reply, probe: Probe
) -> None:
    server.details = {"9": answer}
    found = await snapshot(server, BoardRequest(BOARD, known=lambda: ["9"]), max_probes=5)
    assert found.probes == {"9": probe}


# the list


@pytest.mark.parametrize("total", [2, 4, 0])
async def test_a_total_that_disagrees_is_a_failure(server: BambooServer, total: int) -> None:
    server.total = total
    assert (await failure(server)).reason == f"it lists 3 jobs and says that there are {total}"


async def test_an_empty_board_is_a_snapshot_of_nothing(server: BambooServer) -> None:
    server.rows = []
    assert (await snapshot(server, BOARD)).seen == 0


@pytest.mark.parametrize(
    "target", ["https://www.bamboohr.com/", "/login.php", "https://sso.example.org/saml", "/"]
)
async def test_a_redirect_is_the_answer_for_a_board_that_is_not_served(
    server: BambooServer, target: str
) -> None:
    server.troubles[LIST] = Trouble(status=302, headers={"Location": target})
    found = await failure(server)
    assert found.unknown
    assert found.reason == ("redirected away from its careers page; BambooHR serves no such board")
    assert server.paths() == [LIST]


async def test_a_refusal_says_nothing_of_the_board(server: BambooServer) -> None:
    server.troubles[LIST] = Trouble(status=403)
    found = await failure(server)
    assert (found.status, found.unknown) == (403, False)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<html>Careers</html>", "a web page"),
        (b'{"result":[]}', "no list of jobs"),
        (b'{"meta":{},"result":[]}', "no list of jobs"),
        (b'{"meta":{"totalCount":0}}', "no list of jobs"),
    ],
)
async def test_an_answer_of_another_kind_is_a_failure(
    server: BambooServer, body: bytes, reason: str
) -> None:
    server.troubles[LIST] = Trouble(body=body)
    assert reason in (await failure(server)).reason


async def test_a_row_without_an_id_is_counted_as_unreadable(server: BambooServer) -> None:
    server.rows[0]["id"] = None
    found = await snapshot(server, BOARD)
    assert (len(found.sightings), found.without_key) == (2, 1)


async def test_robots_txt_is_obeyed(server: BambooServer) -> None:
    server.robots = "User-agent: *\nDisallow: /careers/list"
    assert "robots.txt" in (await failure(server)).reason
    assert server.paths() == []


# recordings


@pytest.mark.needs(SHARED)
def test_every_row_and_detail_of_the_recordings_is_read() -> None:
    # the fourth file has other names than BambooHR's: its publisher wrote it by hand
    files = sorted((SHARED / "bamboohr").glob("[!z]*_list.json"))
    read = read_lists(BOARD, files)
    rows = [each for file in files for each in json.loads(file.read_text())["result"]]
    assert (len(files), read.without_key, read.unreadable) == (3, 0, 0)
    details = [file.read_bytes() for file in sorted((SHARED / "bamboohr").glob("*_detail*.json"))]
    openings = [json.loads(body)["result"]["jobOpening"] for body in details]
    for opening in openings:
        plain = row(97, locationType=opening["locationType"], location=None)
        read_detail(BOARD, plain, msgspec.json.encode(opening), read)
    print(read.line("bamboohr"))  # the table of what was read
    assert read.counts() == {
        "postings": len(rows) + len(details),
        "location": sum(
            bool(each["location"]["city"] or (each.get("atsLocation") or {}).get("city"))
            for each in rows + openings
        ),
        "pay": sum(bool(each.get("compensation")) for each in openings),
        "deadline": 0,
        "workplace": sum(each["locationType"] in {"0", "1", "2"} for each in rows + openings),
        "department": sum(bool(each["departmentLabel"]) for each in rows) + len(details),
    }
    assert all(posting.description for posting in read.postings[-len(details) :])
