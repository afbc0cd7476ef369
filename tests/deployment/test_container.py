"""The daemon as the image runs it: another user, a read-only root, and its health check."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator, Iterator

import pytest

from monitor.demo.board_server import BoardServer
from tests.support.dockerfile import health_check, stages
from tests.support.greenhouse import job
from tests.support.running import ROLEWATCH, Place, until
from tests.support.sealed import Box, box
from tests.support.sockets import free_port


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


async def asked(sealed: Box) -> tuple[int, str]:
    """Return the exit code of the health check, and what it says."""
    done = await asyncio.to_thread(sealed.run, *probe(), environ=environ(sealed))
    return done.returncode, done.stderr


async def started(sealed: Box, boards: BoardServer, more: str = "") -> asyncio.subprocess.Process:
    Place(sealed.data, boards.url, every="1h").configure(more)
    (sealed.data / "rolewatch.toml").chmod(0o644)
    return await asyncio.create_subprocess_exec(
        *sealed.command(str(ROLEWATCH), "run"),
        cwd=sealed.data,
        env=environ(sealed),
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
    await until(lambda: boards.requests)
    assert await asked(sealed) == (0, "")
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
    await until(lambda: boards.requests)
    assert await asked(sealed) == (0, "")
    daemon.kill()
    await daemon.communicate()
    code, says = await asked(sealed)
    assert code == 1
    assert "does not answer" in says
    assert len(says.splitlines()) == 1
