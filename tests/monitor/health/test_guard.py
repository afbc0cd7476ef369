"""The health server and the heartbeat, over real sockets."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, text
from structlog.testing import capture_logs

from crawler.items import Failure
from monitor.config.model import HealthSettings, Settings
from monitor.errors import UserError
from monitor.health.guard import HealthMonitor
from monitor.health.heartbeat import notify, ping
from tests.support.boards import BOARD, posting, snapshot
from tests.support.history import History, settings
from tests.support.running import until
from tests.support.sockets import free_port, service


@pytest.fixture
def engine(sqlite_engine: Engine) -> Engine:
    """Of one kind: nothing here depends on the database."""
    return sqlite_engine


def listening(**more: SecretStr) -> Settings:
    return settings(health=HealthSettings(f"127.0.0.1:{free_port()}", **more))


@asynccontextmanager
async def guarded(engine: Engine, configured: Settings) -> AsyncIterator[HealthMonitor]:
    guard = HealthMonitor(engine, lambda: datetime.now(UTC), lambda _: None, configured)
    await guard.start()
    yield guard
    await guard.stop()


async def get(configured: Settings, path: str) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://{configured.health.listen}{path}") as answer,
    ):
        return answer.status, await answer.text()


async def test_all_is_well_until_it_is_not(engine: Engine) -> None:
    configured = listening()
    async with guarded(engine, configured) as guard:
        assert await get(configured, "/healthz") == (200, "ok\n")
        await until(lambda: guard.watchdog.checked_at)
        guard.watchdog.late = {"rounds": ["greenhouse:deepmind is due"]}
        assert await get(configured, "/healthz") == (
            503,
            "rounds late: greenhouse:deepmind is due\n",
        )
        assert (await get(configured, "/nothing"))[0] == 404


async def test_metrics_are_served(engine: Engine) -> None:
    configured = listening()
    async with guarded(engine, configured):
        status, text = await get(configured, "/metrics")
    assert status == 200
    assert 'rolewatch_boards{state="ok"} 0.0' in text


async def test_without_its_library_metrics_are_one_line(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "monitor.health.metrics", None)
    configured = listening()
    with capture_logs() as logs:
        async with guarded(engine, configured):
            status, text = await get(configured, "/metrics")
            assert (await get(configured, "/healthz"))[0] == 200
    assert (status, text) == (
        501,
        "metrics need the extra `metrics`: pip install 'rolewatch[metrics]'\n",
    )
    assert any("rolewatch[metrics]" in str(line) for line in logs)


async def test_an_address_that_is_taken_is_one_line(engine: Engine) -> None:
    configured = listening()
    async with guarded(engine, configured):
        with pytest.raises(
            UserError,
            match=r"^health\.listen: 127.0.0.1:\d+ cannot be listened on: "
            r"Address already in use; choose another host or port$",
        ):
            async with guarded(engine, configured):
                pass


async def test_a_changed_address_is_taken_up_and_one_that_cannot_be_had_is_not(
    engine: Engine,
) -> None:
    first, second = listening(), listening()
    async with guarded(engine, first) as guard:
        await guard.reconfigure(second)
        assert (await get(second, "/healthz"))[0] == 200
        with pytest.raises(aiohttp.ClientConnectionError):
            await get(first, "/healthz")
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            with pytest.raises(UserError):
                await guard.reconfigure(
                    settings(health=HealthSettings(f"127.0.0.1:{taken.getsockname()[1]}"))
                )
        assert (await get(second, "/healthz"))[0] == 200
        await guard.reconfigure(settings())
        with pytest.raises(aiohttp.ClientConnectionError):
            await get(second, "/healthz")


async def test_a_round_that_read_a_board_gives_a_sign_of_life(engine: Engine) -> None:
    history = History(engine, settings(boards=(BOARD, "greenhouse:otherworks")))
    async with service() as (url, asked):
        configured = replace(history.settings, health=HealthSettings(heartbeat_url=url))
        async with guarded(engine, configured) as guard:
            await until(lambda: guard.watchdog.checked_at)
            history.check(Failure(BOARD, "HTTP 500", 500))
            guard.round_ended(1)
            history.check(
                Failure(BOARD, "HTTP 500", 500),
                replace(snapshot([posting()]), board="greenhouse:otherworks"),
            )
            guard.watchdog.late = {"delivery": ["slack:#roles"]}
            guard.round_ended(2)
            guard.watchdog.late = {}
            assert asked == []
            guard.round_ended(2)
            await until(lambda: asked)
        assert asked == ["/s3cr3t-ping"]


async def test_a_service_that_does_not_answer_is_a_line_without_its_address() -> None:
    async with service(status=500) as (url, _):
        with capture_logs() as logs:
            assert not await ping(url)
            assert not await ping(SecretStr(f"http://127.0.0.1:{free_port()}/s3cr3t-ping"))
    assert [line["event"] for line in logs] == ["heartbeat_failed"] * 2
    assert "s3cr3t" not in str(logs)
    assert "127.0.0.1" not in str(logs)


async def test_systemd_hears_that_we_live(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.health.guard.CHECK_EVERY", 0.01)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        async with guarded(engine, settings()):
            words = {
                await asyncio.wait_for(asyncio.get_running_loop().sock_recv(systemd, 99), 30)
                for _ in range(2)
            }
            assert words == {b"READY=1", b"WATCHDOG=1"}
    notify("READY=1", {})
    notify("READY=1", {"NOTIFY_SOCKET": str(tmp_path / "gone")})


async def test_a_fault_of_the_watchdog_ends_nothing(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.health.guard.CHECK_EVERY", 0.01)
    checks = []

    def stumble(_: Settings) -> None:
        checks.append(1)
        raise ValueError

    configured = listening()
    async with guarded(engine, configured) as guard:
        monkeypatch.setattr(guard.watchdog, "check", stumble)
        await until(lambda: len(checks) > 2)
        assert (await get(configured, "/healthz"))[0] == 200


async def test_metrics_of_a_database_that_does_not_answer_are_one_line(engine: Engine) -> None:
    configured = listening()
    async with guarded(engine, configured) as guard:
        await until(lambda: guard.watchdog.checked_at)
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE check_round RENAME TO gone"))
        assert await get(configured, "/metrics") == (503, "the database does not answer\n")
