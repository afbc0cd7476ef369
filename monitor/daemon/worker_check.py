"""One job of a worker: check one board, and record the result as the daemon would.

load    is its round still open, without a result of this board? The board's request, the
        configuration, the hosts that asked to wait
crawl   in the turns of the board's slot
store   in one fenced transaction: rounds/storing.py
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final, cast

from procrastinate.jobs import Job
from sqlalchemy import Connection, Engine, text

from crawler.crawl import crawl_batches
from crawler.holds import Holds
from crawler.items import BoardRequest, Politeness, Result
from crawler.turns import Turns
from monitor.alerts.alerting import Alerting
from monitor.config import shared
from monitor.config.model import Settings
from monitor.daemon import shared_settings
from monitor.daemon.check_queue import CheckJob
from monitor.daemon.worker_claim import StaleSettings, Sureness, fenced
from monitor.database.columns import AnyRow
from monitor.database.engine import read_and_roll_back
from monitor.database.schema import newest, revision
from monitor.database.shared_clock import SharedClock
from monitor.database.slack_channels import directory
from monitor.errors import UserError
from monitor.history.due import board_requests
from monitor.rounds import host_holds
from monitor.rounds.check_recorder import CheckRecorder
from monitor.rounds.storing import BatchStore, RoundNotes
from monitor.rounds.to_the_end import to_the_end
from monitor.rules.watches import with_watches

# the round has ended, or has this board's result: a worker died between storing and saying so
_IS_DONE: Final = text("""
SELECT r.finished_at IS NOT NULL OR b.held_round IS NOT DISTINCT FROM r.id OR EXISTS (
    SELECT FROM board_check c WHERE c.board_id = b.id AND c.round_id = r.id
) FROM check_round r, board b WHERE r.id = :round AND b.board = :board""")


class OtherSchemaError(UserError):
    """The database was upgraded by another version of rolewatch."""

    def __init__(self, found: str | None) -> None:
        super().__init__(
            f"the database has another schema ({found or 'none'}) than this rolewatch ({newest()}):"
            " install the version of the daemon here, then start the worker again"
        )


@dataclass
class Rules:
    """The settings that results are stored by, as they were last read."""

    url: str  # of the database
    number: int = 0  # of the shared configuration
    settings: Settings | None = None
    alertings: dict[tuple[bool, bool], Alerting] = field(default_factory=dict)
    stamp: AnyRow | None = None

    def read(self, connection: Connection) -> Settings:
        """Return the settings as they are stored now. Raise NoConfiguration."""
        self.stamp = shared_settings.stamp(connection)
        stored = shared_settings.load(connection)
        if stored is None:
            raise shared_settings.NoConfiguration
        settings = self.settings
        if settings is None or stored.number != self.number:
            self.number, settings = stored.number, shared.load(stored.content, self.url)
        settings = directory(connection).applied(with_watches(connection, settings))
        if settings == self.settings:
            return self.settings
        self.settings, self.alertings = settings, {}
        return settings

    def alerting(self, job: CheckJob) -> Alerting:
        """Return the alerting of a job, with the rules compiled once."""
        key, settings = (job.alerts, job.announce), self.settings
        assert settings is not None  # read before  # noqa: S101
        return self.alertings.setdefault(
            key, Alerting.of(settings, enabled=job.alerts, announce=job.announce)
        )


@dataclass(frozen=True, slots=True)
class _Loaded:
    """The request of a check, and the settings that it needs."""

    request: BoardRequest
    politeness: Politeness


@dataclass(frozen=True, slots=True)
class Checker:
    """Checks boards, one a job. All jobs of a worker share it."""

    engine: Engine
    clock: SharedClock
    random: Random
    rules: Rules
    holds: Holds
    sureness: Sureness
    patience: float  # seconds that a frozen worker keeps its locks

    async def check(self, job: Job) -> None:
        """Check the board of a job and store the result. Raise JobLost, or what storing raised."""
        check = CheckJob(**cast("dict[str, Any]", job.task_kwargs))
        loaded = await asyncio.to_thread(self._load, check)
        if loaded is None:
            return
        async with self.sureness.needed():
            results = await self._crawl(check, loaded)
        # after a late error nothing is left to do: the job is given back in any case
        await to_the_end(
            asyncio.to_thread(self._store, job, check, results), on_late_error=lambda _: None
        )

    def _load(self, check: CheckJob) -> _Loaded | None:
        with read_and_roll_back(self.engine) as connection:
            if (found := revision(connection)) != newest():
                raise OtherSchemaError(found)
            done = connection.execute(_IS_DONE, {"round": check.round_id, "board": check.board})
            if done.scalar() in {True, None}:
                return None
            settings = self.rules.read(connection)
            host_holds.refresh(connection, self.holds, self.clock())
            requests = board_requests(connection, [check.board], self.clock())
        if not requests:  # it is not watched any more
            return None
        politeness = settings.politeness(check.board.partition(":")[0])
        return _Loaded(requests[0], politeness)

    async def _crawl(self, check: CheckJob, loaded: _Loaded) -> list[Result]:
        manners = loaded.politeness
        turns = Turns(
            manners.delay, check.slot, check.slots, self.clock.seconds, self.sureness.holds
        )
        alone = Politeness(
            manners.contact, manners.timeout, manners.api_url, 0.0, 1, manners.max_probes
        )
        found: list[Result] = []
        ats = check.board.partition(":")[0]
        crawl = crawl_batches(ats, [loaded.request], alone, self.holds, turns)
        async with aclosing(crawl) as batches:
            async for batch in batches:
                found += batch
        return found

    def _store(self, job: Job, check: CheckJob, results: Sequence[Result]) -> None:
        while True:
            with read_and_roll_back(self.engine) as connection:
                self.rules.read(connection)
                alerting, known = self.rules.alerting(check), self.rules.stamp
            assert known is not None  # just read  # noqa: S101
            error = self._store_once(job, check, results, alerting, known)
            if error is None:
                return
            if not isinstance(error, StaleSettings):
                raise error

    def _store_once(
        self,
        job: Job,
        check: CheckJob,
        results: Sequence[Result],
        alerting: Alerting,
        known: AnyRow,
    ) -> Exception | None:
        engine = fenced(self.engine, job, check.round_id, lambda: known, self.patience)
        recorder = CheckRecorder(check.round_id, alerting, self.random, self.clock)
        notes = RoundNotes()
        BatchStore(engine, recorder, self.holds, notes).store(results)
        return notes.storage_errors[0] if notes.storage_errors else None


class SharedHolds(Holds):
    """The hosts that asked to wait, known to all workers: `on_hold` is called for a new one."""

    __slots__ = ("on_hold",)

    on_hold: Callable[[], None]

    def answered(self, url: str, status: int, retry_after: float | None) -> None:
        super().answered(url, status, retry_after)
        if self.unsaved():
            self.on_hold()
