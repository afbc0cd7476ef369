"""Kill and freeze workers again and again while thousands of boards change.

`python -m tests.support.chaos_workers [SECONDS [BOARDS [WORKERS [SEED]]]]` compares the history
with a model, and prints the counts. A board changes again only when its last change is recorded, so
that the model knows every change and every alert. Everything else is random.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from asyncio.subprocess import DEVNULL, Process
from collections import Counter
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from monitor.daemon.queue_times import QueueTimes
from monitor.database.opening import engine_as_is
from monitor.database.schema import upgrade
from monitor.demo.board_server import BoardServer
from tests.support.chaos import compare_history
from tests.support.chaos_world import World
from tests.support.own_postgres import Server, own_server
from tests.support.workers import Overlaps, config

_SENT = """
SELECT posting, kind, count(*) FROM alerts WHERE rule IS NOT NULL AND kind <> 'summary'
GROUP BY posting, kind"""
_TWICE = """
SELECT board_id, round_id, count(*) FROM board_check GROUP BY 1, 2 HAVING count(*) > 1"""
_LAST = "SELECT max(id) FROM board_check"
_COUNTS = "SELECT board, count(*) FROM posting_changes GROUP BY board"
_ACTS = ("kill", "kill", "kill", "freeze", "freeze", "end", "kill the daemon")
MOVED_AT_ONCE = 40  # boards
THAW = 30.0  # seconds: longer than a worker may be silent
# quick, and long enough for a busy machine
TIMES = QueueTimes(
    heartbeat=1.0, sure=15.0, lost=20.0, stalled=1.0, results=0.2, poll=2.0, grace=5.0, pause=0.5
)
CALM = 1200.0  # seconds for everything to be recorded, after the last kill
AT_WORK = 30.0  # seconds to wait for a check between two acts


@dataclass
class WorkerChaos:
    """One daemon, its workers and their hard life."""

    folder: Path
    server: Server
    boards: BoardServer
    world: World
    random: Random
    count: int  # of workers
    acts: Counter[str] = field(default_factory=Counter)
    workers: list[Process] = field(default_factory=list)
    daemon: Process | None = None
    _last: list[Any] = field(default_factory=list)  # check, at the last act
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def live(self, seconds: float) -> None:
        """Kill for so long, then let everything be recorded."""
        self._configure()
        self.daemon = await self._start_daemon()
        for _ in range(self.count):
            await self._start_worker()
        await self._until_known()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            await asyncio.to_thread(self._stir)
            await asyncio.sleep(self.random.uniform(1.0, 5.0))
            await self._until_checked()
            await self._act(self.random.choice(_ACTS))
        for process in self.workers:
            if process.returncode is None:
                process.send_signal(signal.SIGCONT)
        calm = time.monotonic() + CALM
        while await asyncio.to_thread(self._behind) and time.monotonic() < calm:  # noqa: ASYNC110  # other processes write it
            await asyncio.sleep(1)  # other processes write it

    @property
    def config(self) -> Path:
        return self.folder / "rolewatch.toml"

    def _configure(self) -> None:
        text = config(list(self.world.boards), "0s", 16)
        filled = text.format(url=self.server.url, every="20s", boards=self.boards.url)
        self.config.write_text(filled)

    async def _start(self, *command: str) -> Process:
        environ = {name: value for name, value in os.environ.items() if "ROLEWATCH" not in name}
        return await asyncio.create_subprocess_exec(
            sys.executable, *command, env=environ, stdout=DEVNULL, stderr=DEVNULL
        )

    async def _start_daemon(self) -> Process:
        module, lost = "tests.support.daemon_process", str(TIMES.lost)
        return await self._start("-m", module, str(self.config), lost)

    async def _start_worker(self) -> None:
        module = "tests.support.worker_process"
        times = json.dumps(asdict(TIMES))
        self.workers.append(await self._start("-m", module, self.server.url, "8", times))

    async def _until_known(self) -> None:
        known = "SELECT count(*) FROM board WHERE last_ok_at IS NOT NULL"
        while self.server.ask(known)[0][0] < len(self.world.boards):  # noqa: ASYNC110  # other processes write it
            await asyncio.sleep(1)  # as above

    async def _until_checked(self) -> None:
        """Wait until a check was stored since the last act.

        Otherwise a busy machine would kill every worker before it has done anything.
        """
        end = time.monotonic() + AT_WORK
        while time.monotonic() < end:
            if (last := await asyncio.to_thread(self.server.ask, _LAST)) != self._last:
                self._last = last
                return
            await asyncio.sleep(0.2)

    async def _act(self, act: str) -> None:
        self.acts[act] += 1
        if act == "kill the daemon":
            assert self.daemon is not None
            assert self.daemon.returncode is None, "the daemon ended by itself"
            self.daemon.kill()
            await self.daemon.wait()
            self.daemon = await self._start_daemon()
            return
        alive = [one for one in self.workers if one.returncode is None]
        victim = self.random.choice(alive)
        if act == "freeze":
            victim.send_signal(signal.SIGSTOP)
            self._later(self._thaw(victim))
            return
        victim.send_signal(signal.SIGCONT)
        victim.send_signal(signal.SIGKILL if act == "kill" else signal.SIGTERM)
        await self._start_worker()

    async def _thaw(self, victim: Process) -> None:
        await asyncio.sleep(self.random.uniform(0.5, THAW))
        with suppress(ProcessLookupError):
            victim.send_signal(signal.SIGCONT)

    def _later(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _behind(self) -> set[str]:
        """Return the boards whose last change is not recorded yet."""
        counts = dict(self.server.ask(_COUNTS))
        return {
            token
            for token, board in self.world.boards.items()
            if counts.get(f"greenhouse:{token}", 0) != board.changes
        }

    def _stir(self) -> None:
        free = sorted(set(self.world.boards) - self._behind())
        for token in self.random.sample(free, min(MOVED_AT_ONCE, len(free))):
            self.world.move(token)

    async def end(self) -> None:
        for task in self._tasks:
            task.cancel()
        for process in (*self.workers, *([self.daemon] if self.daemon else [])):
            if process.returncode is None:
                process.kill()
            await process.wait()


@dataclass(frozen=True)
class Outcome:
    """The contents of the database, compared with the model."""

    acts: dict[str, int]
    checks: int
    changes: int  # in the model
    alerts: int
    lost: list[Any]
    doubled: list[Any]
    wrong: list[str]  # of the history
    at_once: int  # most requests of one board under way

    def __str__(self) -> str:
        return (
            f"{self.acts}\n{self.checks} checks, {self.changes} changes, {self.alerts} alerts;"
            f" {len(self.lost)} lost, {len(self.doubled)} doubled, {len(self.wrong)} wrong;"
            f" at most {self.at_once} request of a board at once\n"
            + "\n".join(map(str, [*self.lost[:5], *self.doubled[:5], *self.wrong[:5]]))
        )


def compare_all(chaos: WorkerChaos, overlaps: Overlaps) -> Outcome:
    world, server = chaos.world, chaos.server
    sent = Counter({(posting, kind): count for posting, kind, count in server.ask(_SENT)})
    return Outcome(
        dict(chaos.acts),
        int(server.ask("SELECT count(*) FROM board_check")[0][0]),
        sum(map(len, world.changes.values())),
        world.alerts.total(),
        [*(world.alerts - sent).items(), *sorted(chaos._behind())],
        [*(sent - world.alerts).items(), *server.ask(_TWICE)],
        compare_history(world, server),
        max(overlaps.most.values(), default=0),
    )


async def run(folder: Path, seconds: float, boards: int, workers: int, seed: int) -> Outcome:
    """Kill for so many seconds, with the files in that folder."""
    random = Random(seed)
    with own_server(is_hurried=True) as server:
        with engine_as_is(server.url) as engine:
            upgrade(engine)
        async with BoardServer() as boards_server:
            world = World(boards_server, random, [f"labs{number}" for number in range(boards)])
            overlaps = Overlaps(boards_server)
            chaos = WorkerChaos(folder, server, boards_server, world, random, workers)
            try:
                await chaos.live(seconds)
                return compare_all(chaos, overlaps)
            finally:
                await chaos.end()


if __name__ == "__main__":
    given = [int(text) for text in sys.argv[1:]]
    defaults = (600, 2000, 3, Random().randrange(10_000))
    arguments = [*given, *defaults[len(given) :]]
    print(f"seed {arguments[3]}")  # its output is what it is for
    with TemporaryDirectory() as scratch:
        result = asyncio.run(run(Path(scratch), *arguments))
    print(result)
    sys.exit(bool(result.lost or result.doubled or result.wrong))
