"""The story that the fault table is seen in, played with `rolewatch check` against real servers.

A host's boards are read, then checked three times while their trouble lasts, the last time those
that fail apart from the others, then once more when they are well again and list a posting more. A
board beside them has something new in every round.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from monitor.demo.board_server import BoardServer, Trouble
from tests.support.faults import JOBS, Fault
from tests.support.greenhouse import job
from tests.support.program import Program

CONFIG = """
[crawl]
timeout = "{timeout}"
[ats.greenhouse]
api_url = "{api_url}"
delay = "0ms"
concurrency = 16
{boards}
[[rules]]
name = "research-engineer"
any = ["research engineer"]
"""
WELL = "wellrun"
Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Seen:
    """The effects of one fault."""

    exit_code: int  # of the third `check`
    line: str  # the board's line there
    wait: timedelta  # until the next check after it
    checks: Rows  # (result, reason, unreadable), from the baseline to the recovery
    changes: Rows  # (kind, how many) while the trouble lasted
    alerts_during: Rows  # (kind, why)
    alerts_after: Rows
    postings: Rows  # (state, how many, newest version) at the end


@dataclass
class Story:
    folder: Path
    server: BoardServer
    faults: Mapping[str, Fault]  # by the token of their board
    timeout: str = "30s"
    api_url: str = ""  # of the host while the trouble lasts, where it is the host's
    between: Callable[[], None] = lambda: None  # done before each check while it lasts
    program: Program = field(init=False)
    seen: dict[str, Seen] = field(default_factory=dict)  # by the fault's answer, once it is played

    def __post_init__(self) -> None:
        self.folder.mkdir()
        self.program = Program(str(self.folder / "rolewatch.toml"))
        self.boards = [*self.faults, WELL]
        self._configure(self.server.url)
        for token in self.boards:
            self.server.board(token, *JOBS)

    def play(self) -> None:
        assert self.program("check").code == 0
        self._break()
        for _ in range(2):
            self._round()
        third = self._check_once(failing=True) | self._check_once(failing=False)
        [(last,)] = self.ask("SELECT max(check_id) FROM checks")
        self._heal()
        assert self._round() == 0
        self.seen = {
            fault.answer: self._seen(token, last, *third[token])
            for token, fault in self.faults.items()
        }

    def ask(self, query: str, *values: object) -> Rows:
        with closing(sqlite3.connect(self.folder / "rolewatch.db")) as connection:
            return connection.execute(query, values).fetchall()

    def _configure(self, api_url: str) -> None:
        boards = "\n".join(f'[[boards]]\nboard = "greenhouse:{token}"' for token in self.boards)
        Path(self.program.config).write_text(
            CONFIG.format(timeout=self.timeout, api_url=api_url, boards=boards)
        )

    def _round(self) -> int:
        listed = self.server.boards[WELL].jobs
        listed.append(job(1000 + len(listed), title="Research Engineer, Well Run"))
        self.between()
        return self.program("check").code

    def _check_once(self, *, failing: bool) -> dict[str, tuple[int, str, timedelta]]:
        """Run the third check. Return the exit code, the board's line and the wait, by token."""
        tokens = [
            token for token, fault in self.faults.items() if (fault.outcome == "failure") is failing
        ]
        if not tokens:
            return {}
        self.between()
        ran = self.program("check", *(f"greenhouse:{token}" for token in tokens))
        lines = {
            line.split()[0]: line for line in ran.out.splitlines() if line.startswith("greenhouse:")
        }
        times = {
            board: pair
            for board, *pair in self.ask("SELECT board, last_check_at, next_check_at FROM boards")
        }
        waits = {
            board: datetime.fromisoformat(due) - datetime.fromisoformat(at)
            for board, (at, due) in times.items()
        }
        return {
            token: (ran.code, lines[f"greenhouse:{token}"], waits[f"greenhouse:{token}"])
            for token in tokens
        }

    def _break(self) -> None:
        for token, fault in self.faults.items():
            headers = {
                name: value.format(board=token) for name, value in fault.trouble.headers.items()
            }
            self.server.troubles[token] = replace(fault.trouble, headers=headers)
        self.server.troubles["/login"] = Trouble(body=b"<html><title>Log in</title></html>")
        if self.api_url:
            self._configure(self.api_url)

    def _heal(self) -> None:
        self._configure(self.server.url)
        self.server.troubles.clear()
        for token in self.faults:
            self.server.boards[token].jobs.append(job(21, title="Research Engineer, Team 21"))

    def _seen(self, token: str, last: int, code: int, line: str, wait: timedelta) -> Seen:
        board = f"greenhouse:{token}"
        alerts = "SELECT kind, why FROM alerts WHERE board = ? AND kind <> 'summary' AND check_id"
        return Seen(
            code,
            line,
            wait,
            self.ask(
                "SELECT result, reason, unreadable FROM checks WHERE board = ? ORDER BY check_id",
                board,
            ),
            self.ask(
                "SELECT kind, count(*) FROM posting_changes"
                " WHERE board = ? AND check_id <= ? GROUP BY kind",
                board,
                last,
            ),
            self.ask(f"{alerts} <= ? ORDER BY kind, why", board, last),
            self.ask(f"{alerts} > ? ORDER BY kind, why", board, last),
            self.ask(
                "SELECT state, count(*), max(version) FROM postings"
                " WHERE board = ? GROUP BY state ORDER BY state DESC",
                board,
            ),
        )
