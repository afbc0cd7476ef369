"""Whole answers from the server to the postings, hand-written and, where they are, real."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from crawler.items import Snapshot
from monitor.demo.board_server import BoardServer
from tests.support.crawling import check_boards, plain, snapshot
from tests.support.places import ROOT

OURS = ROOT / "tests" / "recordings" / "greenhouse"
SHARED = ROOT.parent / "shared" / "recordings"


@pytest.fixture
async def server() -> AsyncIterator[BoardServer]:
    async with BoardServer() as server:
        yield server


async def test_a_recorded_board_gives_the_postings_expected_of_it(server: BoardServer) -> None:
    server.board("examplelabs").body = (OURS / "examplelabs.json").read_bytes()
    found = await snapshot(server)
    assert found.company == "Example Labs"
    assert [plain(sighting.read()) for sighting in found.sightings] == json.loads(
        (OURS / "examplelabs.expected.json").read_text()
    )


async def test_a_stored_raw_job_names_nobody_and_reads_the_same(
    server: BoardServer,
) -> None:
    server.board("examplelabs").body = (OURS / "examplelabs.json").read_bytes()
    for sighting in (await snapshot(server)).sightings:
        kept = sighting.keep()
        assert not any(name in kept for name in (b"Ann", b"ann@", b"Bo"))
        assert sighting.reader(kept) == sighting.read()


def lists_of(*files: Path) -> dict[str, bytes]:
    """Every recorded list by a token; where a publisher trimmed one, its total is corrected."""
    found: dict[str, bytes] = {}
    for file in files:
        body = file.read_bytes()
        answer = json.loads(body)
        jobs = answer.get("jobs") if isinstance(answer, dict) else None
        if not isinstance(jobs, list):
            continue
        total = (answer.get("meta") or {}).get("total")
        if total != len(jobs):
            body = json.dumps({"jobs": jobs, "meta": {"total": len(jobs)}}).encode()
        found[f"board{len(found)}"] = body
    return found


def our_lists() -> dict[str, bytes]:
    return lists_of(*OURS.glob("*.json"), *OURS.parent.glob("series/greenhouse-examplelabs/*.json"))


def real_lists() -> dict[str, bytes]:
    return lists_of(
        *SHARED.glob("greenhouse/**/*.json"),
        *SHARED.glob("timeseries/greenhouse-luno_content/*.json"),
    )


@pytest.mark.parametrize(
    ("lists_", "least"),
    [(our_lists, 25), pytest.param(real_lists, 3000, marks=pytest.mark.needs(SHARED))],
)
async def test_every_job_of_every_list_is_sighted_and_can_be_read(
    server: BoardServer, lists_: Callable[[], dict[str, bytes]], least: int
) -> None:
    lists = lists_()
    for token, body in lists.items():
        server.board(token).body = body
    results = await check_boards(server, *(f"greenhouse:{token}" for token in lists), timeout=30)
    count = 0
    for token, body in lists.items():
        result = results[f"greenhouse:{token}"]
        assert isinstance(result, Snapshot), result
        assert (len(result.sightings), result.without_key) == (len(json.loads(body)["jobs"]), 0)
        for sighting in result.sightings:
            assert sighting.read().key == sighting.key
            assert b'"value_type":"user"' not in sighting.keep().replace(b" ", b"")
        count += len(result.sightings)
    assert count >= least
