"""PostgreSQL as a server that comes and goes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from monitor.database.opening import engine_as_is
from monitor.database.schema import upgrade
from monitor.demo.board_server import BoardServer
from tests.support.greenhouse import job
from tests.support.own_postgres import Server, own_server
from tests.support.running import Place, ProcessLog, placed, until
from tests.support.slack_server import TOKEN, SlackServer

pytestmark = pytest.mark.slow  # a server of its own, for half a minute


@pytest.fixture
def server() -> Iterator[Server]:
    with own_server() as server:
        yield server


@pytest.fixture
async def place(
    tmp_path: Path, boards: BoardServer, slack: SlackServer, server: Server
) -> AsyncIterator[Place]:
    with engine_as_is(server.url) as engine:
        upgrade(engine)
    async with placed(Place(tmp_path, boards.url, slack.api_url, TOKEN)) as place:
        place.configure(f'[database]\nurl = "{server.url}"\n')
        yield place


async def test_a_server_that_restarts_is_waited_for_and_nothing_is_lost_or_doubled(
    place: Place, boards: BoardServer, slack: SlackServer, server: Server
) -> None:
    daemon = ProcessLog(await place.start("run"))
    await until(slack.texts)
    slack.hang = 2.0
    slack.break_next("accept_then_timeout")  # the server is down when this message is to be settled
    boards.boards["examplelabs"].jobs.append(job(2, title="Research Engineer, In Flight"))
    await until(lambda: len(slack.texts()) == 2)
    await asyncio.to_thread(server.stop)
    boards.boards["examplelabs"].jobs.append(job(3, title="Research Engineer, Not Stored"))
    await until(
        lambda: (
            daemon.of("ERROR round_failed")
            and daemon.of("ERROR outbox_not_")
            and daemon.of("ERROR lease_not_renewed")
        )
    )
    await asyncio.to_thread(server.start)
    await until(lambda: len(slack.texts()) == 3)
    await until(lambda: server.ask("SELECT DISTINCT state FROM alerts") == [("sent",)])
    assert await daemon.stopped() < 10
    assert daemon.process.returncode == 0
    assert not daemon.of("Traceback")
    assert all("OperationalError: " in line for line in daemon.of(" ERROR "))
    assert [
        title in posted
        for title, posted in zip(("In Flight", "Not Stored"), slack.texts()[1:], strict=True)
    ] == [True, True]
    assert server.ask("SELECT count(*) FROM posting_changes WHERE kind = 'opened'") == [(2,)]
    assert (await place.run("db", "check"))[:2] == (0, "ok\n")


async def test_a_server_that_is_down_at_the_start_is_one_line(place: Place, server: Server) -> None:
    await asyncio.to_thread(server.stop)
    for command in (["run"], ["check"], ["roles"], ["db", "upgrade"]):
        code, out, err = await place.run(*command)
        assert (code, out, len(err.splitlines())) == (2, "", 1), (command, out, err)
        assert err.endswith("; check that the server runs and that its address is right\n")
