"""The daemon as a process of its own, against servers on this machine."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.program import Program

ROLEWATCH = Path(sys.executable).with_name("rolewatch")
CONFIG = """
[crawl]
every = "{every}"
timeout = "30s"
[ats.greenhouse]
api_url = "{boards}"
delay = "0s"
{watched}
[[rules]]
name = "research-engineer"
any = ["research engineer"]
notify = ["slack:#roles"]
[alerts]
operator = ["slack:#ops"]
[slack]
api_url = "{slack}"
"""


@dataclass
class Place:
    """A folder with a configuration, in which `rolewatch` is run."""

    folder: Path
    boards: str  # URL of the boards' server
    slack: str = "http://127.0.0.1:9/api/"
    token: str = ""
    app_token: str = ""
    every: str = "1s"
    watched: tuple[str, ...] = ("examplelabs",)
    processes: list[Process] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.configure()

    @property
    def config(self) -> Path:
        return self.folder / "rolewatch.toml"

    def configure(self, more: str = "") -> None:
        """Write the configuration, with `more` at its end."""
        watched = "\n".join(f'[[boards]]\nboard = "greenhouse:{token}"' for token in self.watched)
        filled = CONFIG.format(
            every=self.every, boards=self.boards, watched=watched, slack=self.slack
        )
        self.config.write_text(filled + more)

    async def start(self, *arguments: str) -> Process:
        """Start `rolewatch` with these arguments."""
        environ = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("SLACK_", "ROLEWATCH_"))
        }
        environ |= {name: token for name, token in self._tokens().items() if token}
        command = [str(ROLEWATCH), "--config", str(self.config), *arguments]
        process = await asyncio.create_subprocess_exec(
            *command, env=environ, cwd=self.folder, stdout=PIPE, stderr=PIPE
        )
        self.processes.append(process)
        return process

    async def run(self, *arguments: str) -> tuple[int, str, str]:
        """Run a command to its end. Return its exit code, output and errors."""
        process = await self.start(*arguments)
        out, err = await asyncio.wait_for(process.communicate(), 60)
        return process.returncode or 0, out.decode(), err.decode()

    async def here(self, *arguments: str) -> tuple[int, str, str]:
        """Run a command in a thread of this process: a new process takes a second to start."""
        program = Program(str(self.config))
        program.environ |= (
            dict.fromkeys(name for name in os.environ if name.startswith(("SLACK_", "ROLEWATCH_")))
            | self._tokens()
        )
        ran = await asyncio.to_thread(program, *arguments)
        return ran.code, ran.out, ran.err

    def _tokens(self) -> dict[str, str | None]:
        return {"SLACK_BOT_TOKEN": self.token or None, "SLACK_APP_TOKEN": self.app_token or None}

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query; none before there is a database."""
        try:
            with closing(
                sqlite3.connect(f"file:{self.folder}/rolewatch.db?mode=ro", uri=True)
            ) as connection:
                return connection.execute(query).fetchall()
        except sqlite3.OperationalError:
            return []

    def kill_all(self) -> None:
        for process in self.processes:
            if process.returncode is None:
                process.kill()


@asynccontextmanager
async def placed(place: Place) -> AsyncIterator[Place]:
    """Yield the place. Kill what still runs there at the end."""
    try:
        yield place
    finally:
        place.kill_all()
        for process in place.processes:
            await process.wait()


async def stopped(process: Process, number: signal.Signals = signal.SIGTERM) -> float:
    """Send the signal. Return the seconds until the process ended."""
    began = time.monotonic()
    process.send_signal(number)
    await asyncio.wait_for(process.communicate(), 60)
    return time.monotonic() - began


class ProcessLog:
    """The log of a process, line by line as it comes."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.lines: list[str] = []
        self.read = asyncio.create_task(self._read())

    def of(self, event: str) -> list[str]:
        """Return the lines of one event."""
        return [line for line in self.lines if event in line]

    async def stopped(self, number: signal.Signals = signal.SIGTERM) -> float:
        """Send the signal. Return the seconds until the process ended."""
        began = time.monotonic()
        self.process.send_signal(number)
        await asyncio.wait_for(self.process.wait(), 40)
        took = time.monotonic() - began
        await self.read
        return took

    async def _read(self) -> None:
        assert self.process.stderr is not None
        async for line in self.process.stderr:
            self.lines.append(line.decode())


async def until(true: Callable[[], object], within: float = 60) -> None:
    """Wait until it is true. Raise AssertionError after the time limit."""
    end = time.monotonic() + within
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.05)
