"""The database brought to this version's schema, and opened.

SQLite is upgraded at start, after a backup beside the file; PostgreSQL is other people's too, so
only `db upgrade` does it.
"""

from __future__ import annotations

import filecmp
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from monitor.config.database_url import parse_url
from monitor.database.backup import back_up
from monitor.database.engine import make_engine, read_transaction
from monitor.database.trouble import DATABASE_ERRORS, describe_with_remedy
from monitor.errors import UserError

_UPGRADING = 0x726F6C65  # "role": the lock of PostgreSQL under which a schema is changed
# of 2022, the first with its functions of JSON always there:
# https://www.sqlite.org/releaselog/3_38_0.html
_OLDEST_SQLITE = (3, 38)
_MIGRATIONS = str(Path(__file__).parents[2] / "migrations")


def open_database(url: str) -> Engine:
    """The database, ready for this version. Raises UserError when it cannot be reached, is no database of ours, or needs `db upgrade`."""
    engine = _engine(url)
    try:
        return _upgraded_if_needed(engine)
    except DATABASE_ERRORS as error:
        engine.dispose()
        raise _unusable(engine, error) from error


@contextmanager
def engine_as_is(url: str) -> Iterator[Engine]:
    """The database as it is, whatever its schema, for `db upgrade`. Raises UserError as `open_database` does."""
    engine = _engine(url)
    try:
        yield engine
    except DATABASE_ERRORS as error:
        raise _unusable(engine, error) from error
    finally:
        engine.dispose()


def missing_file(url: str) -> Path | None:
    """The file that the URL of a SQLite database names, where there is none."""
    target = parse_url(url)
    file = Path(str(target.database))
    return file if target.get_backend_name() == "sqlite" and not file.exists() else None


def open_existing(url: str, *, whatever_schema: bool = False) -> Engine:
    """The database as it is, for a command that only reads: nothing is created or upgraded.

    Raises UserError when there is none, when it cannot be read, and when its schema is older than
    this version's.
    """
    if (file := missing_file(url)) is not None:
        raise UserError(
            f"there is no database at {file}: `rolewatch check` makes it, and [database] url names it"
        )
    engine = _engine(url)
    try:
        if (found := older(engine)) is not None and not whatever_schema:
            remedy = f"run `rolewatch db upgrade`{', which makes a backup first' if engine.dialect.name == 'sqlite' else ''}"
            raise UserError(
                f"the database's schema is older than this rolewatch ({found or 'it is empty'}): {remedy}"
            )
    except DATABASE_ERRORS as error:
        engine.dispose()
        raise _unusable(engine, error) from error
    return engine


def older(engine: Engine) -> str | None:
    """The schema of a database that needs an upgrade, "" for an empty one; None for a current one. Raises UserError for a foreign one."""
    with read_transaction(engine) as connection:
        found = revision(connection)
        if found == newest():
            return None
        require_own_schema(found, connection)
    return found or ""


def _unusable(engine: Engine, error: Exception) -> UserError:
    return UserError(
        f"the database {engine.url.render_as_string(hide_password=True)} cannot be used: {describe_with_remedy(error)}"
    )


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
            "the database's schema is older than this rolewatch, or empty: run `rolewatch db upgrade`"
        )
    upgrade(engine)
    return engine


def _require_sqlite() -> None:
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        wanted = ".".join(map(str, _OLDEST_SQLITE))
        raise UserError(
            f"SQLite {wanted} or newer is needed, and this Python has {sqlite3.sqlite_version}: use another one, or PostgreSQL"
        )


def _make_private(file: Path) -> None:
    """A new file that only its owner reads: history says what a person looks for. One that is there may be read-only."""
    if not file.parent.is_dir():
        raise UserError(f"there is no folder {file.parent} for the database")
    if file.is_dir():
        raise UserError(f"the database {file} is a folder: name a file in [database] url")
    try:
        file.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        if not os.access(file, os.R_OK):
            raise UserError(f"the database {file} cannot be read: permission denied") from None
    except OSError as error:
        raise UserError(f"the database {file} cannot be written: {error.strerror}") from error


def revisions() -> list[str]:
    """Every revision that this rolewatch knows, the oldest first: each migration's file begins with its own."""
    return sorted(
        file.name.partition("_")[0] for file in Path(_MIGRATIONS, "versions").glob("[0-9]*.py")
    )


def newest() -> str:
    """The revision that this rolewatch works with."""
    return revisions()[-1]


def revision(connection: Connection) -> str | None:
    """The revision of a database; None when it has none of our tables."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def require_own_schema(found: str | None, connection: Connection) -> None:
    """Raises UserError when the database was made by a newer rolewatch, or by another program."""
    if found is None:
        tables = set(inspect(connection).get_table_names()) - {"alembic_version"}
        if tables:
            raise UserError(
                f"the database holds tables of another program ({', '.join(sorted(tables)[:3])}, …): name a new one"
            )
        return
    if found not in revisions():
        raise UserError(
            f"the database was made by a newer rolewatch (schema {found}): install that version or restore a backup"
        )


def upgrade(engine: Engine, target: str = "head") -> Path | None:
    """The database at `target`; gives the backup that was made before, None where there was nothing to back up.

    All in one transaction, so that a death in the middle leaves the old schema; it holds the
    database's lock from before the first look, so that of two programs that upgrade at once one
    finds the work done, and the backup is what was there before.
    """
    with engine.begin() as connection:
        if engine.dialect.name != "sqlite":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADING})
        found = revision(connection)
        require_own_schema(found, connection)
        if found == newest() and target == "head":
            return None
        backup = (
            _backup_before_upgrade(engine, found)
            if found is not None and engine.dialect.name == "sqlite"
            else None
        )
        _migrate(connection, target)
        if target == "head":
            _index(connection)
    return backup


def _index(connection: Connection) -> None:
    """The words of texts whose index a migration has emptied, as this version spells them: a migration would spell them as it did then."""
    # with the models, which a database that is current does not need
    from monitor.database.search import index_missing  # noqa: PLC0415

    index_missing(connection)


def _backup_before_upgrade(engine: Engine, found: str) -> Path:
    """A backup beside the database; never over an older one, and after an upgrade that broke off, the one that was made then."""
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


def downgrade(engine: Engine, target: str) -> None:
    """The schema taken back to an older revision; for tests of the migrations."""
    with engine.begin() as connection:
        _migrate(connection, target, up=False)


def _migrate(connection: Connection, target: str, *, up: bool = True) -> None:
    # 7 MB and 0.1 s, which a database that is current does not need
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # the same  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", _MIGRATIONS)
    config.attributes["connection"] = connection
    (command.upgrade if up else command.downgrade)(config, target)
