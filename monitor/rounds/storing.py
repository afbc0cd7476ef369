"""Store what a round's crawls bring, batch by batch: many boards in one transaction as far as others can wait."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import structlog
from sqlalchemy import Engine, text

from crawler.holds import Holds
from crawler.items import Failure, Result
from monitor.database.engine import read_and_roll_back
from monitor.database.trouble import describe, is_outage
from monitor.rounds import host_holds
from monitor.rounds.network import Tally, is_unreached
from monitor.rounds.record import CheckRecorder, _Check

log = structlog.get_logger()
_HOLD = 0.2  # seconds after which a transaction takes no further result: others wait for it


@dataclass(slots=True)
class Brought:
    """What the checks of a round have shown beside what is stored of them."""

    tally: Tally = field(default_factory=Tally)
    # trouble that waits for the round's end
    storage_errors: list[Exception] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)  # boards that their ats does not know any more
    # boards that were not asked, since their host asked to wait: why
    held: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Storing:
    """Stores results that came together."""

    engine: Engine
    recorder: CheckRecorder
    holds: Holds
    brought: Brought

    def store(self, results: Sequence[Result]) -> None:
        """Stores results that came together, many in one transaction; where that goes wrong, each of what is left in one of its own.

        Alone and not under a savepoint: at each savepoint SQLite's search index writes what it has
        gathered.
        """
        left = list(results)
        with suppress(Exception):  # whose trouble it is, is found out below
            while len(left) > 1:
                stored = self._store(left)
                left = left[len(stored) :]
                self._count(stored)
        there = self._stored() if len(left) > 1 else frozenset()
        for result in left:
            if result.board not in there:
                self._record_alone(result)

    def _stored(self) -> Collection[str]:
        """The boards that this round has stored, as far as that can be asked: a commit may have come through though it failed for us."""
        with suppress(Exception), self.engine.connect() as connection:
            return connection.scalars(_OF_ROUND, {"round": self.recorder.round_id}).all()
        return frozenset()

    def _record_alone(self, result: Result) -> None:
        """Stores a result; this is the job around one board, so whatever goes wrong with it stays with it."""
        try:
            self._count(self._store([result]))
        except Exception as error:
            if self._is_respelled(result.board):
                return
            if not is_outage(error):
                log.exception("board not stored", board=result.board)
            if result.board not in self._stored():
                self._store_failure(
                    result, describe(error) if is_outage(error) else type(error).__name__
                )

    def _store(self, results: Sequence[Result]) -> list[tuple[Result, dict[str, object]]]:
        """Stores the first of these results, one at least and as many as others can wait for; gives them with the facts for the log."""
        judged = self._judge(results)
        stored: list[tuple[Result, dict[str, object]]] = []
        until = time.monotonic() + _HOLD
        with self.engine.begin() as connection:
            for look in judged:
                stored.append((look.result, self.recorder.record(connection, look)))
                if time.monotonic() > until:
                    break
            saved = host_holds.save(connection, self.holds, self.recorder.clock())
        self.holds.mark_saved(saved)
        self.brought.gone.extend(result.board for result, facts in stored if "gone" in facts)
        return stored

    def _judge(self, results: Sequence[Result]) -> list[_Check]:
        """Decide what the first of these results did, one at least: rows and texts are read while others may write."""
        judged: list[_Check] = []
        until = time.monotonic() + _HOLD
        with read_and_roll_back(self.engine) as connection:
            for result in results:
                judged.append(self.recorder.judge(connection, result))
                if time.monotonic() > until:
                    break
        return judged

    def _store_failure(self, result: Result, why: str) -> None:
        """Pushes the board's next try forward, as a failure of ours; where even that cannot be stored, the round says it at its end."""
        try:
            self._count(
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
            self.brought.storage_errors.append(error)

    def _is_respelled(self, board: str) -> bool:
        """Has a changed configuration given the board another name meanwhile? It is checked again under that one."""
        with suppress(Exception), self.engine.connect() as connection:
            return connection.scalar(_NAMED, {"board": board}) is None
        return False

    def _count(self, stored: Sequence[tuple[Result, dict[str, object]]]) -> None:
        """Note what the stored results show of the network, and log them."""
        tally = self.brought.tally
        tally.unreached += [facts for result, facts in stored if is_unreached(result)]
        tally.reached |= any(_is_reached(result) for result, _ in stored)
        self.brought.held |= {
            result.board: result.reason
            for result, _ in stored
            if isinstance(result, Failure) and result.held
        }
        say(stored)


def _is_reached(result: Result) -> bool:
    """Did a host answer? One that asked to wait was not asked."""
    return not isinstance(result, Failure) or (result.status is not None and not result.held)


def say(stored: Sequence[tuple[Result, dict[str, object]]]) -> None:
    """Log what is stored, but not the boards that no host answered: the round's end does. A log that cannot be written costs no board."""
    with suppress(OSError):
        for result, facts in stored:
            if not isinstance(result, Failure):
                (log.info if _is_news(facts) else log.debug)("board read", **facts)
            elif result.held:
                log.debug("board not asked", **facts)
            elif not is_unreached(result):
                log.warning("board failed", **facts)


def _is_news(facts: Mapping[str, object]) -> bool:
    """Did the check bring a change, or read the board for the first time?"""
    return any(facts.get(name) for name in ("baseline", "opened", "revised", "closed", "reopened"))


_OF_ROUND = text("""
SELECT b.board FROM board_check c JOIN board b ON b.id = c.board_id WHERE c.round_id = :round
UNION ALL SELECT board FROM board WHERE held_round = :round""")
_NAMED = text("SELECT id FROM board WHERE board = :board")
