from __future__ import annotations

import asyncio
import gzip
import time
from collections.abc import AsyncIterator

import pytest
from isal import igzip

from crawler.crawl import crawl
from crawler.items import BoardRequest, Failure, Politeness, Probe, Snapshot, Unchanged
from monitor.demo.board_server import BoardServer, Trouble
from tests.support.crawling import BOARD, check_boards, snapshot
from tests.support.greenhouse import job

JSON = {"Content-Type": "application/json"}


@pytest.fixture
async def server() -> AsyncIterator[BoardServer]:
    async with BoardServer() as server:
        server.board("examplelabs", job(1), job(2))
        yield server


async def test_a_board_is_one_request_that_says_who_asks(server: BoardServer) -> None:
    found = await snapshot(server, contact="me@example.org")
    assert [sighting.key for sighting in found.sightings] == ["1", "2"]
    assert found.company == "Example Labs"
    [request] = server.requests
    assert request.target == "/v1/boards/examplelabs/jobs?content=true&pay_transparency=true"
    assert request.headers["user-agent"].endswith("(+me@example.org)")
    assert request.headers["accept-encoding"] == "gzip"


async def test_a_validator_makes_an_unchanged(server: BoardServer) -> None:
    first = await snapshot(server)
    again = await check_boards(server, BoardRequest(BOARD, etag=first.etag))
    assert isinstance(again[BOARD], Unchanged)
    server.boards["examplelabs"].jobs.append(job(3))
    assert len((await snapshot(server, BoardRequest(BOARD, etag=first.etag))).sightings) == 3


@pytest.mark.parametrize(
    "name", ["X-Cache", "ETag", "Last-Modified", "Retry-After", "Content-Type"]
)
async def test_a_header_that_is_no_ascii_costs_nothing_and_is_not_sent_back(
    server: BoardServer, name: str
) -> None:
    server.troubles["examplelabs"] = Trouble(headers={name: '"Zürich"'})
    found = await snapshot(server)
    assert len(found.sightings) == 2
    again = await check_boards(
        server, BoardRequest(BOARD, etag=found.etag, last_modified=found.last_modified)
    )
    assert "Z" not in server.requests[-1].headers.get("if-none-match", "")
    assert not isinstance(again[BOARD], Failure)


async def test_equal_bytes_have_equal_digests_and_others_do_not(server: BoardServer) -> None:
    before = await snapshot(server)
    server.boards["examplelabs"].jobs[1] = job(2, title="Research Scientist")
    after = await snapshot(server)
    assert before.sightings[0].digest == after.sightings[0].digest
    assert before.sightings[1].digest != after.sightings[1].digest


async def test_a_posting_that_is_not_listed_is_probed(server: BoardServer) -> None:
    server.boards["examplelabs"].unlisted = [job(7)]
    found = await snapshot(server, BoardRequest(BOARD, known=lambda: ("7", "8", "1")))
    assert found.probes == {"7": Probe.THERE, "8": Probe.GONE}


async def test_a_probe_without_a_clear_answer_is_silent_and_the_next_ones_are_still_sent(
    server: BoardServer,
) -> None:
    for key in "3456":
        server.troubles[f"examplelabs/{key}"] = Trouble(status=403)
    found = await snapshot(server, BoardRequest(BOARD, known=lambda: tuple("34567")))
    assert found.probes == {**dict.fromkeys("3456", Probe.SILENT), "7": Probe.GONE}


async def test_a_web_page_and_another_posting_are_no_answer_to_a_probe(server: BoardServer) -> None:
    server.troubles["examplelabs/3"] = Trouble(body=b"<html>closed</html>")
    server.troubles["examplelabs/4"] = Trouble(body=b'{"id":5}')
    found = await snapshot(server, BoardRequest(BOARD, known=lambda: ("3", "4")))
    assert set(found.probes.values()) == {Probe.SILENT}


async def test_a_probe_answered_with_bytes_that_are_not_utf8_is_silent(
    server: BoardServer,
) -> None:
    server.troubles["examplelabs/7"] = Trouble(body=b'{"id": "\xcf\xcf"}')
    found = await snapshot(server, BoardRequest(BOARD, known=lambda: ("7",)))
    assert found.probes == {"7": Probe.SILENT}


