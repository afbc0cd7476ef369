"""The sources that the tools read: the database, the configuration and the clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine

from monitor.assistant.answers import PageOfRows
from monitor.assistant.arguments import MOST_SECONDS
from monitor.config.model import Settings
from monitor.database.reading import ReadTimeoutError, bounded_read
from monitor.errors import UserError
from monitor.queries.resolve import find_board, find_boards


@dataclass(frozen=True, slots=True)
class Source:
    """The database for reading, and what changes from call to call."""

    engine: Engine
    settings: Callable[[], Settings]  # as the files have them now: people edit rules
    clock: Callable[[], datetime]
    new_mark: Callable[[], str]  # a random text that nobody can foresee

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Return a connection that can only read, for a limited time."""
        try:
            with bounded_read(self.engine, MOST_SECONDS) as connection:
                yield connection
        except ReadTimeoutError:
            raise UserError(
                f"the answer took more than {MOST_SECONDS:g} s: narrow the question"
            ) from None

    def page(self, offset: int, limit: int) -> PageOfRows:
        return PageOfRows(offset, limit, self.settings().web.base_url or "")


def boards_of(connection: Connection, names: Sequence[str], company: str | None) -> tuple[str, ...]:
    """Return the boards that are asked for; none for every board. Raises UserError."""
    named = tuple(find_board(connection, name) for name in names)
    if company is None:
        return named
    owned = _boards_of_company(connection, company)
    if named and not set(named) & set(owned):
        raise UserError(f"{', '.join(named)} is no board of {company!r}: give one of the two")
    return tuple(board for board in owned if not named or board in named)


def _boards_of_company(connection: Connection, company: str) -> tuple[str, ...]:
    """Return the boards. The error of `find_board` has names of boards alone, no board's text."""
    try:
        return find_boards(connection, company)
    except UserError:
        return (find_board(connection, company),)
