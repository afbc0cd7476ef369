from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from random import Random

import pytest

from crawler.crawl import crawl
from crawler.items import BoardRequest, Failure, Snapshot
from crawler.result_stream import ResultStream
from crawler.spiders.greenhouse import GreenhouseSpider
from crawler.spiders.listing import Listing
from crawler.spiders.site import Site
from monitor.demo.board_server import BoardServer, Trouble
from tests.support.crawling import BOARD, check_boards, manners, snapshot
from tests.support.greenhouse import job

OTHER = "greenhouse:wellrun"


@pytest.fixture
async def server() -> AsyncIterator[BoardServer]:
    async with BoardServer() as server:
        server.board("examplelabs", job(1), job(2))
        server.board("wellrun", job(9))
        yield server


def tasks_of_the_crawl() -> set[asyncio.Task[object]]:
    return {
        task
        for task in asyncio.all_tasks()
        if task is not asyncio.current_task() and "BoardServer" not in repr(task)
    }


@pytest.mark.parametrize("moments", [0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89])
async def test_a_crawl_ends_cleanly_whenever_its_reader_is_cancelled(
    server: BoardServer, moments: int
) -> None:
    server.troubles["examplelabs"] = Trouble(hang=30)

    async def read() -> None:
        async for _ in crawl("greenhouse", [BoardRequest(BOARD)], manners(server, timeout=60)):
            pass

    reader = asyncio.create_task(read())
    for _ in range(moments):
        await asyncio.sleep(0)
    began = time.monotonic()
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader
    assert time.monotonic() - began < 4  # when a crawl is left behind
    assert tasks_of_the_crawl() == set()


async def test_a_reader_that_stops_while_boards_wait_for_a_retry_leaves_nothing_behind(
    server: BoardServer,
) -> None:
    server.troubles["examplelabs"] = Trouble(status=429, headers={"Retry-After": "9"})
    results = crawl("greenhouse", [BoardRequest(BOARD), BoardRequest(OTHER)], manners(server))
    assert (await anext(results)).board == OTHER
    await asyncio.wait_for(results.aclose(), 4)
    assert tasks_of_the_crawl() == set()


