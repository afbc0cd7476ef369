"""The schema's revisions: which one a database has, and the upgrade to this version's."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from sqlalchemy import Connection, Engine, func, inspect, select, text

from monitor.database.backup import back_up_before_upgrade
from monitor.database.engine import read_transaction
from monitor.errors import UserError

_UPGRADING = 0x726F6C65  # "role": PostgreSQL's advisory lock during an upgrade
_MIGRATIONS = str(files("migrations"))


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
        if found is None and engine.dialect.name != "sqlite":
            _require_utf8(connection)
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


def _require_utf8(connection: Connection) -> None:
    """Raise UserError if PostgreSQL cannot store every text in this database."""
    encoding = connection.scalar(text("SHOW server_encoding"))
    if encoding != "UTF8":
        raise UserError(
            f"the database has the encoding {encoding}, which cannot store every text:"
            " name a new one, made with ENCODING 'UTF8' TEMPLATE template0"
        )


def _read_again(connection: Connection) -> None:
    """Fill what a migration has emptied: the index of words, and the labels of postings.

    Both are read by this version, which no migration knows.
    """
    # they import the models, which opening a current database does not need
    from monitor.database.labels import label_missing  # noqa: PLC0415
    from monitor.database.search_index import index_missing  # noqa: PLC0415

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
