"""The functions that queries may use and SQLite lacks: `median(x)` and `x REGEXP y`.

PostgreSQL has `~`, and a migration creates its `median`. An expression is one of a rule's `/…/`:
RE2's, which takes linear time, in any case of letters. `(?-i)` makes it exact.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_left
from collections.abc import Callable
from functools import lru_cache
from statistics import median


def add_functions(connection: sqlite3.Connection) -> list[str]:
    """Add the functions. Return a list that gets the reason of each call that fails.

    SQLite itself only says that a function raised an error.
    """
    failures: list[str] = []

    def regexp(pattern: object, text: object) -> bool | None:
        if pattern is None or text is None:
            return None
        try:
            return _expression(str(pattern))(str(text))
        except ValueError as error:
            failures.append(f"the regular expression {pattern!r} {error}")
            raise

    connection.create_function("regexp", 2, regexp, deterministic=True)
    connection.create_window_function("median", 1, lambda: _Median(failures))
    return failures


@lru_cache(maxsize=64)  # a query asks for each of its rows
def _expression(pattern: str) -> Callable[[str], bool]:
    # RE2 takes 20 ms to load, and few queries use it
    from monitor.text.phrases import regular_expression  # noqa: PLC0415

    expression = regular_expression(pattern)
    return lambda text: expression.search(text.encode("utf-8", "replace")) is not None


class _Median:
    """The median of the numbers of a group or a window. Null for none."""

    def __init__(self, failures: list[str]) -> None:
        self._values: list[float] = []
        self._failures = failures

    def step(self, value: object) -> None:
        if value is None:
            return
        if not isinstance(value, int | float):
            self._failures.append(f"median({value!r}): it is no number")
            raise TypeError
        self._values.append(value)

    def inverse(self, value: object) -> None:
        """Take out a value that the window leaves behind."""
        if isinstance(value, int | float):
            self._values.sort()
            del self._values[bisect_left(self._values, value)]

    def value(self) -> float | None:
        self._values.sort()  # of a window, all but the newest are in order
        return float(median(self._values)) if self._values else None

    finalize = value
