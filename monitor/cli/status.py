"""`status`: boards and their health, waiting messages, and the next check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import typer

from monitor.cli.common import NO_BOARD, State, now, reading_state
from monitor.cli.output import Format, FormatOption, emit, emit_object
from monitor.text.values import age, clean, counted

if TYPE_CHECKING:
    from monitor.queries.status import Status
    from monitor.queries.workers import WorkerCounts

_COLUMNS = ("board", "company", "state", "open_postings", "last_ok_at", "next_check_at", "failures")
_TABLE = ("board", "company", "state", "open", "read", "next check", "failures")


@dataclass(frozen=True, slots=True)
class _Status:
    """Everything that `status` prints."""

    boards: Sequence[Mapping[str, Any]]
    waiting: Sequence[tuple[str, str, int]]  # channel, state, messages
    muted_roles: int
    daemon: str | None  # who checks the boards
    next_check_at: datetime | None
    workers: WorkerCounts | None = None  # None: the daemon checks the boards itself


def status(ctx: typer.Context, fmt: FormatOption = Format.TABLE) -> None:
    """Show the boards' health, waiting messages and the next check."""
    current = reading_state(ctx)
    found = _unchecked(current) if current.no_database() else _asked(current)
    if fmt is Format.JSON:
        waiting = [
            {"channel": channel, "state": kind, "messages": count}
            for channel, kind, count in found.waiting
        ]
        boards = [{name: row[name] for name in _COLUMNS} for row in found.boards]
        daemon: dict[str, object] = {
            "daemon": found.daemon,
            "next_check_at": found.next_check_at,
        }
        if found.workers is not None:
            daemon["workers"] = _counts(found.workers)
        emit_object(
            {"boards": boards, "waiting": waiting, "muted_roles": found.muted_roles} | daemon,
            current.console,
        )
    elif fmt is Format.CSV:
        emit(found.boards, _COLUMNS, fmt, current.console)
    else:
        _print(found, current)


def _unchecked(current: State) -> _Status:
    """Return the configured boards before the first check has created a database."""
    return _Status(_not_stored(current, ()), (), 0, None, None)


def _not_stored(current: State, stored: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """Return the rows of the configured boards that no check has stored yet."""
    from crawler.links.directory import company_of
    from crawler.links.forms import fold

    known = {fold(row["board"]) for row in stored}
    unknown = dict.fromkeys(_COLUMNS) | {"state": "new", "open_postings": 0, "failures": 0}
    return [
        unknown | {"board": board.board, "company": board.company or company_of(board.board)}
        for board in current.settings.boards
        if board.enabled and fold(board.board) not in known
    ]


def _asked(current: State) -> _Status:
    from monitor.database.engine import read_transaction
    from monitor.database.lease import running
    from monitor.queries.status import read_status
    from monitor.queries.workers import count_workers

    with read_transaction(current.history()) as connection:
        found, row = read_status(connection), running(connection)
        workers = count_workers(connection) if current.settings.workers.queue else None
    daemon = f"pid {row.pid} on {row.host}" if row is not None and row.command == "run" else None
    # in the order of `read_status`: those in trouble first, then the new ones
    boards = sorted(
        (*found.boards, *_not_stored(current, found.boards)), key=lambda row: row["state"] == "ok"
    )
    return _Status(boards, found.waiting, found.muted_roles, daemon, _next(found), workers)


def _next(found: Status) -> datetime | None:
    from monitor.queries.view_tables import reader

    read = reader("next_check_at")
    known = [
        moment for row in found.boards if isinstance(moment := read(row["next_check_at"]), datetime)
    ]
    return min(known, default=None)


def _print(found: _Status, current: State) -> None:
    from monitor.notify.wording import span
    from monitor.queries.status import health

    moment = now()
    roles = sum(int(row["open_postings"]) for row in found.boards)
    boards = f"{counted(len(found.boards), 'board')}, {health(found.boards)}"
    lines = [f"{boards}; {counted(roles, 'open role')}"] if found.boards else []
    waiting = ", ".join(
        f"{count} {kind} for {clean(channel)}" for channel, kind, count in found.waiting
    )
    lines.append(f"Not sent yet: {waiting}" if waiting else "Nothing waits to be sent")
    if found.muted_roles:
        lines.append(f"{counted(found.muted_roles, 'role')} muted")
    if found.daemon is None:
        lines.append("No daemon is running: `rolewatch run` starts it")
    elif found.next_check_at is not None and found.next_check_at > moment:
        lines.append(
            f"The daemon ({found.daemon}) runs; the next check is in "
            f"{span(found.next_check_at - moment)}"
        )
    else:
        lines.append(f"The daemon ({found.daemon}) runs; a check is due now")
    if found.workers is not None:
        lines.append(describe_workers(found.workers))
    for line in lines:
        current.console.print(line, soft_wrap=True)
    current.console.print()
    emit(
        [_row(row, moment) for row in found.boards],
        _TABLE,
        Format.TABLE,
        current.console,
        empty=NO_BOARD,
    )


def describe_workers(workers: WorkerCounts) -> str:
    """Return `2 workers (1 busy, 1 idle); 3 boards wait, the longest for 40 s`."""
    from datetime import timedelta

    from monitor.notify.wording import span

    states = ", ".join(
        f"{workers.states[name]} {name}" for name in ("busy", "idle") if workers.alive
    )
    alive = (
        f"{counted(workers.alive, 'worker')} ({states})" if workers.alive else "No worker is alive"
    )
    lost = f", {workers.states['lost']} lost" if workers.states["lost"] else ""
    if not workers.waiting:
        return f"{alive}{lost}; no board waits"
    waiting = f"{counted(workers.waiting, 'board')} {'waits' if workers.waiting == 1 else 'wait'}"
    return f"{alive}{lost}; {waiting}, the longest for {span(timedelta(seconds=workers.longest))}"


def _counts(workers: WorkerCounts) -> dict[str, object]:
    waits = {"waiting": workers.waiting, "longest_wait_seconds": workers.longest}
    return {**workers.states, **waits}


def _row(row: Mapping[str, Any], moment: datetime) -> dict[str, object]:
    read, due = age(row["last_ok_at"], moment), row["next_check_at"]
    ago = f"{read} ago" if read else "not yet"
    shown = {
        "board": row["board"],
        "company": row["company"],
        "state": row["state"],
        "open": row["open_postings"],
        "url": row.get("url"),
    }
    return shown | {"read": ago, "next check": due, "failures": row["failures"] or None}
