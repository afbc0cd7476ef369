"""Checks of Ashby boards on a local server: the API, the page where it is off, and their faults."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crawler.items import BoardRequest, Failure, Snapshot, Unchanged
from crawler.spiders.ashby import PAGE_NOTE
from monitor.demo.board_server import Trouble
from tests.support.ashby import API, ROBOTS, AshbyBoard, AshbyServer, job, key, page, row
from tests.support.crawling import check_boards, snapshot

BOARD, LIST, PAGE = "ashby:ExampleLabs", f"{API}ExampleLabs", "/ExampleLabs"


@pytest.fixture
async def server() -> AsyncIterator[AshbyServer]:
    async with AshbyServer() as server:
        server.lists("ExampleLabs", job(1), job(2))
        yield server


async def failure(
    server: AshbyServer, request: BoardRequest | str = BOARD, **own: float
) -> Failure:
    [result] = (await check_boards(server, request, **own)).values()
    assert isinstance(result, Failure), result
    return result


async def test_a_board_is_one_request_with_its_pay(server: AshbyServer) -> None:
    found = await snapshot(server, BoardRequest(BOARD, known=lambda: (key(1), key(9))))
    assert [sighting.key for sighting in found.sightings] == [key(1), key(2)]
    assert (found.company, found.probes, found.note, found.without_key) == (None, {}, None, 0)
    assert [request.target for request in server.requests] == [f"{LIST}?includeCompensation=true"]


async def test_a_validator_makes_an_unchanged(server: AshbyServer) -> None:
    first = await snapshot(server, BOARD)
    [again] = (
        await check_boards(
            server,
            BoardRequest(
                BOARD, etag=first.etag, missing=frozenset({key(9)}), known=lambda: (key(9),)
            ),
        )
    ).values()
    assert isinstance(again, Unchanged)
    assert again.probes == {}


async def test_a_job_that_is_not_listed_is_neither_seen_nor_unreadable(server: AshbyServer) -> None:
    server.lists("ExampleLabs", job(1), job(2, isListed=False), job(3, isListed=None))
    found = await snapshot(server, BOARD)
    assert ([sighting.key for sighting in found.sightings], found.without_key) == (
        [key(1), key(3)],
        0,
    )


async def test_a_job_twice_counts_once_and_one_without_an_id_is_counted(
    server: AshbyServer,
) -> None:
    server.lists(
        "ExampleLabs",
        job(1, title="First"),
        job(1, title="Second"),
        {"title": "no id"},
        job(2) | {"id": "a/b"},
        5,
    )
    found = await snapshot(server, BOARD)
    assert [sighting.read().title for sighting in found.sightings] == ["First"]
    assert found.without_key == 3


async def test_a_live_board_without_jobs_is_a_snapshot_of_nothing(server: AshbyServer) -> None:
    server.ashby["ExampleLabs"].body = b'{"apiVersion":"1","jobs":[]}'
    assert (await snapshot(server, BOARD)).sightings == ()


@pytest.mark.parametrize("token", ["Flock Safety", "Flock%20Safety"])
async def test_a_name_keeps_its_case_and_its_space(server: AshbyServer, token: str) -> None:
    server.lists("Flock Safety", job(1))
    assert len((await snapshot(server, f"ashby:{token}")).sightings) == 1
    assert server.requests[0].target.startswith(f"{API}Flock%20Safety?")


async def test_a_board_whose_api_is_off_is_read_from_its_page(server: AshbyServer) -> None:
    shown = page(
        row(1), row(2, isListed=False), row(3, title=" Research Scientist "), {"title": "no id"}, 5
    )
    server.ashby["examplelabs"] = AshbyBoard(None, page=shown)
    del server.ashby["ExampleLabs"]
    found = await snapshot(server, BOARD)
    assert [sighting.read().title for sighting in found.sightings] == [
        "Research Engineer",
        "Research Scientist",
    ]
    assert (found.without_key, found.company, found.note, found.etag, found.status) == (
        2,
        "Example Labs",
        PAGE_NOTE,
        None,
        200,
    )
    assert not any(b"ann@" in sighting.raw for sighting in found.sightings)
    assert [request.target.partition("?")[0] for request in server.requests] == [LIST, ROBOTS, PAGE]
    assert server.requests[-1].target == "/ExampleLabs?embed=js"
    assert server.requests[-1].headers["accept"] == "text/html"


async def test_a_row_of_a_page_is_kept_without_people(server: AshbyServer) -> None:
    server.ashby["ExampleLabs"] = AshbyBoard(
        None, page=page(row(1, recruiter={"name": "Bo Example"}))
    )
    [sighting] = (await snapshot(server, BOARD)).sightings
    assert b"Example Labs" in sighting.keep()
    assert not any(name in sighting.keep() for name in (b"Ann", b"ann@", b"Bo Example"))
    assert sighting.reader(sighting.keep()) == sighting.read()


async def test_a_change_outside_the_stored_fields_moves_no_row(server: AshbyServer) -> None:
    server.ashby["ExampleLabs"] = AshbyBoard(None, page=page(row(1)))
    [before] = (await snapshot(server, BOARD)).sightings
    server.ashby["ExampleLabs"].page = page(dict(reversed(row(1, userRoles=[]).items())))
    [after] = (await snapshot(server, BOARD)).sightings
    assert before.digest == after.digest


async def test_a_page_with_half_a_character_is_read(server: AshbyServer) -> None:
    server.ashby["ExampleLabs"] = AshbyBoard(
        None, page=page(row(1, title="Research \ud83d Engineer"), slug="ExampleLabs")
    )
    [sighting] = (await snapshot(server, BOARD)).sightings
    assert sighting.read().title == "Research \ufffd Engineer"


async def test_a_page_that_lists_nothing_is_a_snapshot_of_nothing(server: AshbyServer) -> None:
    server.ashby["ExampleLabs"] = AshbyBoard(None, page=page())
    assert (await snapshot(server, BOARD)).sightings == ()


@pytest.mark.parametrize(
    "shown",
    [
        None,
        page(slug=None),
        page(row(1), jobBoard=None),
        page(row(1), jobBoard="renamed", organization=None),
    ],
)
async def test_an_unknown_board_is_a_failure_in_words(
    server: AshbyServer, shown: bytes | None
) -> None:
    server.ashby["Acme Inc"] = AshbyBoard(None, page=shown)
    found = await failure(server, "ashby:Acme%20Inc")
    assert (found.reason, found.status) == ("Ashby knows no board Acme Inc", 404)


@pytest.mark.parametrize(
    "shown",
    [
        b"<html><body>Checking your browser</body></html>",
        b"",
        b"<script>window.__appData = null;</script>",
        b"<script>window.__boardData = {}</script>",
        page(row(1)).replace(b'"jobBoard"', b'"board"'),
    ],
)
async def test_a_page_of_another_form_does_not_prove_that_the_board_lives(
    server: AshbyServer, shown: bytes
) -> None:
    server.troubles["/acme"] = Trouble(
        body=shown, status=200, headers={"Content-Type": "text/html"}
    )
    found = await failure(server, "ashby:acme")
    assert (
        found.reason
        == "Ashby knows no board acme: its API answers 404, and its page is of another form"
    )
    assert (found.status, found.unknown) == (404, True)


async def test_a_page_of_404_is_an_unknown_board(server: AshbyServer) -> None:
    server.troubles["/acme"] = Trouble(status=404)
    found = await failure(server, "ashby:acme")
    assert (found.reason, found.status) == ("Ashby knows no board acme", 404)


@pytest.mark.parametrize(
    ("shown", "reason"),
    [
        (
            page(row(1))[:200],
            "the page of the board ExampleLabs cannot be read: its data is cut short or not JSON",
        ),
        (
            b"window.__appData = " + b'{"a":' * 100_000,
            "cannot be read: its data is cut short or not JSON",
        ),
        (page(row(1), jobBoard={"postings": []}), "cannot be read: its data has no list of jobs"),
        (page(slug=None, maintenanceMode=True), "cannot be read: Ashby is down for maintenance"),
        (
            page(row(1), slug="OtherLabs"),
            "the page of the board ExampleLabs shows another board: OtherLabs",
        ),
        (b"\xff" + page(row(1)), "the page of the board ExampleLabs is not UTF-8"),
    ],
)
async def test_a_page_that_cannot_be_read_to_its_end_is_a_failure(
    server: AshbyServer, shown: bytes, reason: str
) -> None:
    server.ashby["ExampleLabs"] = AshbyBoard(None, page=shown)
    found = await failure(server)
    assert reason in found.reason
    assert found.status != 404


async def test_a_page_that_robots_txt_closes_is_not_asked_for(server: AshbyServer) -> None:
    server.ashby["ExampleLabs"] = AshbyBoard(None, page=page(row(1)))
    server.robots = b"User-agent: *\nDisallow: /"
    found = await failure(server)
    closed = f"robots.txt of {server.url.removeprefix('http://')} closes /ExampleLabs to programs"
    assert (found.reason, found.status) == (f"Ashby answers 404 for ExampleLabs, and {closed}", 404)
    assert server.asked(PAGE) == []


async def test_robots_txt_that_answers_500_does_not_hide_that_the_api_knows_no_board(
    server: AshbyServer,
) -> None:
    server.troubles[ROBOTS] = Trouble(status=503)
    found = await failure(server, "ashby:acme")
    assert found.reason.startswith("Ashby answers 404 for acme, and robots.txt of ")
    assert ("answered HTTP 503" in found.reason, found.status, server.asked("/acme")) == (
        True,
        404,
        [],
    )


async def test_robots_txt_is_asked_for_once_for_all_boards_and_checks_of_a_day(
    server: AshbyServer,
) -> None:
    names = ["ashby:one", "ashby:two"]
    for name in names:
        server.ashby[name.removeprefix("ashby:")] = AshbyBoard(
            None, page=page(row(1), slug=name.removeprefix("ashby:"))
        )
    results = await check_boards(server, *names)
    assert len(server.asked(ROBOTS)) == 1
    await check_boards(server, *(BoardRequest(name, notes=results[name].notes) for name in names))
    assert len(server.asked(ROBOTS)) == 1


async def test_an_error_of_the_page_or_robots_txt_is_not_an_unknown_board(
    server: AshbyServer,
) -> None:
    server.ashby["ExampleLabs"] = AshbyBoard(None, page=page(row(1)))
    for path, trouble in (
        (PAGE, Trouble(status=403)),
        (PAGE, Trouble(status=500)),
        (PAGE, Trouble(reset=True)),
        (ROBOTS, Trouble(reset=True)),
    ):
        server.troubles = {path: trouble}
        found = await failure(server)
        assert "knows no board" not in found.reason
        assert found.status != 404
    server.troubles = {PAGE: Trouble(status=500, times=1)}
    server.requests.clear()
    assert len((await snapshot(server, BOARD)).sightings) == 1


@pytest.mark.parametrize(
    ("trouble", "reason", "status"),
    [
        (Trouble(body=b'{"apiVersion":"1","jobs":[{"id":"x"'), "not JSON", 200),
        (Trouble(cut=40), "cut short", None),
        (
            Trouble(
                body=b"<!doctype html><title>Sorry</title>", headers={"Content-Type": "text/html"}
            ),
            "the answer is a web page",
            200,
        ),
        (Trouble(body=b'{"apiVersion":"1","jobs":{}}'), "no list of jobs", 200),
        (Trouble(body=b'{"apiVersion":"1"}'), "no list of jobs", 200),
        (Trouble(body=b"null"), "no list of jobs", 200),
        (Trouble(status=500), "HTTP 500", 500),
        (Trouble(status=403), "HTTP 403", 403),
        (Trouble(status=429, headers={"Retry-After": "600"}), "HTTP 429: too many requests", 429),
        (
            Trouble(status=302, headers={"Location": "https://login.example.org/"}),
            "another host",
            302,
        ),
        (
            Trouble(status=404, body=b"Not Found", headers={"Content-Type": "text/plain"}),
            "Ashby knows no board ExampleLabs",
            404,
        ),
    ],
    ids=[
        "cut JSON",
        "cut answer",
        "web page",
        "jobs are no list",
        "no jobs",
        "null",
        "500",
        "403",
        "429",
        "redirect",
        "404",
    ],
)
async def test_an_api_error_is_a_failure_of_that_board_alone(
    server: AshbyServer, trouble: Trouble, reason: str, status: int | None
) -> None:
    server.troubles[LIST] = trouble
    server.lists("wellrun", job(9))
    results = await check_boards(server, BOARD, "ashby:wellrun")
    found = results[BOARD]
    assert isinstance(found, Failure), found
    assert reason in found.reason
    assert found.status in {status, None}
    assert found.retry_after == (600 if status == 429 else None)
    assert isinstance(results["ashby:wellrun"], Snapshot)
