"""Databases made by the migrations: SQLite in a file, and PostgreSQL started by the tests themselves."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from monitor.db import connect, normal_url
from monitor.schema import upgrade


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a PostgreSQL server: $ROLEWATCH_TEST_PG_DSN, or one that is started here."""
    if dsn := os.environ.get("ROLEWATCH_TEST_PG_DSN"):
        yield dsn
        return
    with warnings.catch_warnings(action="ignore"):  # it grumbles where there is no session folder
        import pgserver  # noqa: PLC0415  # tests of SQLite alone need no server

    with TemporaryDirectory(prefix="rolewatch-postgres-") as folder:  # not pytest's: its server has a user of its own, who must get in
        server = pgserver.get_server(folder)  # type: ignore[attr-defined]  # it says so without __all__
        yield server.get_uri()
        server.cleanup()


@contextmanager
def _postgres_database(server: str) -> Iterator[str]:
    name = f"rolewatch_{uuid4().hex}"
    admin = create_engine(normal_url(server), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """A PostgreSQL database of its own for one test, empty."""
    with _postgres_database(postgres_server) as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'rolewatch.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database of each kind."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A database of each kind at the newest schema."""
    yield from _upgraded(database_url)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared_engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """As `engine`, for all tests of a module together: each takes back what it did."""
    if request.param == "sqlite":
        yield from _upgraded(f"sqlite:///{tmp_path_factory.mktemp('shared') / 'rolewatch.db'}")
        return
    with _postgres_database(request.getfixturevalue("postgres_server")) as url:
        yield from _upgraded(url)


def _upgraded(url: str) -> Iterator[Engine]:
    engine = connect(url)
    upgrade(engine)
    yield engine
    engine.dispose()
