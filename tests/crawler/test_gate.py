"""A host that hangs costs a round little: three whole-request timeouts in a row."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import pytest

from crawler.items import BoardRequest, Failure, Probe, Snapshot
from monitor.demo.board_server import BoardServer, Trouble
from tests.support.crawling import check_boards
from tests.support.greenhouse import job

TOKENS = [f"board{number}" for number in range(12)]
BOARDS = [f"greenhouse:{token}" for token in TOKENS]
HANGS = "the host did not answer 3 requests in a row"


@pytest.fixture
async def server() -> AsyncIterator[BoardServer]:
    async with BoardServer() as server:
        for token in TOKENS:
            server.board(token, job(1))
        yield server


async def test_a_host_that_hangs_is_given_up_after_three_timeouts_in_a_row(
    server: BoardServer,
) -> None:
    for token in TOKENS:
        server.troubles[token] = Trouble(hang=30)
    began = time.monotonic()
    results = await check_boards(server, *BOARDS, timeout=2, concurrency=4, delay=0.05)
    # the requests that were sent after the first timeout do not wait for their own
    assert time.monotonic() - began < 3.7
    reasons = [result.reason for result in results.values() if isinstance(result, Failure)]
    timed_out = reasons.count("no whole answer within 2 s")
    assert timed_out in {3, 4}  # the fourth was sent before they were, and may end with them
    assert reasons.count(HANGS) == len(BOARDS) - timed_out
    assert not any(result.held for result in results.values() if isinstance(result, Failure))
    assert len(server.requests) <= 6


async def test_boards_that_hang_one_at_a_time_cost_the_others_nothing(server: BoardServer) -> None:
    for token in TOKENS[::2]:
        server.troubles[token] = Trouble(hang=30)
    results = await check_boards(server, *BOARDS, timeout=0.3, concurrency=1)
    assert [isinstance(results[board], Snapshot) for board in BOARDS] == [False, True] * 6
    assert len(server.requests) == 12


async def test_a_host_whose_bodies_never_end_does_not_count_as_hanging_while_it_begins_to_answer(
    server: BoardServer,
) -> None:
    for token in TOKENS[:5]:
        server.troubles[token] = Trouble(body=b"{" + b" " * 1000, drip=0.1)
    results = await check_boards(server, *BOARDS[:6], timeout=0.3, concurrency=1)
    assert isinstance(results[BOARDS[5]], Snapshot)


async def test_probes_of_a_host_that_hangs_end_too_and_close_nothing(server: BoardServer) -> None:
    known = ("7", "8", "9", "10")
    for token in TOKENS[:4]:
        for key in known:
            server.troubles[f"{token}/{key}"] = Trouble(hang=30)
    began = time.monotonic()
    results = await check_boards(
        server,
        *(BoardRequest(board, known=lambda: known) for board in BOARDS[:4]),
        timeout=2,
        concurrency=4,
    )
    assert time.monotonic() - began < 3.7
    for result in results.values():
        assert isinstance(result, Snapshot)
        assert set(result.probes.values()) == {Probe.SILENT}
