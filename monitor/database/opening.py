"""Open a database, and upgrade a SQLite file to this version's schema.

SQLite is upgraded at the start, after a backup beside the file. PostgreSQL may be shared, so only
`db upgrade` changes it.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

from monitor.config.database_url import parse_url, shown_url
from monitor.database.engine import make_engine
from monitor.database.schema import older, upgrade
from monitor.database.trouble import DATABASE_ERRORS, describe_with_remedy
from monitor.errors import UserError

# of 2022, the first that always has its JSON functions:
# https://www.sqlite.org/releaselog/3_38_0.html
_OLDEST_SQLITE = (3, 38)


def open_database(url: str) -> Engine:
    """Return the database, ready for this version.

    Raise UserError if it cannot be reached, belongs to another program, or needs `db upgrade`.
    """
    engine = _engine(url)
    try:
        return _upgraded_if_needed(engine)
    except UserError:
        engine.dispose()
        raise
    except DATABASE_ERRORS as error:
        engine.dispose()
        raise _unusable(engine, error) from error


@contextmanager
def engine_as_is(url: str) -> Iterator[Engine]:
    """Open the database with any schema, for `db upgrade`. Raise UserError."""
    engine = _engine(url)
    try:
        yield engine
    except DATABASE_ERRORS as error:
        raise _unusable(engine, error) from error
    finally:
        engine.dispose()


def missing_file(url: str) -> Path | None:
    """Return the file that a SQLite URL names if it does not exist."""
    target = parse_url(url)
    file = Path(str(target.database))
    return file if target.get_backend_name() == "sqlite" and not file.exists() else None


def open_existing(url: str, *, whatever_schema: bool = False) -> Engine:
    """Return the database for a command that only reads: nothing is created or upgraded.

    Raise UserError if there is none, if it cannot be read, or if its schema is older than this
    version's.
    """
    if (file := missing_file(url)) is not None:
        raise UserError(
            f"there is no database at {file}: `rolewatch check` creates it, [database] url names it"
        )
    engine = _engine(url)
    try:
        if (found := older(engine)) is not None and not whatever_schema:
            raise _older(engine, found)
    except UserError:
        engine.dispose()
        raise
    except DATABASE_ERRORS as error:
        engine.dispose()
        raise _unusable(engine, error) from error
    return engine


def _older(engine: Engine, found: str) -> UserError:
    """Return the error for a database of that schema; "" is an empty one."""
    is_sqlite = engine.dialect.name == "sqlite"
    if not found:  # a first `check` may have been interrupted
        remedy = "`rolewatch check` fills it" if is_sqlite else "run `rolewatch db upgrade`"
        return UserError(f"the database {shown_url(engine.url)} is empty: {remedy}")
    backup = ", which makes a backup first" if is_sqlite else ""
    return UserError(
        f"the database's schema is older than this rolewatch ({found}):"
        f" run `rolewatch db upgrade`{backup}"
    )


def _unusable(engine: Engine, error: Exception) -> UserError:
    url = shown_url(engine.url)
    return UserError(f"the database {url} cannot be used: {describe_with_remedy(error)}")


def _engine(url: str) -> Engine:
    try:
        target = parse_url(url)
    except ValueError as error:
        raise UserError(f"the database's URL: {error}") from error
    if target.get_backend_name() == "sqlite":
        _require_sqlite()
        _make_private(Path(str(target.database)))
    try:
        return make_engine(url)
    except ModuleNotFoundError as error:
        raise UserError(
            "PostgreSQL needs the extra `postgres`: pip install 'rolewatch[postgres]'"
        ) from error


def _upgraded_if_needed(engine: Engine) -> Engine:
    if older(engine) is None:
        return engine
    if engine.dialect.name != "sqlite":
        raise UserError(
            "the database's schema is older than this rolewatch, or empty:"
            " run `rolewatch db upgrade`"
        )
    upgrade(engine)
    return engine


def _require_sqlite() -> None:
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        oldest = ".".join(map(str, _OLDEST_SQLITE))
        raise UserError(
            f"SQLite {oldest} or newer is needed, and this Python has {sqlite3.sqlite_version}:"
            " use another Python, or PostgreSQL"
        )


def require_folder(file: Path) -> None:
    """Raise UserError if there is no folder for the database's file."""
    if not file.parent.is_dir():
        raise UserError(
            f"there is no folder {file.parent} for the database: make it, or name another file in "
            "[database] url"
        )


def _make_private(file: Path) -> None:
    """Create a missing file so that only its owner can read it, since history is private."""
    require_folder(file)
    if file.is_dir():
        raise UserError(f"the database {file} is a folder: name a file in [database] url")
    try:
        file.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        if not file.exists():
            raise UserError(
                f"the database {file} is a link to {os.path.realpath(file)}, which is missing:"
                " mount its disk, or make an empty file there for a new database"
            ) from None
        if not os.access(file, os.R_OK):
            raise UserError(f"the database {file} cannot be read: permission denied") from None
    except OSError as error:
        raise UserError(f"the database {file} cannot be written: {error.strerror}") from error
