"""A full disk under a running daemon: each job logs it, nothing is lost, and work resumes."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from monitor.demo.board_server import BoardServer
from tests.support.full_disk import Disk, disk
from tests.support.greenhouse import job
from tests.support.running import Place, ProcessLog, placed, until
from tests.support.slack_server import TOKEN, SlackServer

pytestmark = pytest.mark.slow  # whole programs, most of the time waiting

ROUND, LEASE = "ERROR round_failed", "ERROR lease_not_renewed"
OUTBOX = "ERROR outbox_not_written"


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Disk]:
    with disk(tmp_path) as made:
        yield made


@pytest.fixture
async def place(full: Disk, boards: BoardServer, slack: SlackServer) -> AsyncIterator[Place]:
    async with placed(Place(full.folder, boards.url, slack.api_url, TOKEN)) as place:
        yield place


async def test_a_full_disk_is_a_line_a_job_and_loses_and_doubles_nothing(
    place: Place, boards: BoardServer, slack: SlackServer, full: Disk
) -> None:
    daemon = ProcessLog(await place.start("run"))
    pid = daemon.process.pid
    await until(slack.texts)
    slack.hang = 1.0
    slack.break_next("accept_then_timeout")  # the disk is full when this message is to be settled
    boards.boards["examplelabs"].jobs.append(job(2, title="Research Engineer, In Flight"))
    await until(lambda: len(slack.texts()) == 2)
    full.fill(pid)
    boards.boards["examplelabs"].jobs.append(job(3, title="Research Engineer, Not Stored"))
    await until(lambda: daemon.of(ROUND) and daemon.of(LEASE) and daemon.of(OUTBOX))
    full.free(pid)
    await until(lambda: len(slack.texts()) == 3)
    await until(lambda: place.ask("SELECT DISTINCT state FROM alerts") == [("sent",)])
    await until(lambda: len(daemon.of("database_recovered")) == 3)
    assert await daemon.stopped() < 10
    assert daemon.process.returncode == 0
    assert [len(daemon.of(event)) for event in (ROUND, LEASE, OUTBOX)] == [1, 1, 1]
    reasons = {line.partition(" reason=")[2].strip() for line in daemon.lines if " ERROR " in line}
    assert reasons == {
        '"OperationalError: database or disk is full"'
        if full.own
        else '"OperationalError: disk I/O error"'
    }
    assert not daemon.of("Traceback")
    assert [
        title in text
        for title, text in zip(("In Flight", "Not Stored"), slack.texts()[1:], strict=True)
    ] == [True, True]
    assert place.ask("SELECT count(*) FROM posting_changes WHERE kind = 'opened'") == [(2,)]
    assert (await place.run("db", "check"))[:2] == (0, "ok\n")


async def test_a_message_that_cannot_be_claimed_for_a_full_disk_is_not_sent_until_it_can(
    place: Place, boards: BoardServer, slack: SlackServer, full: Disk
) -> None:
    daemon = ProcessLog(await place.start("run"))
    await until(slack.texts)
    slack.wait = 2
    slack.break_next("429")  # it waits for its time, which comes when the disk is full
    boards.boards["examplelabs"].jobs.append(job(2, title="Research Engineer, Waiting"))
    await until(
        lambda: place.ask("SELECT 1 FROM delivery WHERE state = 'pending' AND attempts = 1")
    )
    asked = slack.calls["chat.postMessage"]
    full.fill(daemon.process.pid)
    await until(lambda: daemon.of(OUTBOX))
    assert slack.calls["chat.postMessage"] == asked
    full.free(daemon.process.pid)
    await until(lambda: place.ask("SELECT DISTINCT state FROM alerts") == [("sent",)])
    assert len(slack.texts()) == 2
    assert await daemon.stopped() < 10
    assert not daemon.of("Traceback")


async def test_a_command_on_a_full_disk_ends_with_one_line(place: Place, full: Disk) -> None:
    assert (await place.run("check"))[0] == 0
    full.fill(os.getpid())  # a limit that stands in for a full disk is inherited
    process = await place.start("check")
    if not full.own:
        full.free(os.getpid())
    out, err = (output.decode() for output in await asyncio.wait_for(process.communicate(), 60))
    assert (process.returncode, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert f"{full.folder}/rolewatch.db cannot be used: " in err
    assert any(
        words in err
        for words in (
            "database or disk is full; free some space on its disk",
            "disk I/O error; check its disk",
        )
    )
