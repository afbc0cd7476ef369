"""A host that asks to be left alone is left alone: by all its boards, by probes, and in later crawls."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crawler.crawl import crawl
from crawler.holds import Holds
from crawler.items import BoardRequest, Failure, Probe, Snapshot
from crawler.responses import Unusable
from monitor.demo.board_server import BoardServer, Trouble
from tests.support.crawling import BOARD, look, manners
from tests.support.greenhouse import job


@pytest.fixture
async def server() -> AsyncIterator[BoardServer]:
    async with BoardServer() as server:
        yield server


async def test_twenty_boards_of_one_host_wait_together(server: BoardServer) -> None:
    tokens = [f"board{number}" for number in range(20)]
    for token in tokens:
        server.board(token, job(1))
        server.troubles[token] = Trouble(status=429, headers={"Retry-After": "1"}, times=1)
    results = await look(server, *(f"greenhouse:{token}" for token in tokens), concurrency=2)
    began = server.requests[0].at
    assert sum(request.at < began + 0.9 for request in server.requests) <= 2
    assert sum(isinstance(result, Snapshot) for result in results.values()) >= 1


async def test_a_probe_that_is_told_to_wait_is_the_last(server: BoardServer) -> None:
    server.board("examplelabs", job(1))
    for key in "789":
        server.troubles[f"examplelabs/{key}"] = Trouble(status=429, headers={"Retry-After": "60"})
    result = (await look(server, BoardRequest(BOARD, known=lambda: ("7", "8", "9"))))[BOARD]
    assert isinstance(result, Snapshot)
    assert set(result.probes.values()) == {Probe.SILENT}
    assert [request.path for request in server.requests] == ["examplelabs", "examplelabs/7"]


async def test_a_later_crawl_of_the_same_process_waits_too(server: BoardServer) -> None:
    server.board("examplelabs", job(1))
    server.board("other", job(2))
    server.troubles["examplelabs"] = Trouble(status=503, headers={"Retry-After": "7200"})
    holds = Holds()
    for board in (BOARD, "greenhouse:other"):
        [result] = [result async for result in crawl("greenhouse", [BoardRequest(board)], manners(server), holds)]
        assert isinstance(result, Failure)
        assert result.status == 503
        assert result.retry_after == pytest.approx(7200, abs=5)
    assert [request.path for request in server.requests] == ["examplelabs"]


def test_the_longest_wait_that_a_host_asked_for_holds_until_it_is_over() -> None:
    now = 100.0
    holds = Holds(clock=lambda: now)
    for seconds in (60.0, 5.0):
        holds.note("https://boards.example/a", Unusable("HTTP 429", status=429, retry_after=seconds))
    holds.check("https://other.example/a")
    now = 130.0
    with pytest.raises(Unusable, match="wait 30 s more") as raised:
        holds.check("https://boards.example/b")
    assert raised.value.retry_after == 30
    now = 160.0
    holds.check("https://boards.example/b")


@pytest.mark.parametrize("trouble", [Unusable("HTTP 500", status=500, retry_after=60), Unusable("HTTP 429", status=429)])
def test_no_other_answer_holds_a_host(trouble: Unusable) -> None:
    holds = Holds()
    holds.note("https://boards.example/a", trouble)
    holds.check("https://boards.example/a")
