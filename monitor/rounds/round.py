"""One round: crawl the boards, record each result as it comes, then tell what is new; and what a round has brought.

Several rounds may go on at once (`Work`). Boards of one ats are crawled by one of them at a time:
so its hosts are asked with its manners, and no board is checked twice at once.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from sqlalchemy import Connection, Engine, insert, text, update

from crawler.crawl import crawl_batches
from crawler.items import BoardRequest, Result
from monitor.alerts import expire, summaries
from monitor.alerts.alerting import Alerting
from monitor.config.model import Settings
from monitor.database import lease, tables
from monitor.database.engine import read_and_roll_back
from monitor.history import boards as watch
from monitor.rounds import host_holds, new_board, outage
from monitor.rounds.record import CheckRecorder
from monitor.rounds.storing import Brought, Storing
from monitor.rounds.work import Work
from monitor.rules.matches import match_backlog

CATCH_UP = 2.0  # seconds after a round for matching what is stored with rules that are new


@dataclass(frozen=True, slots=True)
class ChangeReport:
    """A row of `posting_changes`, as far as a person wants it at once."""

    kind: str
    posting: str
    title: str
    url: str
    field: str | None
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class BoardReport:
    """What a round did with one board; `result` is `held` when it was not asked, since its host asked to wait."""

    board: str
    company: str
    result: str  # snapshot unchanged failure held
    status: int | None = None
    seen: int | None = None
    opened: int = 0
    revised: int = 0
    closed: int = 0
    reopened: int = 0
    unreadable: int = 0
    seconds: float = 0.0
    reason: str | None = None
    changes: tuple[ChangeReport, ...] = ()

    @property
    def was_read(self) -> bool:
        """Was the board read to its end?"""
        return self.result in {"snapshot", "unchanged"}

    @property
    def collapsed(self) -> bool:
        """Did it lose too many postings at once to be believed?"""
        return self.was_read and self.reason is not None and self.reason.startswith("collapsed: ")


async def run_round(
    engine: Engine,
    settings: Settings,
    names: Collection[str] | None,
    *,
    alerts: bool,
    announce: bool,
    clock: Callable[[], datetime],
    random: Random,
) -> int:
    """Check the named boards, all watched ones for None. Return the round's id. Cancelling it loses no result that came.

    Raises what kept a board from being stored, not even as a failure, when all others are.
    """
    work = Work(engine, lambda: settings, clock, random)
    one = await Round.begin(work, names, alerts=alerts, announce=announce)
    await one.run()
    await asyncio.to_thread(match_backlog, engine, settings, CATCH_UP)
    return one.id


@dataclass(slots=True)
class Round:
    """One round, from its row in the database on."""

    work: Work
    id: int
    settings: Settings  # of its beginning: whom it asks, and how
    boards: dict[str, list[str]]  # by ats
    enabled: bool  # does it write alerts?
    announce: bool
    left: set[str]  # ats that are not crawled yet
    brought: Brought = field(default_factory=Brought)
    alerting: Alerting | None = None  # of the settings of the last batch

    @classmethod
    async def begin(
        cls, work: Work, names: Collection[str] | None, *, alerts: bool, announce: bool
    ) -> Round:
        """Begin a round of the named boards, of all watched ones for None. Whoever begins it runs it."""
        settings = work.settings()
        wanted = (
            [board.board for board in settings.boards if board.enabled] if names is None else names
        )
        boards: dict[str, list[str]] = defaultdict(list)
        for name in wanted:
            boards[name.partition(":")[0]].append(name)
        round_id = await asyncio.to_thread(_open_round, work, settings, work.clock())
        work.live[round_id] = wanted
        work.busy.update(boards.keys())
        return cls(work, round_id, settings, boards, alerts, announce, set(boards))

    async def run(self) -> None:
        """Crawl and store. Cancelling it loses no result that came. Raises as `run_round` does."""
        try:
            async with asyncio.TaskGroup() as crawls:
                for ats in self.boards:
                    crawls.create_task(self._crawl(ats))
            await new_board.seek(self.work.engine, self.settings, self.brought.gone, self.id)
        finally:
            await asyncio.shield(self._end())
        for error in self.brought.storage_errors:
            raise error

    def free(self) -> None:
        """Let other rounds have what this one has not crawled: it is over."""
        self.work.busy.subtract(self.left)
        self.left.clear()

    async def _crawl(self, ats: str) -> None:
        """Record the results of one ats's boards. Trouble here waits for the round's end, so that the other crawls go on."""
        try:
            async with self.work.turns[ats]:
                await self._crawl_in_turn(ats)
        except Exception as error:  # raised when all boards that can be stored are  # noqa: BLE001
            self.brought.storage_errors.append(error)
        # else its boards wait for as long as the round does that failed
        if not self.brought.storage_errors:
            self.left.discard(ats)
            self.work.busy[ats] -= 1
            if self.left:  # else the round's end follows at once
                self.work.read()

    async def _crawl_in_turn(self, ats: str) -> None:
        work = self.work
        requests = await asyncio.to_thread(_requests, work.engine, self.boards[ats], work.clock())
        async with aclosing(
            crawl_batches(ats, requests, watch.politeness(self.settings, ats), work.holds)
        ) as batches:
            async for batch in batches:
                storing = asyncio.create_task(self._store(batch))
                try:
                    await asyncio.shield(storing)
                finally:
                    # cancelled or not: the round's end tells of what is stored by then
                    await asyncio.wait([storing])

    async def _store(self, batch: Sequence[Result]) -> None:
        async with self.work.gate.storing():
            recorder = CheckRecorder(
                self.id, self._alerting(), self.work.random, self.work.clock, defers=True
            )
            await asyncio.to_thread(
                Storing(self.work.engine, recorder, self.work.holds, self.brought).store, batch
            )
        self.work.stored()

    def _alerting(self) -> Alerting:
        """Of the settings as they are now: what is found from now on is told by today's rules."""
        settings = self.work.settings()
        if self.alerting is None or self.alerting.settings is not settings:
            self.alerting = Alerting.of(settings, enabled=self.enabled, announce=self.announce)
        return self.alerting

    async def _end(self) -> None:
        work = self.work
        try:
            async with work.ending, work.gate.storing():
                apart = {
                    name
                    for number, names in work.live.items()
                    if number != self.id
                    for name in names
                }
                since = await asyncio.to_thread(
                    _close_round, self, self._alerting(), apart, work.clock()
                )
                work.network.incident, work.network.asked = since, True
        finally:
            del work.live[self.id]


