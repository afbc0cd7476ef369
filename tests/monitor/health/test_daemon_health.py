"""The daemon's health, asked from outside."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from monitor.demo.board_server import BoardServer
from tests.support.databases import DatabasePool
from tests.support.greenhouse import job
from tests.support.running import Place, stopped, until
from tests.support.sockets import free_port, service


@pytest.fixture
async def place(tmp_path: Path, made: DatabasePool) -> AsyncIterator[Place]:
    made.copy(tmp_path / "rolewatch.db")
    async with BoardServer() as boards:
        boards.board("examplelabs", *(job(key) for key in range(1, 4)))
        place = Place(tmp_path, boards.url, every="1h")
        yield place
        place.kill_all()


async def get(url: str) -> tuple[int, str]:
    try:
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            return answer.status, await answer.text()
    except aiohttp.ClientError:
        return 0, ""


async def test_a_daemon_says_how_it_is(place: Place) -> None:
    listen = f"127.0.0.1:{free_port()}"
    async with service() as (heartbeat, asked):
        health = (
            f'[health]\nlisten = "{listen}"\nheartbeat_url = "{heartbeat.get_secret_value()}"\n'
        )
        place.configure(f'{health}[log]\nformat = "json"\n')
        daemon = await place.start("run")
        await until(lambda: asked)
        assert await get(f"http://{listen}/healthz") == (200, "ok\n")
        _, metrics = await get(f"http://{listen}/metrics")
        daemon.terminate()
        _, err = await daemon.communicate()
    assert 'rolewatch_checks_total{result="snapshot"} 1.0' in metrics
    lines = [json.loads(line) for line in err.decode().splitlines()]
    [read] = [line for line in lines if line["event"] == "board_checked"]
    counts = {
        name: read[name]
        for name in ("level", "board", "result", "seen", "opened", "revised", "closed", "reopened")
    }
    nothing = {"opened": 0, "revised": 0, "closed": 0, "reopened": 0}
    assert (
        counts
        == {"level": "info", "board": "greenhouse:examplelabs", "result": "snapshot", "seen": 3}
        | nothing
    )
    assert read["seconds"] >= 0


async def test_a_daemon_whose_address_is_taken_ends_with_one_line(place: Place) -> None:
    place.configure(f'[health]\nlisten = "{place.boards.removeprefix("http://")}"\n')
    code, _, err = await place.run("run")
    assert code == 2
    assert "cannot be listened on" in err.splitlines()[-1]
    assert place.ask("SELECT stopped_at IS NOT NULL FROM lease") == [(1,)]


async def test_an_address_that_cannot_be_taken_up_leaves_the_old_configuration_in_force(
    place: Place,
) -> None:
    listen = f"127.0.0.1:{free_port()}"
    place.configure(f'[health]\nlisten = "{listen}"\n')
    daemon = await place.start("run")
    await until(lambda: place.ask("SELECT 1 FROM board_check"))
    place.configure(f'[health]\nlisten = "{place.boards.removeprefix("http://")}"\n')
    await until(
        lambda: place.ask("SELECT 1 FROM alerts WHERE why LIKE '%configuration was refused'")
    )
    assert (await get(f"http://{listen}/healthz"))[0] == 200
    assert await stopped(daemon) < 10
