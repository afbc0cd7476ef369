"""Store the results of a round's crawls in batches: many boards per short transaction."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import Connection, Engine, bindparam, select, union_all

from crawler.holds import Holds
from crawler.items import Failure, Result
from monitor.database.board_row import BoardRow, load_named_boards
from monitor.database.engine import read_and_roll_back
from monitor.database.lease import LeaseLost
from monitor.database.pauses import with_pauses
from monitor.database.tables import Board, BoardCheck
from monitor.database.trouble import describe, is_outage
from monitor.rounds import host_holds
from monitor.rounds.check_recorder import CheckRecorder
from monitor.rounds.network import Tally, is_unreached
from monitor.rounds.quiet_checks import may_be_quiet, record_quiet

if TYPE_CHECKING:
    from monitor.rounds.check import DecidedCheck

log = structlog.get_logger()
# seconds after which a transaction takes no further result: writers wait for it
_LONGEST_TRANSACTION = 0.05
_FEW_TEXTS = 50  # of one check, which its own transaction stores in a few milliseconds
_TEXTS_AT_ONCE = 10
_BOARDS_AT_ONCE = 20  # in one transaction
_QUIET_AT_ONCE = 200  # checks that found nothing, which take a few milliseconds
_CHECKED = select(Board.board).join(BoardCheck, BoardCheck.board_id == Board.id)
_BOARDS_OF_ROUND = union_all(
    _CHECKED.where(BoardCheck.round_id == bindparam("round")),
    select(Board.board).where(Board.held_round == bindparam("round")),
)
_ID_OF_NAME = select(Board.id).where(Board.board == bindparam("board"))


@dataclass(slots=True)
class RoundNotes:
    """Notes of a round for its end: to write, to log or to raise."""

    tally: Tally = field(default_factory=Tally)
    # raised at the round's end
    storage_errors: list[Exception] = field(default_factory=list)
    unknown_boards: list[str] = field(default_factory=list)  # three checks found no such board
    # boards that were not asked, since their host asked to wait: why
    not_asked: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BatchStore:
    """Stores a batch of results."""

    engine: Engine
    recorder: CheckRecorder
    holds: Holds
    notes: RoundNotes

    def store(self, results: Sequence[Result]) -> None:
        """Store a batch in few transactions. After an error, store each result separately.

        Each in its own transaction, not in a savepoint: FTS5 flushes its pending index at every
        savepoint.
        """
        left = self._store_quiet_checks(results)
        with suppress(Exception):  # which result causes it shows below, where each is stored alone
            while len(left) > 1:
                stored = self._store_first(left)
                left = left[len(stored) :]
                self._count(stored)
        committed = self._committed_boards() if len(left) > 1 else frozenset()
        for result in left:
            if result.board not in committed:
                self._store_alone(result)

    def _store_quiet_checks(self, results: Sequence[Result]) -> list[Result]:
        """Store the checks that found nothing, many at once. Return the results that are left.

        After an error, quiet ones that are not stored are left too.
        """
        candidates = [result for result in results if may_be_quiet(result)]
        done: set[int] = set()  # ids of results: a board may be in a batch twice
        committed: Collection[str] = ()
        try:
            for start in range(0, len(candidates), _QUIET_AT_ONCE):
                with self.engine.begin() as connection:
                    stored = record_quiet(
                        connection, self.recorder, candidates[start : start + _QUIET_AT_ONCE]
                    )
                    saved = host_holds.save(connection, self.holds, self.recorder.clock())
                self.holds.mark_saved(saved)
                self._count(stored)
                done.update(id(result) for result, _ in stored)
        except Exception:  # `store` goes on with what is left  # noqa: BLE001
            committed = self._committed_boards()
        return [
            result for result in results if id(result) not in done and result.board not in committed
        ]

    def _committed_boards(self) -> Collection[str]:
        """Return the boards that this round has stored. A failed commit may have succeeded."""
        with suppress(Exception), self.engine.connect() as connection:
            return connection.scalars(_BOARDS_OF_ROUND, {"round": self.recorder.round_id}).all()
        return frozenset()

    def _store_alone(self, result: Result) -> None:
        """Store one result. Catches everything: an error must not affect other boards."""
        try:
            self._count(self._store_first([result]))
        except LeaseLost as error:  # nothing more is ours to store
            self.notes.storage_errors.append(error)
        except Exception as error:
            if self._is_respelled(result.board):
                return
            if not is_outage(error):
                log.exception("board_not_stored", board=result.board)
            if result.board not in self._committed_boards():
                self._store_failure(
                    result, describe(error) if is_outage(error) else type(error).__name__
                )

    def _store_first(self, results: Sequence[Result]) -> list[tuple[Result, dict[str, object]]]:
        """Store the first results, at least one, until the time is up. Return them with facts."""
        checks = [self._store_texts_ahead(check) for check in self._decide_first(results)]
        stored: list[tuple[Result, dict[str, object]]] = []
        until = time.monotonic() + _LONGEST_TRANSACTION
        with self.engine.begin() as connection:
            boards = _rows(connection, [check.board.board for check in checks])
            for check in checks:
                board = boards.pop(check.board.board, None)
                stored.append((check.result, self.recorder.record(connection, check, board)))
                if time.monotonic() > until:
                    break
            saved = host_holds.save(connection, self.holds, self.recorder.clock())
        self.holds.mark_saved(saved)
        self.notes.unknown_boards += [
            result.board for result, facts in stored if "unknown" in facts
        ]
        return stored

    def _store_texts_ahead(self, check: DecidedCheck) -> DecidedCheck:
        """Store the texts of a large check ahead, so that its own transaction is short.

        Until then no version refers to them, so nobody sees them. What a crash leaves of them is
        used by the next check.
        """
        if len(check.ready.new_texts) <= _FEW_TEXTS:
            return check
        # decided checks have loaded it
        from monitor.database.texts import NewTexts, store_texts  # noqa: PLC0415

        parts = with_pauses(check.ready.new_texts.parts(_TEXTS_AT_ONCE))
        for first in parts:
            until = time.monotonic() + _LONGEST_TRANSACTION
            with self.engine.begin() as connection:
                store_texts(connection, first)
                for part in parts:
                    store_texts(connection, part)
                    if time.monotonic() > until:
                        break
        return replace(check, ready=replace(check.ready, new_texts=NewTexts()))

    def _decide_first(self, results: Sequence[Result]) -> list[DecidedCheck]:
        """Decide the first results, at least one, before the transaction begins."""
        # not in the transaction, and not in a round of quiet checks: see check_recorder.py
        from monitor.rounds import write_check  # noqa: F401, PLC0415
        from monitor.rounds.check import decide_check  # noqa: PLC0415

        checks: list[DecidedCheck] = []
        until = time.monotonic() + _LONGEST_TRANSACTION
        with read_and_roll_back(self.engine) as connection:
            results = results[:_BOARDS_AT_ONCE]
            boards = _rows(connection, [result.board for result in results])
            for result in results:
                checks.append(
                    decide_check(
                        connection,
                        result,
                        self.recorder.alerting,
                        self.recorder.clock,
                        boards.get(result.board),
                    )
                )
                if time.monotonic() > until:
                    break
        return checks

    def _store_failure(self, result: Result, why: str) -> None:
        """Store a failure of ours, so that the board is retried. The round raises what fails."""
        reason = f"its result could not be stored: {why}"
        try:
            self._count(self._store_first([Failure(result.board, reason, seconds=result.seconds)]))
        except Exception as error:  # as above: the other boards are to be stored  # noqa: BLE001
            self.notes.storage_errors.append(error)

    def _is_respelled(self, board: str) -> bool:
        """Return True if a new configuration renamed the board. It is checked again then."""
        with suppress(Exception), self.engine.connect() as connection:
            return connection.scalar(_ID_OF_NAME, {"board": board}) is None
        return False

    def _count(self, stored: Sequence[tuple[Result, dict[str, object]]]) -> None:
        """Note what the stored results show of the network, and log them."""
        tally = self.notes.tally
        tally.unreached += [facts for result, facts in stored if is_unreached(result)]
        tally.reached |= any(_is_reached(result) for result, _ in stored)
        self.notes.not_asked |= {
            result.board: result.reason
            for result, _ in stored
            if isinstance(result, Failure) and result.held
        }
        log_results(stored)


def _rows(connection: Connection, names: Sequence[str]) -> dict[str, BoardRow]:
    return {board.board: board for board in load_named_boards(connection, names)}


def _is_reached(result: Result) -> bool:
    """Return True if a host answered. One that asked to wait was not asked."""
    return not isinstance(result, Failure) or (result.status is not None and not result.held)


def log_results(stored: Sequence[tuple[Result, dict[str, object]]]) -> None:
    """Log the stored results. Unreachable boards are logged at the round's end.

    A log that cannot be written must not fail a board.
    """
    bound_log = log.bind()  # once for all lines: it takes 20 µs
    with suppress(OSError):
        for result, facts in stored:
            if not isinstance(result, Failure):
                write_log = bound_log.info if _is_news(facts) else bound_log.debug
                write_log("board_checked", **facts)
            elif result.held:
                bound_log.debug("board_not_asked", **facts)
            elif not is_unreached(result):
                bound_log.warning("board_failed", **facts)


def _is_news(facts: Mapping[str, object]) -> bool:
    """Return True if the check found a change, or read the board for the first time."""
    return any(facts.get(name) for name in ("baseline", "opened", "revised", "closed", "reopened"))
