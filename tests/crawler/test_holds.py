"""A host that asks to wait is left alone: by all its boards, by probes and in later crawls."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from crawler.crawl import crawl
from crawler.holds import Holds
from crawler.items import BoardRequest, Failure, Probe, Snapshot
from crawler.responses import BadResponse
from monitor.demo.board_server import BoardServer, Trouble
from tests.support.crawling import BOARD, check_boards, manners
from tests.support.greenhouse import job

_URL = "https://boards.example/a"


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def server() -> AsyncIterator[BoardServer]:
    async with BoardServer() as server:
        yield server


async def test_boards_of_one_host_wait_together(server: BoardServer) -> None:
    tokens = [f"board{number}" for number in range(6)]
    for token in tokens:
        server.board(token, job(1))
        server.troubles[token] = Trouble(status=429, headers={"Retry-After": "1"}, times=1)
    results = await check_boards(
        server, *(f"greenhouse:{token}" for token in tokens), concurrency=2
    )
    began = server.requests[0].at
    assert sum(request.at < began + 0.9 for request in server.requests) <= 2
    assert sum(isinstance(result, Snapshot) for result in results.values()) >= 1


async def test_a_probe_that_must_wait_is_the_last(server: BoardServer) -> None:
    server.board("examplelabs", job(1))
    for key in "789":
        server.troubles[f"examplelabs/{key}"] = Trouble(status=429, headers={"Retry-After": "60"})
    result = (await check_boards(server, BoardRequest(BOARD, known=lambda: ("7", "8", "9"))))[BOARD]
    assert isinstance(result, Snapshot)
    assert set(result.probes.values()) == {Probe.SILENT}
    assert [request.path for request in server.requests] == ["examplelabs", "examplelabs/7"]


async def test_a_later_crawl_of_the_same_process_waits_too(server: BoardServer) -> None:
    server.board("examplelabs", job(1))
    server.board("other", job(2))
    server.troubles["examplelabs"] = Trouble(status=503, headers={"Retry-After": "7200"})
    holds = Holds()
    for board in (BOARD, "greenhouse:other"):
        [result] = [
            result
            async for result in crawl("greenhouse", [BoardRequest(board)], manners(server), holds)
        ]
        assert isinstance(result, Failure)
        assert result.status == 503
        assert result.retry_after == pytest.approx(7200, abs=5)
        assert result.held == (board != BOARD)
        reason = result.reason
    assert reason == "127.0.0.1 answered HTTP 503 and is left alone for 120 min more"
    assert [request.path for request in server.requests] == ["examplelabs"]


async def test_queued_requests_do_not_go_out_after_a_429(
    server: BoardServer,
) -> None:
    tokens = [f"board{number}" for number in range(8)]
    for token in tokens:
        server.board(token, job(1))
    server.troubles[tokens[0]] = Trouble(status=429, headers={"Retry-After": "2"}, times=1)
    results = await check_boards(
        server, *(f"greenhouse:{token}" for token in tokens), concurrency=4, delay=0.2
    )
    began = server.requests[0].at
    early = [request.path for request in server.requests if request.at < began + 1.9]
    # the second was on its way where the first answer took long; four were in the queue
    assert early in (tokens[:1], tokens[:2])
    # a board that only waited has all its tries left
    assert {type(result) for result in results.values()} == {Snapshot}


@pytest.mark.parametrize("status", [429, 503])
async def test_a_host_that_does_not_say_how_long_is_left_alone_for_a_minute(
    server: BoardServer, status: int
) -> None:
    tokens = [f"board{number}" for number in range(20)]
    for token in tokens:
        server.troubles[token] = Trouble(status=status)
    results = await check_boards(
        server, *(f"greenhouse:{token}" for token in tokens), concurrency=2, delay=0.05
    )
    assert len(server.requests) <= 2
    asked = {request.path for request in server.requests}
    for token in tokens:
        failure = results[f"greenhouse:{token}"]
        assert isinstance(failure, Failure)
        assert failure.held == (token not in asked)
        assert failure.retry_after == pytest.approx(60, abs=5)


async def test_a_robots_txt_of_503_holds_its_host_too(server: BoardServer) -> None:
    server.troubles["/robots.txt"] = Trouble(status=503, headers={"Retry-After": "60"})
    server.troubles["acme"] = Trouble(status=404)
    holds = Holds()
    results = [
        result
        async for result in crawl("ashby", [BoardRequest("ashby:acme")], manners(server), holds)
    ]
    assert [type(result) for result in results] == [Failure]
    assert holds.left(server.url) == pytest.approx(60, abs=5)


def test_the_longest_wait_that_a_host_asked_for_holds_until_it_is_over() -> None:
    clock = Clock(100.0)
    holds = Holds(clock)
    for seconds in (60.0, 5.0):
        holds.answered("https://boards.example/a", 429, seconds)
    holds.check("https://other.example/a")
    clock.now = 130.0
    with pytest.raises(BadResponse, match="left alone for 30 s more") as raised:
        holds.check("https://boards.example:443/b")
    assert (raised.value.retry_after, raised.value.held) == (30, True)
    clock.now = 160.0
    holds.check("https://boards.example/b")


def test_a_host_that_asks_to_wait_again_is_left_alone_for_longer_up_to_an_hour() -> None:
    clock = Clock()
    holds = Holds(clock)
    waits = []
    for _ in range(9):
        for _ in range(4):  # a burst that was on the wire together
            holds.answered(_URL, 429, None)
        holds.answered(_URL, 200, None)  # it was on the wire with them
        waits.append(holds.left(_URL))
        clock.now += waits[-1]
    assert waits == [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]
    holds.answered(_URL, 200, None)
    holds.answered(_URL, 503, 0.0)
    assert holds.left(_URL) == 60


def test_no_other_answer_holds_a_host() -> None:
    holds = Holds()
    for status in (200, 304, 403, 404, 500, 502):
        holds.answered(_URL, status, 60)
        holds.check(_URL)


def test_no_hold_names_a_password() -> None:
    holds = Holds()
    holds.answered("https://me:secret@boards.example/a", 429, 60)
    assert list(holds.unsaved()) == ["boards.example:443"]
    with pytest.raises(
        BadResponse, match=r"^boards\.example answered HTTP 429 and is left alone for 60 s more$"
    ):
        holds.check("https://me:secret@boards.example/b")


def test_holds_are_handed_on_to_the_next_process() -> None:
    clock = Clock()
    before, after = Holds(clock), Holds(clock)
    before.answered(_URL, 429, None)
    unsaved = before.unsaved()
    before.mark_saved(unsaved)
    assert before.unsaved() == {}
    for host, hold in unsaved.items():
        after.restore(host, hold.until, hold.status, hold.repeats)
    assert (after.left(_URL), after.unsaved()) == (60, {})
    clock.now = 60
    after.answered(_URL, 429, None)
    assert (after.left(_URL), len(after.unsaved())) == (120, 1)
