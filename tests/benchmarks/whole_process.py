"""Run rolewatch as a process against a farm of boards, and read what the process costs."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

PROGRAM = (sys.executable, "-c", "from monitor.cli import main; main()")
CONFIG = """
[crawl]
every = "{every}"
[ats.greenhouse]
api_url = "{url}"
delay = "0s"
concurrency = 8
[[rules]]
name = "research-engineer"
any = ["research engineer"]
notify = ["{channel}"]
[[rules]]
name = "scientist"
any = ["research scientist"]
locations = ["London"]
{more}
"""
_TICKS = os.sysconf("SC_CLK_TCK")
# an installed program finds its modules compiled, and so does a second run here
_ENVIRON = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


@dataclass(frozen=True)
class Cost:
    """The time and memory that a process took."""

    cpu: float  # seconds, user and system
    wall: float  # seconds
    memory: float  # megabytes at most


@dataclass(frozen=True)
class Place:
    """A folder with a configuration of the farm's boards, and its database."""

    folder: Path
    url: str  # of the farm
    boards: int
    postings: int

    def configure(self, every: str, *, channel: str = "console", more: str = "") -> None:
        text = CONFIG.format(every=every, url=self.url, channel=channel, more=more)
        boards = (
            f'[[boards]]\nboard = "greenhouse:farm{number}"\n' for number in range(self.boards)
        )
        (self.folder / "rolewatch.toml").write_text(text + "".join(boards))

    def run(self, *arguments: str) -> Cost:
        """Run a command to its end. Raise CalledProcessError if it fails."""
        command = self._command(arguments)
        began = time.monotonic()
        with Path(self.folder, "output.txt").open("w") as output:
            process = subprocess.Popen(
                command, stdout=output, stderr=subprocess.STDOUT, env=_ENVIRON
            )
            _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)
        took = time.monotonic() - began
        return Cost(usage.ru_utime + usage.ru_stime, took, usage.ru_maxrss / 1e3)

    @contextmanager
    def daemon(self, environ: dict[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
        """Run the daemon. Stop it at the end."""
        with Path(self.folder, "daemon.txt").open("w") as output:
            process = subprocess.Popen(
                self._command(("run",)),
                stdout=output,
                stderr=subprocess.STDOUT,
                env=_ENVIRON | (environ or {}),
            )
            try:
                yield process
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait()

    def ask(self, query: str) -> int:
        """Return the number that a query gives; 0 before there is a database."""
        try:
            with closing(
                sqlite3.connect(f"file:{self.folder}/rolewatch.db?mode=ro", uri=True)
            ) as db:
                return int(db.execute(query).fetchone()[0])
        except sqlite3.OperationalError:
            return 0

    def change(self) -> int:
        """Edit postings of 30 % of the boards. Return the number of boards."""
        return int(self.get("/_change"))

    def get(self, path: str) -> str:
        with urlopen(self.url + path) as answer:  # the farm  # noqa: S310
            return str(answer.read().decode())

    def _command(self, arguments: Sequence[str]) -> list[str]:
        return [*PROGRAM, *arguments, "--config", str(self.folder / "rolewatch.toml")]


@contextmanager
def farm(folder: Path, boards: int, average: float) -> Iterator[Place]:
    """Serve boards with `average` postings each from another process."""
    program = [sys.executable, "-m", "tests.benchmarks.board_farm", str(boards), "0", str(average)]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as server:
        try:
            port, postings = (server.stdout or sys.stdin).readline().split()
            yield Place(folder, f"http://127.0.0.1:{port}", boards, int(postings))
        finally:
            server.terminate()


def cpu_of(pid: int) -> float:
    """Return the CPU seconds that a running process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def threads_of(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


def wait_for(place: Place, query: str, least: int, within: float = 300) -> None:
    """Wait until a query gives at least that number. Raise TimeoutError."""
    end = time.monotonic() + within
    while place.ask(query) < least:
        if time.monotonic() > end:
            raise TimeoutError(query)
        time.sleep(0.2)
