"""One round: crawl the boards, record each result as it comes, then tell what is new; and what a round has brought."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

import structlog
from sqlalchemy import Connection, Engine, insert, text, update

from crawler.crawl import crawl_batches
from crawler.holds import Holds
from crawler.items import BoardRequest, Failure, Result
from monitor.alerts import reminders, summaries
from monitor.alerts.alerting import Alerting
from monitor.config.model import Settings
from monitor.database import lease, tables
from monitor.database.engine import read_and_roll_back
from monitor.database.trouble import describe, is_outage
from monitor.history import boards as watch
from monitor.rounds import host_holds, new_board
from monitor.rounds.network import NETWORK, is_unreached
from monitor.rounds.record import CheckRecorder, _Check
from monitor.rules.matches import match_backlog

log = structlog.get_logger()
# seconds after which a transaction takes no further result: others wait for it
_MAX_TRANSACTION = 0.2
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
    holds: Holds | None = None,
) -> int:
    """Looks at the named boards, at all watched ones for None; gives the round's id. Cancelling it loses no result that came.

    `holds` are the hosts that asked earlier rounds of this process to wait; those of earlier processes are in the database.

    Raises what kept a board from being stored, not even as a failure, when all others are.
    """
    alerting = Alerting.of(settings, enabled=alerts, announce=announce)
    holds = holds or Holds()
    round_id, requests = await asyncio.to_thread(
        _open_round, engine, settings, names, holds, clock()
    )
    one_round = _Round(engine, settings, CheckRecorder(round_id, alerting, random, clock), holds)
    try:
        async with asyncio.TaskGroup() as crawls:
            for ats, boards in requests.items():
                crawls.create_task(one_round.crawl(ats, boards))
        await new_board.seek(engine, settings, one_round.gone, round_id)
    finally:
        await asyncio.shield(
            asyncio.to_thread(_close_round, engine, alerting, round_id, holds, clock())
        )
        NETWORK.end_round()
    for error in one_round.storage_errors:
        raise error
    await asyncio.to_thread(match_backlog, engine, settings, CATCH_UP)
    return round_id


def _open_round(
    engine: Engine, settings: Settings, names: Collection[str] | None, holds: Holds, now: datetime
) -> tuple[int, dict[str, list[BoardRequest]]]:
    with engine.begin() as connection:
        host_holds.restore(connection, holds, now)
        lease.end_rounds(connection, now)  # one whose end found the disk full
        watch.sync_boards(connection, settings)
        started = connection.execute(
            insert(tables.CheckRound).values(started_at=now).returning(tables.CheckRound.id)
        )
        wanted = (
            {board.board for board in settings.boards if board.enabled} if names is None else names
        )
        return started.scalar_one(), watch.requests(connection, wanted, now)


def _close_round(
    engine: Engine, alerting: Alerting, round_id: int, holds: Holds, now: datetime
) -> None:
    with read_and_roll_back(engine) as connection:
        found = summaries.find(connection, alerting, round_id)
    with engine.begin() as connection:
        summaries.write(connection, found, round_id, now)
        reminders.expire(connection, now)
        connection.execute(
            update(tables.CheckRound)
            .where(tables.CheckRound.id == round_id)
            .values(finished_at=now)
        )
        saved = host_holds.save(connection, holds, now)
    holds.mark_saved(saved)


@dataclass(frozen=True, slots=True)
class _Round:
    engine: Engine
    settings: Settings
    recorder: CheckRecorder
    holds: Holds
    storage_errors: list[Exception] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)  # boards that their ats does not know any more

    async def crawl(self, ats: str, requests: Sequence[BoardRequest]) -> None:
        """Record the results of one ats's boards. Trouble here waits for the round's end, so that the other crawls go on."""
        try:
            await self._crawl(ats, requests)
        except Exception as error:  # raised when all boards that can be stored are  # noqa: BLE001
            self.storage_errors.append(error)

    async def _crawl(self, ats: str, requests: Sequence[BoardRequest]) -> None:
        async with aclosing(
            crawl_batches(ats, requests, watch.politeness(self.settings, ats), self.holds)
        ) as batches:
            async for batch in batches:
                storing = asyncio.create_task(asyncio.to_thread(self._record, batch))
                try:
                    await asyncio.shield(storing)
                finally:
                    # cancelled or not: the round's end tells of what is stored by then
                    await asyncio.wait([storing])

    def _record(self, results: Sequence[Result]) -> None:
        """Stores results that came together, many in one transaction; where that goes wrong, each of what is left in one of its own.

        Alone and not under a savepoint: at each savepoint SQLite's search index writes what it has
        gathered.
        """
        left = list(results)
        with suppress(Exception):  # whose trouble it is, is found out below
            while len(left) > 1:
                stored = self._store(left)
                left = left[len(stored) :]
                _log_results(stored)
        there = self._committed_boards() if len(left) > 1 else frozenset()
        for result in left:
            if result.board not in there:
                self._record_alone(result)

    def _committed_boards(self) -> Collection[str]:
        """The boards that this round has stored, as far as that can be asked: a commit may have come through though it failed for us."""
        with suppress(Exception), self.engine.connect() as connection:
            return connection.scalars(_OF_ROUND, {"round": self.recorder.round_id}).all()
        return frozenset()

    def _record_alone(self, result: Result) -> None:
        """Stores a result; this is the job around one board, so whatever goes wrong with it stays with it."""
        try:
            _log_results(self._store([result]))
        except Exception as error:
            if not is_outage(error):
                log.exception("board not stored", board=result.board)
            if result.board not in self._committed_boards():
                self._store_failure(
                    result, describe(error) if is_outage(error) else type(error).__name__
                )

    def _store(self, results: Sequence[Result]) -> list[tuple[Result, dict[str, object]]]:
        """Stores the first of these results, one at least and as many as others can wait for; gives them with the facts for the log."""
        judged = self._judge(results)
        stored: list[tuple[Result, dict[str, object]]] = []
        until = time.monotonic() + _MAX_TRANSACTION
        with self.engine.begin() as connection:
            for look in judged:
                stored.append((look.result, self.recorder.record(connection, look)))
                if time.monotonic() > until:
                    break
            saved = host_holds.save(connection, self.holds, self.recorder.clock())
        self.holds.mark_saved(saved)
        self.gone.extend(result.board for result, facts in stored if "gone" in facts)
        return stored

    def _judge(self, results: Sequence[Result]) -> list[_Check]:
        """Decide what the first of these results did, one at least: rows and texts are read while others may write."""
        judged: list[_Check] = []
        until = time.monotonic() + _MAX_TRANSACTION
        with read_and_roll_back(self.engine) as connection:
            for result in results:
                judged.append(self.recorder.judge(connection, result))
                if time.monotonic() > until:
                    break
        return judged

    def _store_failure(self, result: Result, why: str) -> None:
        """Pushes the board's next try forward, as a failure of ours; where even that cannot be stored, the round says it at its end."""
        try:
            _log_results(
                self._store(
                    [
                        Failure(
                            result.board,
                            f"its result could not be stored: {why}",
                            seconds=result.seconds,
                        )
                    ]
                )
            )
        except Exception as error:  # as above: the other boards are to be stored  # noqa: BLE001
            self.storage_errors.append(error)


def _log_results(stored: Iterable[tuple[Result, dict[str, object]]]) -> None:
    """Logs what is stored; that the log cannot be written is no trouble of a board."""
    with suppress(OSError):
        for result, facts in stored:
            if isinstance(result, Failure) and result.held:
                log.debug("board not asked", **facts)
                continue
            if is_unreached(result):
                NETWORK.unreached(facts)
                continue
            NETWORK.reached()
            if isinstance(result, Failure):
                log.warning("board failed", **facts)
            else:
                (log.info if _is_news(facts) else log.debug)("board read", **facts)


def _is_news(facts: Mapping[str, object]) -> bool:
    """Did the check bring a change, or read the board for the first time?"""
    return any(facts.get(name) for name in ("baseline", "opened", "revised", "closed", "reopened"))


_OF_ROUND = text("""
SELECT b.board FROM board_check c JOIN board b ON b.id = c.board_id WHERE c.round_id = :round
UNION ALL SELECT board FROM board WHERE held_round = :round""")


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
