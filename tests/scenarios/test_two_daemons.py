"""Two containers of one host name on one database: each daemon is process 1 of its own pid namespace."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from monitor.demo.board_server import BoardServer
from tests.support.greenhouse import job
from tests.support.places import ROOT
from tests.support.running import Place, until
from tests.support.slack_server import TOKEN, SlackServer

CONTENDER = "tests.support.contender"
UNSHARE = ["unshare", "--pid", "--fork", "--kill-child"]


def can_unshare() -> bool:
    """Does this machine let us make pid namespaces? Where not, the processes are told that they are in different ones."""
    try:
        return subprocess.run([*UNSHARE, "true"], check=False, capture_output=True).returncode == 0
    except OSError:
        return False


class Contender:
    """A daemon in a pid namespace of its own."""

    def __init__(self, process: Process, *, inside: bool) -> None:
        self.process, self._inside = process, inside

    @classmethod
    async def start(cls, place: Place, name: str) -> Contender:
        inside = can_unshare()
        command = [
            *(UNSHARE if inside else []),
            sys.executable,
            "-m",
            CONTENDER,
            "-" if inside else name,
            "--config",
            str(place.config),
            "run",
        ]
        environ = dict(os.environ) | {"SLACK_BOT_TOKEN": TOKEN, "PYTHONPATH": str(ROOT)}
        process = await asyncio.create_subprocess_exec(
            *command, env=environ, cwd=place.folder, stdout=PIPE, stderr=PIPE
        )
        place.processes.append(process)
        return cls(process, inside=inside)

    def send(self, number: signal.Signals) -> None:
        pid = self.process.pid
        if self._inside:
            pid = int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])
        os.kill(pid, number)

    async def freeze(self, place: Place) -> None:
        """Stop it where it stands, though not in a transaction of SQLite's, which nobody could end but itself."""
        while True:
            self.send(signal.SIGSTOP)
            try:
                with closing(
                    sqlite3.connect(
                        place.folder / "rolewatch.db", timeout=0.2, isolation_level=None
                    )
                ) as other:
                    other.execute("BEGIN IMMEDIATE")
                    other.execute("ROLLBACK")
            except sqlite3.OperationalError:
                self.send(signal.SIGCONT)
                await asyncio.sleep(0.05)
            else:
                return

    async def ended(self) -> tuple[int, str]:
        """Its exit code, and what it said."""
        _, err = await asyncio.wait_for(self.process.communicate(), 60)
        return self.process.returncode or 0, err.decode()


@pytest.fixture
async def place(tmp_path: Path, boards: BoardServer, slack: SlackServer) -> AsyncIterator[Place]:
    place = Place(tmp_path, boards.url, slack.api_url, TOKEN)
    yield place
    place.kill_all()
    for process in place.processes:
        await process.wait()


def holder(place: Place) -> object:
    """The random word of the daemon that has the database."""
    found = place.ask(
        "SELECT holder FROM lease WHERE stopped_at IS NULL AND expires_at > strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')"
    )
    return found[0][0] if found else None


@pytest.mark.timeout(240)
async def test_two_daemons_that_fight_for_a_database_send_every_message_once(
    place: Place, boards: BoardServer, slack: SlackServer
) -> None:
    chance, listed, expected = Random(3), boards.boards["examplelabs"], []
    working = await Contender.start(place, "pid:[1]")
    await until(slack.texts)
    for number in range(3):
        refused = await Contender.start(place, f"pid:[{number + 20}]")
        code, said = await refused.ended()
        assert (code, "already works on this database" in said) == (2, True), said
        for key in range(10 * number + 100, 10 * number + 108):
            expected.append(f"Research Engineer, Number {key}")
            listed.jobs.append(job(key, title=expected[-1]))
        before = len(slack.texts())
        # it is an int
        await until(lambda before=before: len(slack.texts()) > before)  # type: ignore[misc]
        await asyncio.sleep(chance.random())
        first = holder(place)
        await working.freeze(place)
        await until(lambda: holder(place) is None)  # its lease has run out
        other = await Contender.start(place, f"pid:[{number + 2}]")
        # it is a word
        await until(lambda first=first: holder(place) not in {None, first})  # type: ignore[misc]
        await asyncio.sleep(chance.random())
        working.send(signal.SIGCONT)
        code, said = await working.ended()
        assert code == 2
        assert "another rolewatch works on this database now" in said
        working = other
    await until(lambda: all(any(title in text for text in slack.texts()) for title in expected))
    await until(lambda: place.ask("SELECT count(*) FROM alerts WHERE state <> 'sent'") == [(0,)])
    working.send(signal.SIGTERM)
    assert (await working.ended())[0] == 0
    assert Counter(
        title for title in expected for text in slack.texts() if title in text
    ) == dict.fromkeys(expected, 1)
    assert place.ask("SELECT max(fence) FROM lease")[0][0] >= 4