async def test_a_list_of_more_jobs_than_anybody_has_is_not_believed(server: BoardServer) -> None:
    server.boards["examplelabs"].body = b'{"jobs":[' + b",".join([b'{"id":1}'] * 100_001) + b"]}"
    failure = (await check_boards(server))[BOARD]
    assert isinstance(failure, Failure)
    assert failure.reason == "it lists 100001 jobs, and more than 100000 are not believed"


async def test_a_board_gets_at_most_max_probes(server: BoardServer) -> None:
    known = tuple(str(key) for key in range(100, 120))
    found = await snapshot(server, BoardRequest(BOARD, known=lambda: known), max_probes=5)
    assert tuple(found.probes) == known[:5]


async def test_an_unchanged_board_probes_the_postings_that_were_missing_before(
    server: BoardServer,
) -> None:
    etag = (await snapshot(server)).etag
    request = BoardRequest(
        BOARD, etag=etag, known=lambda: ("1", "2", "9"), missing=frozenset({"9"})
    )
    [result] = (await check_boards(server, request)).values()
    assert isinstance(result, Unchanged)
    assert result.probes == {"9": Probe.GONE}


async def test_the_order_of_two_jobs_with_one_key_changes_nothing(server: BoardServer) -> None:
    twins = [job(1, title="Research Engineer"), job(1, title="Research Engineer, Paris")]
    digests = set()
    for jobs in (twins, twins[::-1]):
        server.boards["examplelabs"].jobs = jobs
        [one] = (await snapshot(server)).sightings
        digests.add(one.digest)
    assert len(digests) == 1


async def test_a_key_that_is_listed_twice_counts_once_and_a_job_without_one_is_counted(
    server: BoardServer,
) -> None:
    server.boards["examplelabs"].jobs = [
        job(1, title="First"),
        job(1, title="Second"),
        {"title": "no id"},
    ]
    found = await snapshot(server)
    assert [sighting.read().title for sighting in found.sightings] == ["First"]
    assert found.without_key == 1


async def test_a_byte_order_mark_is_skipped(server: BoardServer) -> None:
    server.boards["examplelabs"].body = b'\xef\xbb\xbf{"jobs":[],"meta":{"total":0}}'
    assert (await snapshot(server)).sightings == ()


