"""Outages of the database: a full disk, another program's lock, a server that restarts.

Every job of the daemon meets an outage again and again while it lasts. It is logged once when it
begins and once when it is over. An error of our own is logged with its traceback each time.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import exc

# raised by SQLAlchemy if the database, or a connection to it, fails
DATABASE_ERRORS = (exc.DBAPIError, exc.TimeoutError)
_OURS = (exc.IntegrityError, exc.ProgrammingError, exc.DataError, exc.NotSupportedError)
_NO_RIGHTS = "42501"  # PostgreSQL's insufficient_privilege, which the driver calls a mistake
_MOST_SHOWN = 300  # characters

_ANSWERED = "FATAL: "  # begins the server's own words in an error of libpq
_REFUSED = "check the user, the password and the name in the database's URL, or try again later"
_UNANSWERED = "check that the server runs and that its address is right"

_REMEDIES = {
    sqlite3.SQLITE_FULL: "free some space on its disk",
    sqlite3.SQLITE_BUSY: "another program has locked it: wait for it or stop it",
    sqlite3.SQLITE_LOCKED: "another program has locked it: wait for it or stop it",
    sqlite3.SQLITE_READONLY: "this user can read it, but cannot write it or its folder",
    sqlite3.SQLITE_PERM: "this user has no permission for it",
    sqlite3.SQLITE_IOERR: "check its disk",
    sqlite3.SQLITE_CANTOPEN: "check that this user can read the file and write its folder",
    sqlite3.SQLITE_NOTADB: (
        "it was left unchanged: restore a backup in its place, or name another file in"
        " [database] url"
    ),
    sqlite3.SQLITE_CORRUPT: "the file is damaged: restore a backup in its place",
}


def is_outage(error: BaseException) -> bool:
    """Return True if the database failed or refused us, and not a statement of ours."""
    refused = getattr(getattr(error, "orig", None), "sqlstate", None) == _NO_RIGHTS
    return isinstance(error, DATABASE_ERRORS) and (refused or not isinstance(error, _OURS))


def describe(error: BaseException) -> str:
    """Return the error and its class on one line: `OperationalError: database is locked`."""
    cause = getattr(error, "orig", None) or error
    return f"{type(cause).__name__}: {_line(cause)}"


def describe_with_remedy(error: BaseException) -> str:
    """Return the error on one line, and what a person can do about it."""
    cause = getattr(error, "orig", None) or error
    remedy = _remedy(cause)
    return f"{_line(cause)}; {remedy}" if remedy else _line(cause)


def _line(cause: BaseException) -> str:
    """Return the message on one line, without the question that libpq adds on its own line."""
    said = (line for line in str(cause).splitlines() if not line.endswith("?"))
    return " ".join(" ".join(said).split())[:_MOST_SHOWN]


def _remedy(cause: BaseException) -> str | None:
    if isinstance(cause, sqlite3.Error):
        # the low byte is the kind of error
        return _REMEDIES.get(getattr(cause, "sqlite_errorcode", 0) & 0xFF)
    # the driver has a code for a refused statement, and none for a refused or missing connection
    if type(cause).__module__.startswith("psycopg") and getattr(cause, "sqlstate", None) is None:
        return _REFUSED if _ANSWERED in str(cause) else _UNANSWERED
    return None


def _log() -> Any:  # structlog's loggers have no common type  # noqa: ANN401
    # a command that only reads logs nothing, and does not wait for the library
    import structlog  # noqa: PLC0415

    return structlog.get_logger()


class OutageLog:
    """The outages that last, by the work that they prevent."""

    def __init__(self) -> None:
        self._lasting: dict[tuple[str, str], str] = {}

    def report(self, event: str, error: BaseException, *, queue: str = "") -> None:
        """Log an outage when it begins or changes, and any other error with its traceback."""
        facts = {"queue": queue} if queue else {}
        if not is_outage(error):
            _log().error(event, exc_info=error, **facts)
        elif self._lasting.get((event, queue)) != describe(error):
            self._lasting[event, queue] = describe(error)
            _log().error(event, **facts, reason=describe(error))

    @contextmanager
    def passing(self, event: str, *, queue: str = "") -> Iterator[None]:
        """Report an error of the database and go on after the block; its caller tries again."""
        try:
            yield
        except DATABASE_ERRORS as error:
            self.report(event, error, queue=queue)
        else:
            self.over(event, queue=queue)

    def over(self, event: str, *, queue: str = "") -> None:
        """Log the end of an outage, if there was one."""
        if self._lasting.pop((event, queue), None):
            _log().info("database_recovered", after=event, **({"queue": queue} if queue else {}))
