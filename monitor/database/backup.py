"""Backups of the SQLite database, complete while the daemon writes, and checked before use."""

from __future__ import annotations

import filecmp
import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from monitor.database.engine import open_read_only
from monitor.database.trouble import describe_with_remedy
from monitor.errors import UserError

# tables that never lose a row
APPEND_ONLY: Final = ("board", "posting", "posting_version", "posting_change", "description")
_PAGES: Final = 4096  # copied in one step; a writer waits for one step at most
_WAIT: Final = 30  # seconds for a writer's lock


def back_up(engine: Engine, file: Path) -> Mapping[str, int]:
    """Write a copy to `file`, which only its owner can read. Return its rows by table.

    Raise UserError for PostgreSQL, which has `pg_dump`, and if the copy cannot be written or is
    incomplete. Then there is no file.
    """
    if engine.dialect.name != "sqlite" or not engine.url.database:
        raise UserError("PostgreSQL is backed up with its own pg_dump; `db backup` is for SQLite")
    part = file.with_name(file.name + ".part")
    part.unlink(missing_ok=True)
    try:
        part.touch(mode=0o600)
        counts = _copy(engine.url.database, part)
        _fsync(part)
        part.replace(file)
    except sqlite3.Error as error:
        raise UserError(
            f"no backup was written: {file} cannot be written, or the database cannot be read:"
            f" {describe_with_remedy(error)}"
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return counts


def back_up_before_upgrade(engine: Engine, found: str) -> Path:
    """Return a backup beside the database. It never replaces an older one.

    If an earlier upgrade failed, its backup is the same and is returned.
    """
    first = new = Path(f"{engine.url.database}-backup-{found}")
    before: list[Path] = []
    while new.exists():
        before.append(new)
        new = first.with_name(f"{first.name}-{len(before) + 1}")
    back_up(engine, new)
    for old in before:
        if filecmp.cmp(old, new, shallow=False):
            new.unlink()
            return old
    return new


def _copy(database: str, part: Path) -> Mapping[str, int]:
    with (
        closing(open_read_only(Path(database), _WAIT)) as source,
        closing(sqlite3.connect(part)) as copy,
    ):
        before = _counts(source)
        source.backup(copy, pages=_PAGES)
        after, copied = _counts(source), _counts(copy)
        wrong = [*_damage(copy), *_missing(before, copied, after)]
        if _revision(copy) != _revision(source):
            wrong.append("its schema differs from the database's")
    if wrong:
        raise UserError(
            f"no backup was written, since the copy is incomplete: {'; '.join(wrong[:5])}"
        )
    return copied


def _damage(copy: sqlite3.Connection) -> list[str]:
    damage = [
        " ".join(line.split())
        for (line,) in copy.execute("PRAGMA integrity_check(5)")
        if line != "ok"
    ]
    dangling = copy.execute("PRAGMA foreign_key_check").fetchmany(5)
    return damage + [
        f"row {row} of {table} points to a missing row of {parent}"
        for table, row, parent, _ in dangling
    ]


def _missing(
    before: Mapping[str, int], copied: Mapping[str, int], after: Mapping[str, int]
) -> list[str]:
    """Compare the copy with counts before and after it: it is of a moment between them."""
    return [
        f"{table} has {copied.get(table, 0)} rows instead of {count} to {after[table]}"
        for table, count in before.items()
        if not count <= copied.get(table, 0) <= after[table]
    ]


def _counts(connection: sqlite3.Connection) -> Mapping[str, int]:
    tables = {
        name
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    }
    return {
        table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608  # our own names
        for table in APPEND_ONLY
        if table in tables
    }


def _revision(connection: sqlite3.Connection) -> str | None:
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError:  # not a database of ours
        return None
    return row[0] if row else None


def _fsync(file: Path) -> None:
    """Wait until the file is on the disk, before it is called a backup."""
    with file.open("rb") as written:
        os.fsync(written.fileno())
