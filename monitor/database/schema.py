"""Open a database, and upgrade it to this version's schema.

SQLite is upgraded at the start, after a backup beside the file. PostgreSQL may be shared, so only
`db upgrade` changes it.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from sqlalchemy import Connection, Engine, func, inspect, select, text

from monitor.config.database_url import parse_url
from monitor.database.backup import back_up_before_upgrade
from monitor.database.engine import make_engine, read_transaction
from monitor.database.trouble import DATABASE_ERRORS, describe_with_remedy
from monitor.errors import UserError

_UPGRADING = 0x726F6C65  # "role": PostgreSQL's advisory lock during an upgrade
# of 2022, the first that always has its JSON functions:
# https://www.sqlite.org/releaselog/3_38_0.html
_OLDEST_SQLITE = (3, 38)
_MIGRATIONS = str(files("migrations"))


def open_database(url: str) -> Engine:
    """Return the database, ready for this version.

    Raise UserError if it cannot be reached, belongs to another program, or needs `db upgrade`.
    """
    engine = _engine(url)
    try:
        return _upgraded_if_needed(engine)
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
            backup = ", which makes a backup first" if engine.dialect.name == "sqlite" else ""
            raise UserError(
                f"the database's schema is older than this rolewatch ({found or 'it is empty'}):"
                f" run `rolewatch db upgrade`{backup}"
            )
    except DATABASE_ERRORS as error:
        engine.dispose()
        raise _unusable(engine, error) from error
    return engine


def older(engine: Engine) -> str | None:
    """Return the schema of a database that needs an upgrade; "" if it is empty, None if current.

    Raise UserError for a database of another program or of a newer version.
    """
    with read_transaction(engine) as connection:
        found = revision(connection)
        if found == newest():
            return None
        require_own_schema(found, connection)
    return found or ""


def _unusable(engine: Engine, error: Exception) -> UserError:
    url = engine.url.render_as_string(hide_password=True)
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


def _make_private(file: Path) -> None:
    """Create a missing file so that only its owner can read it, since history is private."""
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
    """Return every revision that this version knows, oldest first.

    The migrations' file names begin with them. Alembic's ScriptDirectory would import the files:
    0.1 s at every start.
    """
    return sorted(
        file.name.partition("_")[0] for file in Path(_MIGRATIONS, "versions").glob("[0-9]*.py")
    )


def newest() -> str:
    """Return the revision of this version."""
    return revisions()[-1]


def revision(connection: Connection) -> str | None:
    """Return the revision of a database; None if it has none of our tables."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    # Alembic's own table has no model; its MigrationContext would import Alembic at every start
    row: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return row


def is_of_queue(name: str | None) -> bool:
    """Return True for the tables of Procrastinate, which no model describes."""
    return name is not None and name.startswith("procrastinate_")


def require_own_schema(found: str | None, connection: Connection) -> None:
    """Raise UserError if a newer version or another program made the database."""
    if found is None:
        tables = set(inspect(connection).get_table_names()) - {"alembic_version"}
        if tables:
            names = ", ".join(sorted(tables)[:3])
            raise UserError(
                f"the database holds tables of another program ({names}, …): name a new one"
            )
        return
    if found not in revisions():
        raise UserError(
            f"the database was made by a newer rolewatch (schema {found}):"
            " install that version or restore a backup"
        )


def upgrade(engine: Engine, target: str = "head") -> Path | None:
    """Migrate the database to `target`. Return the backup that was made before, if any.

    All is one transaction, so that a crash leaves the old schema. It takes the database's lock
    before it reads the revision: of two programs that upgrade at once, the second finds the work
    done, and the backup holds the old state.
    """
    with engine.begin() as connection:
        if engine.dialect.name != "sqlite":
            connection.execute(select(func.pg_advisory_xact_lock(_UPGRADING)))
        found = revision(connection)
        require_own_schema(found, connection)
        if found == newest() and target == "head":
            return None
        backup = (
            back_up_before_upgrade(engine, found)
            if found is not None and engine.dialect.name == "sqlite"
            else None
        )
        _migrate(connection, target)
        if target == "head":
            _read_again(connection)
    return backup


def _read_again(connection: Connection) -> None:
    """Fill what a migration has emptied: the index of words, and the labels of postings.

    Both are read by this version, which no migration knows.
    """
    # they import the models, which opening a current database does not need
    from monitor.database.labels import label_missing  # noqa: PLC0415
    from monitor.database.search import index_missing  # noqa: PLC0415

    index_missing(connection)
    label_missing(connection)


def downgrade(engine: Engine, target: str) -> None:
    """Migrate back to an older revision, for tests of the migrations."""
    with engine.begin() as connection:
        _migrate(connection, target, up=False)


def _migrate(connection: Connection, target: str, *, up: bool = True) -> None:
    # 7 MB and 0.1 s, which opening a current database does not need
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", _MIGRATIONS)
    config.attributes["connection"] = connection
    (command.upgrade if up else command.downgrade)(config, target)
