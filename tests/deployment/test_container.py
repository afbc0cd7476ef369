"""The daemon as the image runs it: another user, a read-only root, and its health check."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import Engine

from monitor.demo.board_server import BoardServer
from tests.support.databases import DatabasePool
from tests.support.deployment import ours
from tests.support.dockerfile import health_check, stages
from tests.support.greenhouse import job
from tests.support.running import ROLEWATCH, Place, until
from tests.support.sealed import Box, box
from tests.support.sockets import free_port

NOTHING: Mapping[str, str] = {}


@pytest.fixture
def sealed() -> Iterator[Box]:
    with box() as made:
        yield made


@pytest.fixture
async def boards() -> AsyncIterator[BoardServer]:
    async with BoardServer() as server:
        server.board("examplelabs", *(job(key) for key in range(1, 4)))
        yield server


def environ(sealed: Box) -> dict[str, str]:
    """Return the variables of the image, with the box's folders in place of /data and /tmp."""
    image = stages()[1][-1].variables()
    own = {
        name: re.sub(r"^/(data|tmp)\b", rf"{sealed.data.parent}/\1", value)
        for name, value in image.items()
        if name != "PATH"
    }
    inherited = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    return inherited | own | {"HOME": str(sealed.data), "TMPDIR": str(sealed.tmp)}


def probe() -> list[str]:
    """Return the command of HEALTHCHECK with the Python of these tests."""
    python, *rest = health_check()
    assert python == "python"
    return [sys.executable, *rest]


async def asked(
    sealed: Box, command: list[str], more: Mapping[str, str] = NOTHING
) -> tuple[int, str]:
    """Return the exit code of a health check, and what it says."""
    done = await asyncio.to_thread(sealed.run, *command, environ=environ(sealed) | dict(more))
    return done.returncode, done.stderr


async def healthy(sealed: Box, command: list[str], more: Mapping[str, str] = NOTHING) -> None:
    """Wait until the health check passes. Raise AssertionError after two minutes."""
    said = "it was not asked"
    with suppress(TimeoutError):
        async with asyncio.timeout(120):
            while True:
                code, said = await asked(sealed, command, more)
                if code == 0:
                    assert said == ""
                    return
    raise AssertionError(said)


async def started(sealed: Box, boards: BoardServer, more: str = "") -> asyncio.subprocess.Process:
    Place(sealed.data, boards.url, every="1h").configure(more)
    (sealed.data / "rolewatch.toml").chmod(0o644)
    return await spawned(sealed, stages()[1][-1].last("CMD").words, {})


async def spawned(
    sealed: Box, words: list[str], more: dict[str, str]
) -> asyncio.subprocess.Process:
    """Start rolewatch in the box."""
    return await asyncio.create_subprocess_exec(
        *sealed.command(str(ROLEWATCH), *words),
        cwd=sealed.data,
        env=environ(sealed) | more,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


def test_the_box_lets_nothing_else_be_written(sealed: Box) -> None:
    for folder, code in ((sealed.data, 0), (sealed.tmp, 0), (sealed.data.parent, 1)):
        done = sealed.run("touch", str(folder / "file"), environ=environ(sealed))
        assert done.returncode == code, done.stderr


async def test_a_daemon_with_a_read_only_root_is_healthy_and_stops_in_time(
    sealed: Box, boards: BoardServer
) -> None:
    daemon = await started(sealed, boards)
    await healthy(sealed, probe())
    await until(lambda: boards.requests)
    backup = ("db", "backup", str(sealed.data / "backup.db"))
    copied = await asyncio.to_thread(sealed.run, str(ROLEWATCH), *backup, environ=environ(sealed))
    assert copied.returncode == 0, copied.stderr
    daemon.terminate()
    _, errors = await asyncio.wait_for(daemon.communicate(), 10)
    assert daemon.returncode == 0, errors
    assert b"rror" not in errors
    assert {each.name for each in sealed.data.iterdir()} == {
        "rolewatch.toml",
        "rolewatch.db",
        "backup.db",
    }


async def test_a_daemon_that_listens_is_asked_by_http_and_unhealthy_once_killed(
    sealed: Box, boards: BoardServer
) -> None:
    port = free_port()
    daemon = await started(sealed, boards, f'[health]\nlisten = "0.0.0.0:{port}"\n')
    await healthy(sealed, probe())
    daemon.kill()
    await daemon.communicate()
    code, says = await asked(sealed, probe())
    assert code == 1
    assert "does not answer" in says
    assert len(says.splitlines()) == 1


@pytest.mark.slow
async def test_the_page_is_healthy_and_stops_in_time(sealed: Box, made: DatabasePool) -> None:
    made.copy(sealed.data / "rolewatch.db")
    sealed.own(sealed.data / "rolewatch.db")
    Place(sealed.data, "http://127.0.0.1:9")
    (sealed.data / "rolewatch.toml").chmod(0o644)
    listen = f"0.0.0.0:{free_port()}"
    web = ours()["web"]
    words = [word.replace("0.0.0.0:8460", listen) for word in web["command"]]
    probed = [word.replace("127.0.0.1:8460", listen) for word in web["healthcheck"]["test"][2:]]
    secret = {"ROLEWATCH_WEB_PASSWORD": "an-example"}
    refused = await asyncio.to_thread(sealed.run, str(ROLEWATCH), *words, environ=environ(sealed))
    assert refused.returncode == 2
    assert "ROLEWATCH_WEB_PASSWORD" in refused.stderr
    page = await spawned(sealed, words, secret)
    await healthy(sealed, [sys.executable, *probed])
    page.terminate()
    await asyncio.wait_for(page.communicate(), 10)
    assert page.returncode == 0


@pytest.fixture
def reachable(postgres_engine: Engine) -> Iterator[str]:
    """Return the URL of a database that the user of the box may reach, too."""
    folder = Path(str(postgres_engine.url.query.get("host", "")))
    mode = folder.stat().st_mode & 0o777
    if folder.is_absolute():  # it has the server's socket, for the user of the tests alone
        folder.chmod(mode | 0o011)
    yield postgres_engine.url.render_as_string(hide_password=False)
    if folder.is_absolute():
        folder.chmod(mode)


@pytest.mark.slow
async def test_a_worker_is_healthy_with_the_address_of_the_database_alone(
    sealed: Box, reachable: str
) -> None:
    url = {"ROLEWATCH_DATABASE_URL": reachable}
    service = ours()["worker"]
    process = await spawned(sealed, service["command"], url)
    await healthy(sealed, [sys.executable, *service["healthcheck"]["test"][2:]], url)
    process.terminate()
    await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 0
