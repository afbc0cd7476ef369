"""A person's query and its answer, shared by both databases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from monitor.errors import UserError
from monitor.queries.time_limit import TimeLimit

_FETCHED = 500  # rows at once


@dataclass(frozen=True, slots=True)
class Question:
    """One SELECT with its bound parameters, and how long the database may work on it."""

    query: str
    parameters: Mapping[str, object] = field(default_factory=dict)
    seconds: float = 30.0


class Answer(NamedTuple):
    """The columns, each name once, and the rows while the question stays open."""

    columns: tuple[str, ...]
    rows: Iterator[dict[str, object]]


class Cursor(Protocol):
    """The method that both drivers' cursors have."""

    def fetchmany(self, size: int, /) -> Sequence[Sequence[object]]: ...


def answer(names: Sequence[str], cursor: Cursor, watch: TimeLimit) -> Answer:
    """Return the answer of an executed cursor. Raises UserError if it has no columns."""
    if not names:
        raise UserError("that asks for nothing: give one SELECT on the views")
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
        f"the query was stopped after {question.seconds:g} s: narrow it, or give it longer with "
        "--timeout"
    )