async def test_a_spider_that_breaks_on_one_board_fails_that_board_alone(
    server: BoardServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    slice_well = GreenhouseSpider.slice

    def break_on_two(self: GreenhouseSpider, body: bytes, site: Site) -> Listing:
        if b'jobs/2"' in body:
            raise ZeroDivisionError
        return slice_well(self, body, site)

    monkeypatch.setattr(GreenhouseSpider, "slice", break_on_two)
    results = await check_boards(server, BOARD, OTHER)
    assert isinstance(results[BOARD], Failure)
    assert isinstance(results[OTHER], Snapshot)


@pytest.mark.parametrize("part", ["start", "__init__"])
async def test_a_crawl_that_breaks_is_a_failure_of_each_of_its_boards(
    server: BoardServer, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(GreenhouseSpider, part, broken)
    results = await check_boards(server, BOARD, OTHER)
    assert {type(result) for result in results.values()} == {Failure}
    assert tasks_of_the_crawl() == set()


async def test_a_board_that_is_asked_for_twice_has_two_results(server: BoardServer) -> None:
    results = [
        result async for result in crawl("greenhouse", [BoardRequest(BOARD)] * 2, manners(server))
    ]
    assert [type(result) for result in results] == [Snapshot, Snapshot]


@pytest.mark.parametrize(
    ("left", "slots", "size"),
    [(9, 2, 0), (2, 9, 0), (9, 9, 250_000)],
    ids=["all slots wait", "no other result can come", "the batch is full"],
)
async def test_snapshots_gather_until_it_is_of_no_use(
    monkeypatch: pytest.MonkeyPatch, left: int, slots: int, size: int
) -> None:
    monkeypatch.setattr("crawler.result_stream._GATHER", 60.0)
    stream, sent = ResultStream(left, slots), Snapshot(BOARD, (), bytes=size)
    async with asyncio.timeout(10), asyncio.TaskGroup() as spiders:
        for _ in range(2):
            spiders.create_task(stream.put(sent))

        assert await stream.get() == [sent, sent]


async def test_a_snapshot_waits_a_moment_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.result_stream._GATHER", 0.001)
    stream, sent = ResultStream(9, 9), Snapshot(BOARD, ())
    async with asyncio.timeout(10), asyncio.TaskGroup() as spiders:
        spiders.create_task(stream.put(sent))

        assert await stream.get() == [sent]


async def test_a_slow_reader_slows_the_crawl_and_fills_no_memory(server: BoardServer) -> None:
    boards = [f"board{number}" for number in range(30)]
    for board in boards:
        server.board(board, job(1))
    results = crawl(
        "greenhouse",
        [BoardRequest(f"greenhouse:{board}") for board in boards],
        manners(server, concurrency=2),
    )
    await anext(results)
    await asyncio.sleep(0.5)
    # one read, one waiting for the reader, two whose turn has not ended, one on its way
    assert len(server.requests) <= 5
    assert len([result async for result in results]) == 29


async def test_a_board_that_waits_for_a_retry_holds_no_other_up(server: BoardServer) -> None:
    server.troubles["examplelabs"] = Trouble(status=503, headers={"Retry-After": "1"}, times=1)
    results = crawl(
        "greenhouse", [BoardRequest(BOARD), BoardRequest(OTHER)], manners(server, concurrency=1)
    )
    assert [result.board async for result in results] == [OTHER, BOARD]


async def test_a_board_that_always_answers_500_fails_within_seconds(server: BoardServer) -> None:
    server.troubles["examplelabs"] = Trouble(status=500, body=b"oops")
    began = time.monotonic()
    failure = (await check_boards(server))[BOARD]
    assert isinstance(failure, Failure)
    assert (failure.reason, failure.status, failure.bytes) == ("HTTP 500", 500, 4)
    assert time.monotonic() - began < 4
    assert len(server.requests) == 3


async def test_a_hanging_request_is_not_retried(server: BoardServer) -> None:
    server.troubles["examplelabs"] = Trouble(hang=9)
    await check_boards(server, timeout=0.3)
    assert len(server.requests) == 1


async def test_probes_count_among_the_requests_at_once_and_keep_the_delay(
    server: BoardServer,
) -> None:
    for path in ("examplelabs", "wellrun", "examplelabs/5", "wellrun/5"):
        server.troubles[path] = Trouble(hang=0.1)
    known = ("5", "6", "7")
    await check_boards(
        server,
        BoardRequest(BOARD, known=lambda: known),
        BoardRequest(OTHER, known=lambda: known),
        concurrency=1,
        delay=0.05,
    )
    starts = [request.at for request in server.requests]
    assert len(starts) == 8
    assert server.busiest == 1
    assert starts[-1] - starts[0] > 7 * 0.05 - 0.03


async def test_the_delay_holds_from_the_first_request_on(server: BoardServer) -> None:
    for _ in range(3):  # each crawl has a session of its own, whose first request takes longest
        before = len(server.requests)
        await check_boards(server, BOARD, OTHER, concurrency=4, delay=0.25)
        starts = [request.at for request in server.requests[before:]]
        first, second = starts
        assert second - first > 0.24


async def test_a_failed_probe_is_not_retried_and_a_failed_board_is_not_probed(
    server: BoardServer,
) -> None:
    server.troubles["examplelabs/7"] = Trouble(status=500)
    await snapshot(server, BoardRequest(BOARD, known=lambda: ("7",)))
    assert len(server.asked("examplelabs/7")) == 1
    server.troubles["examplelabs"] = Trouble(status=403)
    await check_boards(server, BoardRequest(BOARD, known=lambda: ("8",)))
    assert server.asked("examplelabs/8") == []


async def test_names_in_addresses_are_quoted(server: BoardServer) -> None:
    await check_boards(server, "greenhouse:../a?b#d")
    assert server.requests[0].target.startswith("/v1/boards/..%2Fa%3Fb%23d/jobs?")


async def test_scrapy_says_nothing_and_leaves_the_log_as_it_is(
    server: BoardServer, caplog: pytest.LogCaptureFixture
) -> None:
    root = logging.getLogger()
    handlers = list(root.handlers)
    server.troubles["wellrun"] = Trouble(cut=10)
    with caplog.at_level(logging.INFO):
        await check_boards(server, BOARD, OTHER)
    assert [
        record.getMessage() for record in caplog.records if not record.name.startswith("asyncio")
    ] == []
    assert list(root.handlers) == handlers


async def test_no_user_without_a_contact_is_made_up(server: BoardServer) -> None:
    await check_boards(server)
    assert server.requests[0].headers["user-agent"].startswith("rolewatch/")
    assert "(" not in server.requests[0].headers["user-agent"]


async def test_a_large_body_is_read_whole_or_fails_as_a_small_one_does(server: BoardServer) -> None:
    noise = Random(1)
    jobs = [job(key, content=noise.randbytes(10_000).hex()) for key in range(1, 61)]
    server.board("large", *jobs)
    found = await snapshot(server, "greenhouse:large")
    assert (found.seen, found.bytes > 300_000) == (60, True)
    server.troubles["large"] = Trouble(
        body=noise.randbytes(300_000), headers={"Content-Encoding": "gzip"}
    )
    [failure] = (await check_boards(server, "greenhouse:large")).values()
    assert isinstance(failure, Failure)
    assert failure.reason == "the answer's gzip is broken"
