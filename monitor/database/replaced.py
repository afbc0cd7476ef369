"""Say whether an open SQLite database still is the file at its path.

A backup that is put in the place of the database, or a deleted file, leaves the processes that have
it open with a file that nobody else can see. SQLite itself notices nothing.
https://www.sqlite.org/howtocorrupt.html#unlinking_or_renaming_a_database_file_while_in_use
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import Connection, text

from monitor.database.lease import Lease

_EXPIRY: Final = "SELECT expires_at FROM lease WHERE name = 'worker'"
# what a file that cannot be read now says. Another file has no such table, or is no database
_PASSING: Final = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
}


class OpenFile:
    """An open SQLite file, and the path at which it stood when it was opened.

    Some network file systems renumber a file that is the same. That is remembered.
    """

    def __init__(self, path: Path) -> None:
        self.path, self._number = path, _number(path)

    def may_be_replaced(self, number: int | None) -> bool:
        """Return True if another number is at the path now, or none."""
        return self._number not in (None, number)

    def is_replaced(self, lease: Lease, opened: Connection) -> bool:
        """Return True if the path leads to another file, or to none.

        The lease is renewed through the open connection, and read again through the path. A copy,
        such as a backup, has an older one. The write-ahead log is left out: SQLite finds it by its
        name, so it would show the new lease in any copy that was put before it.
        """
        try:
            self.path.stat()
        except FileNotFoundError:
            return True
        except OSError:
            return False
        if not lease.renew(opened):
            return False  # the daemon stops for that
        written = opened.execute(text(_EXPIRY)).scalar()
        opened.rollback()
        if not _move_log(opened):
            return False  # the next poll asks again
        if not _reads(self.path, written):
            return True
        self._number = _number(self.path)
        return False


def _number(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except OSError:
        return None


def _move_log(opened: Connection) -> bool:
    """Move the write-ahead log into the open file. Return False if a reader prevents it."""
    driver: Any = opened.connection.driver_connection
    is_busy, pages, moved = driver.execute("PRAGMA wal_checkpoint").fetchone()
    return not is_busy and pages == moved


def _reads(path: Path, expiry: object) -> bool:
    """Return True if the file alone, without a log, has that expiry or cannot be read now."""
    try:
        # https://www.sqlite.org/uri.html#uriimmutable
        address = f"file:{quote(str(path.absolute()))}?immutable=1"
        with closing(sqlite3.connect(address, uri=True)) as fresh:
            found: object = fresh.execute(_EXPIRY).fetchone()
    except sqlite3.Error as error:
        return error.sqlite_errorcode & 0xFF in _PASSING
    return found == (expiry,)
