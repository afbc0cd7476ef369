"""One round: crawl the boards, record each result when it comes, then write its summaries.

A board's check, from due to committed:

    daemon/daemon_loop.py   due_boards: the board is due       → Round.begin: the round's row
    history/due.py          board_requests: validators, known keys, postings to probe
    crawler/crawl.py        crawl_batches: one crawl per ats   → Snapshot | Unchanged | Failure
    rounds/storing.py       batches of results, in a thread, in short transactions
    rounds/quiet_checks.py  the checks that found nothing; all others go on:
    rounds/check.py         load, compare, decide, prepare     (nothing is written)
    rounds/write_check.py   check row, changes, alerts, board row
    database                commit: history and alerts together
    Round._end              summaries, network incident, holds, the round's end
    delivery/               sends the alerts

Several rounds may run at once (`SharedState`). Boards of one ats are crawled by one round at a
time, so its hosts get the configured delay and no board is checked twice at once.

With `[workers] queue` the crawls and the storing are done by workers (daemon/worker.py). A round
waits for them, then reads from the database what they found.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

import structlog
from sqlalchemy import Engine

from crawler.crawl import crawl_batches
from crawler.items import Result
from monitor.alerts.alerting import Alerting
from monitor.config.model import Settings
from monitor.history.schedule import OneChance
from monitor.rounds import new_board
from monitor.rounds.check_recorder import CheckRecorder
from monitor.rounds.round_rows import RoundEnd, close_round, open_round, read_requests
from monitor.rounds.shared_state import HandedRound, SharedState
from monitor.rounds.storing import BatchStore, RoundNotes
from monitor.rounds.to_the_end import to_the_end
from monitor.rules.matches import match_backlog

log = structlog.get_logger()

CATCH_UP = 2.0  # seconds after a round for matching what is stored with rules that are new


async def run_round(
    engine: Engine,
    settings: Settings,
    names: Collection[str] | None,
    *,
    alerts: bool,
    announce: bool,
    clock: Callable[[], datetime],
    random: Random,
    is_current: Callable[[], bool] = lambda: True,
) -> int:
    """Check the named boards, or all watched ones for None. Return the round's id.

    Cancelling it loses no result that was received. Storage errors are raised at the end.
    `is_current` and OutdatedSettingsError: as for SharedState and `Round.begin`.
    """
    shared = SharedState(engine, lambda: settings, clock, random, is_current=is_current)
    round_ = await Round.begin(shared, names, alerts=alerts, announce=announce)
    await round_.run()
    await asyncio.to_thread(match_backlog, engine, settings, CATCH_UP)
    return round_.id


@dataclass(slots=True)
class Round:
    """One round, from its row in the database on."""

    shared: SharedState
    id: int
    settings: Settings  # when it began
    boards: dict[str, list[str]]  # by ats
    writes_alerts: bool
    announce: bool
    ats_left: set[str]  # those that it crawls itself, and has not crawled yet
    chance: OneChance  # spreads the next round
    notes: RoundNotes = field(default_factory=RoundNotes)
    alerting: Alerting | None = None  # of the settings of the last batch

    @classmethod
    async def begin(
        cls,
        shared: SharedState,
        names: Collection[str] | None,
        *,
        alerts: bool,
        announce: bool,
        requested: bool = False,
    ) -> Round:
        """Begin a round of the named boards (None: all watched ones). The caller runs it.

        Workers check the boards of a `requested` one before others. Raises OutdatedSettingsError.
        """
        settings = shared.settings()
        names_to_check = (
            [board.board for board in settings.boards if board.enabled] if names is None else names
        )
        boards: dict[str, list[str]] = defaultdict(list)
        for name in names_to_check:
            boards[name.partition(":")[0]].append(name)
        round_id = await asyncio.to_thread(open_round, shared, settings, shared.clock())
        shared.live[round_id] = names_to_check if alerts else ()
        ats_left = set(boards) if shared.workers is None else set()
        shared.busy.update(ats_left)
        one = cls(
            shared,
            round_id,
            settings,
            boards,
            writes_alerts=alerts,
            announce=announce,
            ats_left=ats_left,
            chance=OneChance(shared.random.random()),
        )
        if shared.workers is not None:
            names = [name for some in boards.values() for name in some]
            shared.workers.hand_out(HandedRound(round_id, names, alerts, announce, requested))
        return one

    async def run(self) -> None:
        """Crawl and store. Cancelling it loses no received result. Raises as `run_round` does."""
        try:
            if self.shared.workers is not None:
                from monitor.rounds.worker_notes import read_notes  # noqa: PLC0415  # for workers alone

                await self.shared.workers.wait(self.id)
                self.notes = await asyncio.to_thread(read_notes, self.shared.engine, self.id)
            async with asyncio.TaskGroup() as crawls:
                for ats in self.ats_left.copy():
                    crawls.create_task(self._crawl(ats))
            await new_board.seek(
                self.shared.engine, self.settings, self.notes.unknown_boards, self.id
            )
        finally:
            await to_the_end(self._end(), _log_late_error)
        for error in self.notes.storage_errors:
            raise error

    def free(self) -> None:
        """Give up the ats that were not crawled, so that other rounds can have them."""
        self.shared.busy.subtract(self.ats_left)
        self.ats_left.clear()

    async def _crawl(self, ats: str) -> None:
        """Record the results of one ats. Errors wait for the round's end, so other crawls go on."""
        try:
            async with self.shared.ats_locks[ats]:
                await self._crawl_alone(ats)
        except Exception as error:  # raised when all boards that can be stored are  # noqa: BLE001
            self.notes.storage_errors.append(error)
        # after an error the ats stays busy until the failed round ends
        if not self.notes.storage_errors:
            self.ats_left.discard(ats)
            self.shared.busy[ats] -= 1
            if self.ats_left:  # otherwise the round's end follows at once
                self.shared.on_ats_finished()

    async def _crawl_alone(self, ats: str) -> None:
        shared = self.shared
        requests = await asyncio.to_thread(
            read_requests, shared.engine, self.boards[ats], shared.clock()
        )
        async with aclosing(
            crawl_batches(ats, requests, self.settings.politeness(ats), shared.holds)
        ) as batches:
            async for batch in batches:
                # the round's end reports what is stored by then
                await to_the_end(self._store(batch), _log_late_error)

    async def _store(self, batch: Sequence[Result]) -> None:
        async with self.shared.settings_lock.storing():
            recorder = CheckRecorder(self.id, self._alerting(), self.chance, self.shared.clock)
            await asyncio.to_thread(
                BatchStore(self.shared.engine, recorder, self.shared.holds, self.notes).store,
                batch,
            )
        self.shared.on_stored()

    def _alerting(self) -> Alerting:
        """Return the alerting of the current settings: new results use the current rules."""
        settings = self.shared.settings()
        if self.alerting is None or self.alerting.settings is not settings:
            self.alerting = Alerting.of(
                settings, enabled=self.writes_alerts, announce=self.announce
            )
        return self.alerting

    async def _end(self) -> None:
        shared = self.shared
        try:
            async with shared.ending, shared.settings_lock.storing():
                others = self._boards_of_other_rounds()
                end = RoundEnd(self.id, self.notes, self._alerting(), others)
                since = await asyncio.to_thread(close_round, shared, end, shared.clock())
                shared.network.incident, shared.network.asked = since, True
        finally:
            del shared.live[self.id]

    def _boards_of_other_rounds(self) -> set[str]:
        """Return the boards that other rounds announce at their end.

        Of two rounds that read a board, the one that ends first announces it.
        """
        others = {
            name
            for number, names in self.shared.live.items()
            if number != self.id
            for name in names
        }
        return others - set(self.shared.live[self.id])


def _log_late_error(error: BaseException) -> None:
    """Log an error that came after the round was cancelled. A lost lease is reported elsewhere."""
    log.info("round_cancelled", reason=str(error))