def _open_round(work: Work, settings: Settings, now: datetime) -> int:
    with work.engine.begin() as connection:
        host_holds.restore(connection, work.holds, now)
        lease.end_rounds(connection, now, list(work.live))  # one whose end found the disk full
        watch.sync_boards(connection, settings)
        started = connection.execute(
            insert(tables.CheckRound).values(started_at=now).returning(tables.CheckRound.id)
        )
        return started.scalar_one()


def _requests(engine: Engine, names: Collection[str], now: datetime) -> list[BoardRequest]:
    with read_and_roll_back(engine) as connection:
        return [
            request
            for requests in watch.requests(connection, names, now).values()
            for request in requests
        ]


def _close_round(
    one: Round, alerting: Alerting, apart: Collection[str], now: datetime
) -> datetime | None:
    """Write the end of a round. Return since when the network is away, as the operator knows it."""
    engine, network, holds, tally = (
        one.work.engine,
        one.work.network,
        one.work.holds,
        one.brought.tally,
    )
    network.end_round(tally, sum(board.enabled for board in alerting.settings.boards), now)
    with read_and_roll_back(engine) as connection:
        found = summaries.find(connection, alerting, one.id, apart)
    with engine.begin() as connection:
        summaries.write(connection, found, one.id, now)
        since = outage.settle(connection, alerting, network, tally, round_id=one.id, now=now)
        expire.expire(connection, now)
        connection.execute(
            update(tables.CheckRound).where(tables.CheckRound.id == one.id).values(finished_at=now)
        )
        saved = host_holds.save(connection, holds, now)
    holds.mark_saved(saved)
    return since


def report(connection: Connection, round_id: int) -> tuple[BoardReport, ...]:
    """What a round brought, a report a board in the order of their names."""
    changes = defaultdict(list)
    rows = connection.execute(_CHANGES, {"round": round_id})
    for check_id, *columns in rows:
        changes[check_id].append(ChangeReport(*columns))
    checks = connection.execute(_CHECKS, {"round": round_id}).mappings()
    reports = [
        BoardReport(
            changes=tuple(changes[row["check_id"]]),
            **{k: v for k, v in row.items() if k != "check_id"},
        )
        for row in checks
    ]
    held = connection.execute(_HELD, {"round": round_id})
    reports += [BoardReport(row.board, row.company, "held", reason=row.held_reason) for row in held]
    return tuple(sorted(reports, key=lambda one: one.board))


_CHECKS = text("""
SELECT v.check_id, v.board, v.company, v.result, v.status, v.seen, v.opened, v.revised, v.closed, v.reopened, v.unreadable, v.seconds,
    v.reason
FROM checks v JOIN board_check c ON c.id = v.check_id WHERE c.round_id = :round ORDER BY v.board, v.check_id""")
_HELD = text("SELECT board, company, held_reason FROM board WHERE held_round = :round")
_CHANGES = text("""
SELECT v.check_id, v.kind, v.posting, v.title, v.url, v.field, v.old, v.new
FROM posting_changes v JOIN board_check c ON c.id = v.check_id WHERE c.round_id = :round ORDER BY v.change_id""")
