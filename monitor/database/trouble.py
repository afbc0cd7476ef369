"""Trouble with the database that lies outside of rolewatch, in words: a full disk, another program's lock, a server that restarts.

Each job of the daemon meets it again and again while it lasts, and the rows say how to go on. So a
job says it once when it begins and once when it is over; what is a fault of our own is no such
trouble, and has its traceback.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from types import TracebackType

import structlog
from sqlalchemy import exc

log = structlog.get_logger()
# what SQLAlchemy raises where the database, or a connection to it, fails
DATABASE_ERRORS = (exc.DBAPIError, exc.TimeoutError)
_OURS = (exc.IntegrityError, exc.ProgrammingError, exc.DataError, exc.NotSupportedError)
_LONGEST = 300  # characters

_REMEDIES = {
    sqlite3.SQLITE_FULL: "make room on its disk",
    sqlite3.SQLITE_BUSY: "another program has locked it: let that one end",
    sqlite3.SQLITE_LOCKED: "another program has locked it: let that one end",
    sqlite3.SQLITE_READONLY: "this user may read and not write it",
    sqlite3.SQLITE_PERM: "this user may not use it",
    sqlite3.SQLITE_IOERR: "look after its disk",
    sqlite3.SQLITE_CANTOPEN: "is it a file that this user may read, in a folder that he may write?",
    sqlite3.SQLITE_NOTADB: "it was left as it is: restore a backup in its place, or name another file in [database] url",
    sqlite3.SQLITE_CORRUPT: "the file is damaged: `rolewatch db check` says how far that goes, and a backup restores it",
}


def is_outage(error: BaseException) -> bool:
    """Is it the database's trouble, and nothing that we did wrong?"""
    return isinstance(error, DATABASE_ERRORS) and not isinstance(error, _OURS)


def describe(error: BaseException) -> str:
    """What the database says, on one line, and what kind of trouble that is: `OperationalError: database is locked`."""
    cause = getattr(error, "orig", None) or error
    return f"{type(cause).__name__}: {_line(cause)}"


def describe_with_remedy(error: BaseException) -> str:
    """What the database says, on one line, and what a person can do."""
    cause = getattr(error, "orig", None) or error
    remedy = _remedy(cause)
    return f"{_line(cause)}; {remedy}" if remedy else _line(cause)


def _line(cause: BaseException) -> str:
    return " ".join(str(cause).split())[:_LONGEST]


def _remedy(cause: BaseException) -> str | None:
    if isinstance(cause, sqlite3.Error):
        # the kind; the rest of the number says where
        return _REMEDIES.get(getattr(cause, "sqlite_errorcode", 0) & 0xFF)
    # the server said nothing
    if type(cause).__module__.startswith("psycopg") and getattr(cause, "sqlstate", None) is None:
        return "does the server run, and is its address right?"
    return None


class OutageLog:
    """What lasts, by what it keeps from being done."""

    def __init__(self) -> None:
        self._lasting: dict[tuple[str, str], str] = {}

    def report(self, what: str, error: BaseException, *, by: str = "") -> None:
        """A line where trouble begins, or becomes another; a fault of our own is a line with its traceback, each time."""
        facts = {"by": by} if by else {}
        if not is_outage(error):
            log.error(what, exc_info=error, **facts)
        elif self._lasting.get((what, by)) != describe(error):
            self._lasting[what, by] = describe(error)
            log.error(what, **facts, reason=describe(error))

    def passing(self, what: str, *, by: str = "") -> _Passing:
        """Lets the database's trouble pass: what was to be done is left undone, and its caller comes again."""
        return _Passing(self, what, by)

    def over(self, what: str, *, by: str = "") -> None:
        """A line where trouble lasted until now."""
        if self._lasting.pop((what, by), None):
            log.info("the database works again", after=what, **({"by": by} if by else {}))


@dataclass(frozen=True, slots=True)
class _Passing:
    troubles: OutageLog
    what: str
    by: str

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> bool:
        if isinstance(error, DATABASE_ERRORS):
            self.troubles.report(self.what, error, by=self.by)
            return True
        if error is None:
            self.troubles.over(self.what, by=self.by)
        return False