# each worker packs it: Python's own gzip would take half a second
BOMB = igzip.compress(b'{"jobs":[' + b" " * (70 << 20) + b"]}", 1)
PACKED = JSON | {"Content-Encoding": "gzip"}


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (Trouble(status=403), "HTTP 403"),
        (Trouble(status=404), "HTTP 404: no such board"),
        (Trouble(status=410), "HTTP 410"),
        (Trouble(status=500), "HTTP 500"),
        (Trouble(status=503), "HTTP 503"),
        (Trouble(status=204), "HTTP 204"),
        (Trouble(status=304, headers={}), "HTTP 304"),
        (Trouble(hang=9), "no whole answer within"),
        (Trouble(drip=0.5), "no whole answer within"),
        (Trouble(reset=True), "connection was lost"),
        (Trouble(cut=10), "cut short"),
        (Trouble(raw=b"what is this\r\n\r\n"), "connection was lost"),
        (Trouble(body=b"not gzip", headers=PACKED), "gzip"),
        (Trouble(body=gzip.compress(b'{"jobs":[]}')[:-9], headers=PACKED), "gzip"),
        (Trouble(body=BOMB, headers=PACKED), "larger than 64 MB"),
        (Trouble(body=b"{}", headers={"Content-Encoding": "br"}), "packed as br"),
        (Trouble(body=b'{"jobs":null}'), "no list of jobs"),
        (Trouble(body=b'{"jobs":{}}'), "no list of jobs"),
        (Trouble(body=b"[]"), "no list of jobs"),
        (Trouble(body=b"{}"), "no list of jobs"),
        (Trouble(body=b""), "not JSON"),
        (Trouble(body=b"<!doctype html><title>Log in</title>"), "web page"),
        (Trouble(body=b'{"jobs":[{"id":1,"title":"\xff"}]}'), "not UTF-8"),
        (Trouble(body=b'{"jobs":[' + b"[" * 100_000), "deeply|not JSON"),
        (
            Trouble(body=b'{"jobs":[{"id":1}],"meta":{"total":2}}'),
            "lists 1 jobs and says that there are 2",
        ),
        (Trouble(status=302, headers={"Location": "https://login.example.org/"}), "another host"),
        (Trouble(status=302, headers={"Location": "/v1/boards/examplelabs/jobs"}), "redirects"),
        (Trouble(status=302, headers={"Location": "file:///etc/passwd"}), "redirected"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_list_that_cannot_be_read_to_its_end_is_a_failure_of_that_board_alone(
    server: BoardServer, trouble: Trouble, reason: str
) -> None:
    server.troubles["examplelabs"] = trouble
    server.board("wellrun", job(9))
    results = await check_boards(
        server, BoardRequest(BOARD), BoardRequest("greenhouse:wellrun"), timeout=0.7
    )
    failure = results[BOARD]
    assert isinstance(failure, Failure), failure
    assert any(part in failure.reason for part in reason.split("|")), failure.reason
    assert isinstance(results["greenhouse:wellrun"], Snapshot)


async def test_a_port_where_nobody_listens_is_a_failure() -> None:
    async with BoardServer() as server:
        url = server.url
    results = [
        result
        async for result in crawl(
            "greenhouse", [BoardRequest(BOARD)], Politeness(api_url=url, delay=0)
        )
    ]
    assert [getattr(result, "reason", "") for result in results] == [
        "cannot connect to 127.0.0.1: Connection refused"
    ]


async def test_a_passing_error_is_retried(server: BoardServer) -> None:
    server.troubles["examplelabs"] = Trouble(status=500, times=2)
    assert len((await snapshot(server)).sightings) == 2
    assert len(server.asked("examplelabs")) == 3


async def test_a_short_retry_after_is_waited_for_and_a_long_one_is_reported(
    server: BoardServer,
) -> None:
    server.troubles["examplelabs"] = Trouble(status=429, headers={"Retry-After": "1"}, times=1)
    began = time.monotonic()
    await snapshot(server)
    assert time.monotonic() - began >= 1
    server.troubles["examplelabs"] = Trouble(status=429, headers={"Retry-After": "600"})
    failure = (await check_boards(server))[BOARD]
    assert isinstance(failure, Failure)
    assert (failure.status, failure.retry_after) == (429, 600)


async def test_a_host_gets_at_most_concurrency_requests_at_once(server: BoardServer) -> None:
    boards = [f"board{number}" for number in range(9)]
    for board in boards:
        server.board(board, job(1))
        server.troubles[board] = Trouble(hang=0.05)
    await check_boards(
        server, *(BoardRequest(f"greenhouse:{board}") for board in boards), concurrency=2
    )
    assert server.busiest == 2


async def test_requests_to_a_host_keep_the_delay(server: BoardServer) -> None:
    boards = [f"board{number}" for number in range(4)]
    for board in boards:
        server.board(board, job(1))
    await check_boards(
        server, *(BoardRequest(f"greenhouse:{board}") for board in boards), delay=0.3
    )
    starts = [request.at for request in server.requests]
    # without the delay it is hundredths; a busy machine notes the first one late
    assert starts[-1] - starts[0] > 0.3


async def test_closing_the_stream_ends_the_crawl_at_once_and_leaves_nothing_behind(
    server: BoardServer,
) -> None:
    server.board("slow", job(1))
    server.troubles["slow"] = Trouble(hang=30)
    before = asyncio.all_tasks()
    results = crawl(
        "greenhouse",
        [BoardRequest(BOARD), BoardRequest("greenhouse:slow")],
        Politeness(api_url=server.url, delay=0, timeout=60),
    )
    assert isinstance(await anext(results), Snapshot)
    began = time.monotonic()
    await results.aclose()
    assert time.monotonic() - began < 4  # when a crawl is left behind
    await asyncio.sleep(0.1)
    left = {task for task in asyncio.all_tasks() - before if "_converse" not in repr(task)}
    assert left == set()


async def test_a_crawl_of_nothing_gives_nothing() -> None:
    assert [result async for result in crawl("greenhouse", [], Politeness(delay=0))] == []
