"""A person's query, its time limit and its answer, shared by both databases.

The database works in a thread of its own, so that it can be stopped, or abandoned if need be.
Neither database's own limit is enough. On PostgreSQL a query may lift `statement_timeout` for later
fetches by `set_config`. SQLite checks for an interrupt between two steps of its machine
(https://sqlite.org/c3ref/interrupt.html), and one step, such as `instr` on megabytes, may take
hours. An abandoned thread ends with the program.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from datetime import datetime
from threading import Thread
from typing import NamedTuple, Protocol, TypeVar

from monitor.database.columns import iso
from monitor.errors import UserError

_PATIENCE = 1.0  # seconds for a query that was stopped to end
_AGAIN = 0.25  # seconds between two stops: the first may have come too early
T = TypeVar("T")
_FETCHED = 500  # rows at once


@dataclass(frozen=True, slots=True)
class Question:
    """One SELECT with its bound parameters, and how long the database may work on it."""

    query: str
    parameters: Mapping[str, object] = field(default_factory=dict)
    seconds: float = 30.0


def bound(
    dialect: str, moments: Mapping[str, datetime], own: Mapping[str, str]
) -> dict[str, object]:
    """Return the parameters of a query as that database compares them with its columns."""
    if dialect != "sqlite":
        return {**moments, **own}
    times = {name: iso(instant) for name, instant in moments.items()}
    return {**times, **{name: _number(value) for name, value in own.items()}}


def _number(value: str) -> str | int | float:
    """Return a number as a number, anything else unchanged.

    SQLite sorts any text after any number. PostgreSQL finds the type itself.
    """
    for kind in (int, float):
        try:
            number: int | float = kind(value)
        except ValueError:
            continue
        if str(number) == value:  # and so not 007, 1e3 or nan
            return number
    return value


class Answer(NamedTuple):
    """The columns, each name once, and the rows while the question stays open."""

    columns: tuple[str, ...]
    rows: Iterator[dict[str, object]]


class Cursor(Protocol):
    """The method that both drivers' cursors have."""

    def fetchmany(self, size: int, /) -> Sequence[Sequence[object]]: ...


class TooLong(Exception):  # what happened to the query  # noqa: N818
    """The query used up its time."""


class TimeLimit:
    """A time limit for all database work of one query.

    The caller's time between fetches does not count.
    """

    def __init__(self, seconds: float, stop: Callable[[], None]) -> None:
        """`stop` is called from this thread while the work goes on in the other."""
        # the connection is still in use then: whoever closes it waits for it, or breaks it
        self.left_behind = False
        self._left = seconds
        self._stop = stop

    def __call__(self, work: Callable[[], T]) -> T:
        """Return the result of the work, or raise its error.

        Raises TooLong when no time is left. Work that is cut short, also by Ctrl-C, is stopped.
        """
        future: Future[T] = Future()
        started = time.monotonic()
        try:
            Thread(target=_do, args=(work, future), daemon=True, name="query").start()
            while not future.done() and (left := started + self._left - time.monotonic()) > 0:
                # in steps: a wait does not see an interrupt that came just before it
                wait([future], min(left, _AGAIN))
        finally:
            self._end(future)
        self._left -= time.monotonic() - started
        if self._left <= 0:
            raise TooLong
        return future.result()

    def _end(self, future: Future[T]) -> None:
        last = time.monotonic() + _PATIENCE
        self.left_behind = not future.done()
        while not future.done() and time.monotonic() < last:
            self._stop()
            wait([future], _AGAIN)
        self.left_behind = not future.done()


def _do(work: Callable[[], T], future: Future[T]) -> None:
    try:
        future.set_result(work())
    except BaseException as error:  # it is raised where the result is asked for  # noqa: BLE001
        future.set_exception(error)


def answer(names: Sequence[str], cursor: Cursor, watch: TimeLimit) -> Answer:
    """Return the answer of an executed cursor. Raises UserError if it has no columns."""
    if not names:
        raise UserError("the query returns no columns: give one SELECT on the views")
    columns = _unique(names)
    return Answer(columns, _rows(columns, cursor, watch))


def _rows(
    columns: tuple[str, ...], cursor: Cursor, watch: TimeLimit
) -> Iterator[dict[str, object]]:
    while True:
        some = watch(lambda: cursor.fetchmany(_FETCHED))
        if not some:
            return
        for row in some:
            yield dict(zip(columns, row, strict=True))


def _unique(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names with `_2`, `_3` … where two columns share one."""
    unique: list[str] = []
    for name in names:
        candidates = (
            name if number == 1 else f"{name}_{number}" for number in range(1, len(names) + 1)
        )
        unique.append(next(candidate for candidate in candidates if candidate not in unique))
    return tuple(unique)


def failed(problem: str) -> UserError:
    """Return the database's own error message as a UserError of one line."""
    return UserError(f"the query failed: {' '.join(problem.split())}")


def took_too_long(question: Question) -> UserError:
    return UserError(
        f"the query was stopped after {question.seconds:g} s: narrow it, or allow more time with "
        "--timeout"
    )
