"""Hand the checks of rounds to workers, through Procrastinate's queue, and wait for their ends.

    waiting   boards of live rounds, by the lock of their slot
    queued    their jobs: few a slot, so that the queue stays short and its queries quick
    finished  a job that is not in the queue any more; what was found is in the database

The statements that add and take back jobs are in daemon_queue.py.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import structlog
from procrastinate import App
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from crawler.crawl import board_host
from monitor.config.model import Settings
from monitor.daemon.check_queue import QUEUE, CheckJob, make_app
from monitor.daemon.daemon_queue import DaemonQueue, Handed
from monitor.daemon.queue_times import QueueTimes
from monitor.daemon.slots import slot_of
from monitor.database.trouble import OutageLog, is_outage
from monitor.rounds.shared_state import HandedRound

log = structlog.get_logger()
_LAST_WAIT: Final = 5.0  # seconds that a stopping daemon waits for the boards in hand
_LET_GO: Final = 2.0  # seconds
_TROUBLE: Final = "checks_not_queued"


@dataclass
class Dispatcher:
    """The rounds' way to the workers."""

    engine: Engine  # the daemon's, under its lease
    app: App
    settings: Callable[[], Settings]
    clock: Callable[[], datetime]  # the daemon's
    troubles: OutageLog
    times: QueueTimes
    on_stored: Callable[[], None] = lambda: None
    _waiting: OrderedDict[str, deque[Handed]] = field(default_factory=OrderedDict)  # by lock
    _queued: dict[int, Handed] = field(default_factory=dict)  # by job
    _left: dict[int, set[str]] = field(default_factory=dict)  # boards, by round
    _done: dict[int, asyncio.Future[None]] = field(default_factory=dict)  # by round
    _boards_known: object = None  # the settings' boards for which the hosts were found
    _ats_known: object = None  # likewise
    _hosts: Mapping[str, str] = field(default_factory=dict)  # by board
    _counts: Counter[str] = field(default_factory=Counter)  # boards of a host
    _task: asyncio.Task[None] | None = None
    _stalled_at: float = 0.0
    _queue: DaemonQueue = field(init=False)

    def __post_init__(self) -> None:
        self._queue = DaemonQueue(self.engine, self.clock)

    @classmethod
    async def open(
        cls,
        engine: Engine,
        settings: Callable[[], Settings],
        clock: Callable[[], datetime],
        troubles: OutageLog,
        times: QueueTimes,
        *,
        on_stored: Callable[[], None],
    ) -> Dispatcher:
        """Return a dispatcher with its connections. The caller closes it."""
        app = make_app(engine.url.render_as_string(hide_password=False), connections=2)
        await app.open_async()
        return cls(engine, app, settings, clock, troubles, times, on_stored)

    async def close(self) -> None:
        """Close the connections, unless they hang."""
        with suppress(TimeoutError, ConnectorException):
            async with asyncio.timeout(_LET_GO):
                await self.app.close_async()

    @property
    def boards(self) -> frozenset[str]:
        """The boards that wait for a worker or are in the hands of one."""
        return frozenset(board for boards in self._left.values() for board in boards)

    def hand_out(self, round_: HandedRound) -> None:
        """Have a round's boards checked and stored."""
        for handed in self._to_hand_out(round_):
            waiting = self._waiting.setdefault(handed.slot.lock, deque())
            (waiting.appendleft if handed.urgent else waiting.append)(handed)
        self._left[round_.id] = set(round_.boards)
        self._done[round_.id] = done = asyncio.get_running_loop().create_future()
        if not round_.boards:
            done.set_result(None)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work())

    async def wait(self, round_id: int) -> None:
        """Wait until they are. Cancelling it takes back what no worker has begun."""
        try:
            await asyncio.shield(self._done[round_id])
        except asyncio.CancelledError:
            await self._take_back(round_id)
            raise
        finally:
            self._forget(round_id)

    def _to_hand_out(self, round_: HandedRound) -> list[Handed]:
        settings, found = self.settings(), []
        self._find_hosts(settings)
        for name in round_.boards:
            place = self._hosts.get(name) or self._host(name)
            concurrency = settings.politeness(name.partition(":")[0]).concurrency
            slot = slot_of(name, place, concurrency, self._counts[place])
            check = CheckJob(
                name, round_.id, round_.writes_alerts, round_.announce, slot.number, slot.of
            )
            found.append(Handed(check, slot, round_.requested))
        return found

    def _find_hosts(self, settings: Settings) -> None:
        """Find the hosts of the watched boards, once for each configuration.

        Settings are frozen, and new watches leave boards and ats as they are. So another object is
        another configuration.
        """
        if settings.boards is self._boards_known and settings.ats is self._ats_known:
            return
        self._boards_known, self._ats_known = settings.boards, settings.ats
        watched = (board.board for board in settings.boards if board.enabled)
        self._hosts = {board: self._host(board) for board in watched}
        self._counts = Counter(self._hosts.values())

    def _host(self, board: str) -> str:
        return board_host(board, self.settings().politeness(board.partition(":")[0]).api_url)

    async def _work(self) -> None:
        """Poll the queue as long as there are rounds.

        Catches everything: the rounds go on when the database does.
        """
        while self._left:
            try:
                await self._poll_queue()
                self.troubles.over(_TROUBLE)
            # a lost lease and an error of ours end the rounds, which report it
            except Exception as error:  # noqa: BLE001
                if not _may_pass(error):
                    self._fail(error)
                    return
                self.troubles.report(_TROUBLE, outage(error))
            await asyncio.sleep(self.times.results)

    async def _poll_queue(self) -> None:
        if time.monotonic() >= self._stalled_at + self.times.stalled:
            self._stalled_at = time.monotonic()
            await self._give_back_stalled()
        waiting = {lock: tuple(checks) for lock, checks in self._waiting.items() if checks}
        seen = await asyncio.to_thread(self._queue.exchange, frozenset(self._queued), waiting)
        for job, one in seen.deferred:
            self._queued[job] = one
            with suppress(KeyError, ValueError):  # its round was cancelled meanwhile
                self._waiting[one.slot.lock].remove(one)
                self._waiting.move_to_end(one.slot.lock)
        for job in seen.finished:
            if job in self._queued:
                self._finished(self._queued.pop(job).check)
        if seen.finished:
            self.on_stored()

    async def _give_back_stalled(self) -> None:
        """Give jobs of dead or frozen workers to others. Procrastinate finds them."""
        jobs = await self.app.job_manager.get_stalled_jobs(
            queue=QUEUE, seconds_since_heartbeat=self.times.lost
        )
        for job in jobs:
            log.warning("job_taken_back", board=job.queueing_lock, reason="its worker is lost")
            if job.id in self._queued:
                await self.app.job_manager.retry_job(job)
            else:  # of a round that has ended
                await self.app.job_manager.finish_job(job, Status.FAILED, delete_job=True)

    def _finished(self, check: CheckJob) -> None:
        left = self._left.get(check.round_id)
        if left is None:
            return
        left.discard(check.board)
        if not left and not (done := self._done[check.round_id]).done():
            done.set_result(None)

    def _fail(self, error: Exception) -> None:
        for done in self._done.values():
            if not done.done():
                done.set_exception(error)

    def _forget(self, round_id: int) -> None:
        self._left.pop(round_id, None)
        self._done.pop(round_id, None)
        self._drop_waiting(round_id)

    def _drop_waiting(self, round_id: int) -> None:
        for lock, waiting in list(self._waiting.items()):
            kept = deque(one for one in waiting if one.check.round_id != round_id)
            self._waiting[lock] = kept
            if not kept:
                del self._waiting[lock]

    async def _take_back(self, round_id: int) -> None:
        """Take a round's jobs out of the queue, and wait for the boards in hand."""
        self._left[round_id] &= {
            one.check.board for one in self._queued.values() if one.check.round_id == round_id
        }
        self._drop_waiting(round_id)
        with suppress(Exception):  # the daemon stops, and the next one takes them back
            mine = [job for job, one in self._queued.items() if one.check.round_id == round_id]
            await asyncio.to_thread(self._queue.cancel, mine)
            end = time.monotonic() + _LAST_WAIT
            while self._left[round_id] and time.monotonic() < end:
                await self._poll_queue()
                await asyncio.sleep(min(self.times.results, 0.2))


def outage(error: Exception) -> Exception:
    """Return an error of Procrastinate's connections as SQLAlchemy's, which the log knows."""
    if not isinstance(error, (ConnectorException, TimeoutError)):
        return error
    cause = error.__cause__ if isinstance(error.__cause__, Exception) else error
    return OperationalError(None, None, cause)


def _may_pass(error: Exception) -> bool:
    """Return True for an outage of the database."""
    return isinstance(error, ConnectorException) or is_outage(error)
