"""Two containers of one host name on one database. Each daemon is process 1 of its namespace."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from monitor.demo.board_server import BoardServer, ServedBoard
from tests.support.greenhouse import job
from tests.support.places import ROOT
from tests.support.running import Place, until
from tests.support.slack_server import ROLES, TOKEN, SlackServer, shown

pytestmark = pytest.mark.slow  # whole programs, most of the time waiting

CONTENDER = "tests.support.contender"
UNSHARE = ["unshare", "--pid", "--fork", "--kill-child"]


def can_unshare() -> bool:
    """Return True if this machine allows pid namespaces. If not, the processes only claim them."""
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
        """Stop a process where it stands, but not inside a SQLite transaction."""
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


def holder(place: Place) -> object:
    """Return the random id of the daemon that holds the database."""
    found = place.ask(
        "SELECT holder FROM lease WHERE stopped_at IS NULL "
        "AND expires_at > strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')"
    )
    return found[0][0] if found else None


class Trap:
    """Freeze a daemon while Slack handles its call of a method. `victim`: the caller."""

    def __init__(self, place: Place, slack: SlackServer) -> None:
        self.place, self.slack = place, slack
        self.victim: Contender | None = None
        self.method = ""
        self.sprung = asyncio.Event()
        slack.hook = self.received

    def set(self, victim: Contender | None, method: str, fault: str = "") -> None:
        """From the next call on. `fault`: what Slack answers to that call."""
        self.victim, self.method = victim, method
        self.sprung.clear()
        if fault:
            self.slack.break_next(fault, method)

    async def received(self, method: str) -> None:
        if method == self.method and self.victim is not None:
            victim, self.victim = self.victim, None
            await victim.freeze(self.place)
            self.sprung.set()


class Load:
    """A board that gets another role every while, until it is stopped."""

    def __init__(self, board: ServedBoard, every: float) -> None:
        self.board, self.every = board, every
        self.titles: list[str] = []
        self._task = asyncio.create_task(self._grow())

    async def _grow(self) -> None:
        while True:
            key = 1000 + len(self.titles)
            self.titles.append(f"Research Engineer, Number {key}")
            self.board.jobs.append(job(key, title=self.titles[-1]))
            await asyncio.sleep(self.every)

    def stop(self) -> None:
        self._task.cancel()


# The call of Slack's in which a daemon is frozen, and what Slack answers to it; none: at any
# moment.
STEPS = (
    ("", ""),
    ("auth.test", ""),
    ("chat.postMessage", ""),
    ("chat.postMessage", "invalid_blocks"),
)


@pytest.mark.timeout(300)
async def test_two_daemons_that_fight_for_a_database_send_every_message_once(
    place: Place, boards: BoardServer, slack: SlackServer
) -> None:
    """Freeze each daemon at its worst moment, and wake it when the other holds the lease.

    At any moment, before its first post, while Slack stores a message, and between the blocks that
    Slack refuses and their text.
    """
    chance, trap = Random(3), Trap(place, slack)
    working = await Contender.start(place, "pid:[1]")
    await until(slack.texts)
    load = Load(boards.boards["examplelabs"], 0.7)
    for number, (method, fault) in enumerate(STEPS):
        if method:
            if method != "auth.test":  # that trap was set when the daemon started
                trap.set(working, method, fault)
            await asyncio.wait_for(trap.sprung.wait(), 60)
        else:
            code, said = await (await Contender.start(place, "pid:[20]")).ended()
            assert (code, "already works on this database" in said) == (2, True), said
            await asyncio.sleep(chance.random())
            await working.freeze(place)
        [(first,)] = place.ask("SELECT holder FROM lease")
        await until(lambda: holder(place) is None)  # its lease has run out
        other = await Contender.start(place, f"pid:[{number + 2}]")
        if "auth.test" in dict(STEPS[number + 1 : number + 2]):
            trap.set(other, "auth.test")
        # it is a word
        await until(lambda first=first: holder(place) not in {None, first})  # type: ignore[misc]
        await asyncio.sleep(chance.random())
        working.send(signal.SIGCONT)
        code, said = await working.ended()
        assert (code, "another rolewatch works on this database now" in said) == (2, True), said
        working = other
    load.stop()
    sent = "SELECT count(*) FROM alerts WHERE kind = 'opened' AND state = 'sent'"
    await until(lambda: place.ask(sent) == [(len(load.titles),)], 120)
    working.send(signal.SIGTERM)
    assert (await working.ended())[0] == 0
    messages = [shown(message) for message in slack.channels[ROLES].everything()]
    assert Counter(
        title for title in load.titles for message in messages if title in message
    ) == dict.fromkeys(load.titles, 1)
    assert [
        one
        for (one,) in place.ask("SELECT delivery_id FROM delivery WHERE state = 'sent'")
        if slack.copies(one) != 1
    ] == []
    assert place.ask("SELECT max(fence) FROM lease")[0][0] >= len(STEPS) + 1
