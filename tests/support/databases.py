"""Databases for tests, migrated once: a copied file, and a PostgreSQL database that is reused.

Creating one on PostgreSQL takes a second with the migrations, emptying one takes hundredths.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Connection, Engine, create_engine, make_url, text

from monitor.config.database_url import normal_url
from monitor.database.engine import make_engine
from monitor.database.schema import upgrade

# everything that a test may have changed in the schema: a changed row of the catalog is newer
_SHAPE = text("""
SELECT
    (SELECT (count(*), max(xmin::text::bigint))::text
        FROM pg_class WHERE relnamespace = 'public'::regnamespace),
    (SELECT (count(*), max(pg_attribute.xmin::text::bigint))::text
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        WHERE relnamespace = 'public'::regnamespace),
    (SELECT (count(*), max(xmin::text::bigint))::text
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace),
    (SELECT (count(*), max(xmin::text::bigint))::text FROM pg_trigger WHERE NOT tgisinternal),
    (SELECT (count(*), max(pg_rewrite.xmin::text::bigint))::text
        FROM pg_rewrite JOIN pg_class ON pg_class.oid = ev_class
        WHERE relnamespace = 'public'::regnamespace),
    (SELECT string_agg(version_num, ',') FROM alembic_version)""")
_OTHERS = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def _delete(file: Path) -> None:
    """Delete a SQLite file with its log."""
    for part in file.parent.glob(f"{file.name}*"):
        part.unlink()


class DatabasePool:
    """Lends databases at the newest schema and empties them afterwards."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "made.db"
        self._spare: list[str] = []  # URLs
        self._spare_files: list[str] = []  # URLs
        self._engines: dict[
            str, Engine
            # by the URL that is lent: they keep their compiled statements, which cost a test a
            # tenth of a second
        ] = {}
        self._shapes: dict[str, object] = {}  # by URL
        self._admins: dict[str, Engine] = {}  # by URL, connected: a new connection takes longer
        self._emptying = ""

    def opened(self, url: str) -> Iterator[Engine]:
        """Return an engine on a lent PostgreSQL database, or on a new SQLite file."""
        target = make_url(url)
        if target.get_backend_name() == "sqlite":
            self.copy(Path(str(target.database)))
        engine = self._engines.get(url) or make_engine(url)
        yield engine
        engine.dispose()

    def copy(self, file: Path) -> None:
        """Write a SQLite file without rows."""
        if not self._file.exists():
            _upgrade(f"sqlite:///{self._file}")
        # a thread of an earlier test that ends late may have made an empty database there
        _delete(file)
        shutil.copy(self._file, file)

    @contextmanager
    def lent_file(self) -> Iterator[str]:
        """Return a path for a SQLite file."""
        url = (
            self._spare_files.pop()
            if self._spare_files
            else f"sqlite:///{self._file.with_stem(f'lent-{len(self._engines)}')}"
        )
        self._engines.setdefault(url, make_engine(url))
        yield url
        _delete(Path(url.removeprefix("sqlite:///")))
        self._spare_files.append(url)

    @contextmanager
    def lent(self, server: str) -> Iterator[str]:
        """Return a PostgreSQL database without rows."""
        url = self._spare.pop() if self._spare else self._new(server)
        yield url
        with self._admins[url].connect() as connection:
            connection.execute(_OTHERS)
            if _shape(connection) == self._shapes[url]:
                connection.exec_driver_sql(self._emptying)
                self._spare.append(url)

    def _new(self, server: str) -> str:
        name = f"rolewatch_{uuid4().hex}"
        with _admin(server) as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        url = make_url(server).set(database=name).render_as_string(hide_password=False)
        _upgrade(url)
        self._admins[url] = _autocommitting(url)
        with self._admins[url].connect() as connection:
            self._shapes[url], self._emptying = _shape(connection), _emptying(connection)
        self._engines[url] = make_engine(url)
        return url


@contextmanager
def empty_postgres(server: str, options: str = "") -> Iterator[str]:
    """Yield the URL of a new PostgreSQL database, made with these options."""
    name = f"rolewatch_{uuid4().hex}"
    with _admin(server) as connection:
        connection.execute(text(f"CREATE DATABASE {name} {options}"))
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    with _admin(server) as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def hurry(server: str) -> None:
    """Let a server that lives as long as the tests prepare for no power cut and no next day."""
    with _admin(server) as connection:
        for name in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum"):
            connection.execute(text(f"ALTER SYSTEM SET {name} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))


@contextmanager
def _admin(url: str) -> Iterator[Connection]:
    engine = _autocommitting(url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def _autocommitting(url: str) -> Engine:
    return create_engine(normal_url(url), isolation_level="AUTOCOMMIT", pool_pre_ping=True)


def _shape(connection: Connection) -> object:
    return tuple(connection.execute(_SHAPE).one())


def _emptying(connection: Connection) -> str:
    """Return statements that delete all rows and reset sequences, faster than TRUNCATE."""
    tables = connection.execute(
        text(
            "SELECT tablename FROM pg_tables"
            " WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
        )
    )
    sequences = connection.execute(
        text("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'")
    )
    deleting = [f"DELETE FROM {name}" for name in tables.scalars()]
    return "; ".join(
        [
            "SET session_replication_role = replica",
            *deleting,
            *(f"SELECT setval('{name}', 1, false)" for name in sequences.scalars()),
        ]
    )


def _upgrade(url: str) -> None:
    engine = make_engine(url)
    upgrade(engine)
    engine.dispose()  # SQLite's last connection writes the log into the file
