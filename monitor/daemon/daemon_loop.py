"""The daemon's loop: do what is due, one step after the other, then plan when to run again.

    reload a changed configuration
    begin the rounds that a `check` requested
    begin a round of the boards that are due
    write reminders and digests
    keep up the stored history (`upkeep.py`)
    plan when to run again

Rounds run beside it (`round_tasks.py`). Boards of a busy ats are due when it is free again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Final

from apscheduler.schedulers.base import BaseScheduler
from sqlalchemy import Engine

from monitor.alerts import scheduled
from monitor.daemon.reload import Configuration
from monitor.daemon.round_tasks import LONGEST_PAUSE, PAUSE, ROUND_FAILED, Rounds
from monitor.daemon.stopping import sleep_until_stop
from monitor.daemon.upkeep import Upkeep
from monitor.database.engine import read_transaction
from monitor.database.lease import LeaseLost
from monitor.database.trouble import OutageLog
from monitor.health.guard import HealthMonitor
from monitor.history.due import due_boards
from monitor.rounds.requests import OpenRequest, open_requests
from monitor.rounds.round_rows import OutdatedSettingsError
from monitor.rounds.shared_state import SharedState, Workers

CRAWL_GAP: Final = 0.5  # seconds from the end of a crawl to the next one, at least
PATIENCE: Final = 10.0  # seconds that reminders and digests wait for a round
_MARGIN: Final = 0.5  # seconds, so that the patience is surely over
_AT_ONCE: Final = datetime.min.replace(tzinfo=UTC)
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Agenda:
    """The work that is due at an instant, and when the next is.

    The whole step works with that instant. A machine may sleep within a step, and a digest that
    only then falls due waits for the round that falls due with it.
    """

    at: datetime
    requests: list[OpenRequest]  # rounds that a `check` asked for
    boards: list[str]  # to check
    next_board: datetime | None  # when the next one is due, where none is


@dataclass
class DaemonLoop:
    """Does what is due, one step at a time, until `stop` is set."""

    engine: Engine
    configuration: Configuration
    scheduler: BaseScheduler
    guard: HealthMonitor
    announce: bool
    clock: Callable[[], datetime]
    random: Random
    wake: asyncio.Event
    stop: asyncio.Event
    troubles: OutageLog
    workers: Workers | None = None  # who check the boards, if not the daemon itself
    task: asyncio.Task[None] | None = None
    again: bool = False  # another step was requested since the last one began
    timed_at: datetime = _AT_ONCE  # when to write reminders and digests
    timed_since: float | None = None  # since when they wait for a round, by the loop's time
    pause: float = PAUSE  # seconds after the next step that fails
    rounds: Rounds = field(init=False)
    upkeep: Upkeep = field(init=False)

    def __post_init__(self) -> None:
        configuration = self.configuration
        shared = SharedState(
            self.engine,
            lambda: configuration.settings,
            self.clock,
            self.random,
            settings_lock=configuration.settings_lock,
            workers=self.workers,
            is_current=lambda: not configuration.is_old(),
            on_stored=self.wake.set,
            on_ats_finished=self._on_ats_free,
        )
        self.rounds = Rounds(shared, self.announce, self.stop, self.troubles, self._on_round_end)
        self.upkeep = Upkeep(self.engine, configuration, self.clock, self.stop)

    @property
    def tasks(self) -> list[asyncio.Task[None]]:
        """The running step and the running rounds."""
        return [*([self.task] if self.task else []), *self.rounds.tasks]

    def run_soon(self) -> None:
        """Do what is due, now or right after the current step."""
        self.again = True
        if not self.stop.is_set() and (self.task is None or self.task.done()):
            self.task = asyncio.create_task(self._work())

    async def _work(self) -> None:
        """Do steps until nothing is due. Pause after an error.

        Catches everything: delivery, reminders and the watchdog must go on, and a restart would
        meet the same error.
        """
        while self.again and not self.stop.is_set():
            self.again = False
            try:
                self.again = await self._step() or self.again
            except LeaseLost:
                return
            except OutdatedSettingsError:
                self.again = True
            # the log has it, and its traceback where the fault is ours
            except Exception as error:  # noqa: BLE001
                self.troubles.report(ROUND_FAILED, error)
                await sleep_until_stop(self.stop, self.pause)
                self.pause, self.again = min(2 * self.pause, LONGEST_PAUSE), True
            else:
                self.pause = PAUSE
                if not self.rounds.in_trouble:
                    self.troubles.over(ROUND_FAILED)

    async def _step(self) -> bool:
        """Do one step. Return False if nothing was due, after planning when to run again."""
        if self.configuration.is_old():
            self.upkeep.configured(rules_changed=await self.configuration.reconfigure())
            self._plan_timed_alerts()
        agenda = await asyncio.to_thread(
            self._read_agenda, self.rounds.busy, frozenset(self.rounds.answering)
        )
        if agenda.requests:
            await self.configuration.apply_stored()
            await self.rounds.begin_requested(agenda.requests[0])
        elif agenda.boards:
            await self._check(agenda.boards)
        elif self._timed_alerts_are_due(agenda.at):
            await self._write_timed_alerts(agenda.at)
        elif not await self.upkeep.step(rounds_run=bool(self.rounds.tasks)):
            self._plan(agenda)
            return False
        return True

    def _read_agenda(self, busy: frozenset[str], answering: frozenset[int]) -> Agenda:
        with read_transaction(self.engine) as connection:
            handed_out = self.workers.boards if self.workers else frozenset()
            now = self.clock()
            due = due_boards(connection, now, busy, handed_out)
            requests = [
                request for request in open_requests(connection) if request.id not in answering
            ]
            return Agenda(now, requests, due.boards, due.next_at)

    async def _check(self, names: list[str]) -> None:
        """Begin a round, unless the daemon stops first."""
        if self.rounds.ats_free_at is not None:
            crawl_at = self.rounds.ats_free_at + CRAWL_GAP
            await sleep_until_stop(self.stop, crawl_at - asyncio.get_running_loop().time())
        if not self.stop.is_set():
            await self.configuration.apply_stored()
            await self.rounds.begin(names)

    def watches_changed(self) -> None:
        """Match the stored history with new watches, and plan the reminders of their roles."""
        self.upkeep.rules_outdated = True
        self._plan_timed_alerts()
        self.run_soon()

    def _on_ats_free(self) -> None:
        """Handle an ats whose boards were read: others of it may be due."""
        self.rounds.note_ats_free()
        self._plan_timed_alerts()
        self.run_soon()

    def _on_round_end(self, round_id: int | None) -> None:
        """Handle the end of a round, None if it failed."""
        if round_id is not None:
            self.guard.round_ended(round_id)
            self.configuration.slack_app.refresh_homes()
        # a board may have learned its employer's name, which rules read
        self.upkeep.rules_outdated = True
        self._plan_timed_alerts()
        self.run_soon()

    def _plan_timed_alerts(self) -> None:
        """Plan reminders and digests again, and wake the delivery: some may be due now."""
        self.timed_at = _AT_ONCE
        self.wake.set()

    def _timed_alerts_are_due(self, now: datetime) -> bool:
        """Return True if it is time for reminders and digests.

        They wait for a running round, whose changes they report, but not for one that hangs.
        """
        if self.timed_at > now:
            return False
        loop = asyncio.get_running_loop()
        if self.timed_since is None:
            self.timed_since = loop.time()
            loop.call_later(PATIENCE + _MARGIN, self.run_soon)
        return not self.rounds.tasks or loop.time() >= self.timed_since + PATIENCE

    async def _write_timed_alerts(self, now: datetime) -> None:
        await self.configuration.apply_stored()
        self.timed_at, self.timed_since, next_at = _NEVER, None, _AT_ONCE
        try:
            written = await asyncio.to_thread(
                scheduled.write, self.engine, self.configuration.settings, now
            )
            next_at = written.next_at
        finally:
            # a round that ended meanwhile may have made some due
            self.timed_at = min(self.timed_at, next_at)
        if written.alerts:
            self.wake.set()

    def _plan(self, agenda: Agenda) -> None:
        """Plan when to run again, in place of what was planned before."""
        # else it waits for a round
        timed_at = self.timed_at if self.timed_at > agenda.at else None
        for job, at in (("rounds", agenda.next_board), ("timed_alerts", timed_at)):
            if at is not None:
                self.scheduler.add_job(
                    self._run_planned, "date", run_date=at, id=job, replace_existing=True
                )
            elif self.scheduler.get_job(job):
                self.scheduler.remove_job(job)

    async def _run_planned(self) -> None:
        self.run_soon()
