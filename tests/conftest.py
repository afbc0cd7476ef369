"""Databases made by the migrations: SQLite in a file, and PostgreSQL started by the tests."""

from __future__ import annotations

import gc
import os
import signal
import sys
import warnings
from collections.abc import AsyncIterator, Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import typer.testing
from sqlalchemy import Engine

from monitor.demo.board_server import BoardServer
from tests.support.databases import DatabasePool, empty_postgres, hurry
from tests.support.greenhouse import job
from tests.support.outbox_fixture import PostOffice, post_office
from tests.support.places import ROOT
from tests.support.slack_server import SlackServer, slack_server

# the packages with most of the SQL, whose tests run on both databases every day
SQL = {"database", "history", "queries", "rounds", "rules"}
SLOW_FILES = {"test_packaging.py", "test_run.py", "test_scrapy_command.py", "test_reload.py"}


def pytest_configure() -> None:
    """Make Ctrl-C work, and keep compiled modules and the built command line.

    A background job of a shell ignores Ctrl-C, and so do its child processes. Without compiled
    modules each worker and each program that a test starts compiles all of them again. Building
    the forty commands takes longer than most of them run.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    # Typer's runner builds the command line for each run
    typer.testing._get_command = cache(typer.testing._get_command)  # type: ignore[attr-defined]
    gc.disable()  # until the tests are collected: see below


def pytest_collection_finish() -> None:
    """Spare the garbage collector the modules and tests, which live to the end."""
    gc.freeze()
    gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Return two workers more than there are cores: many tests wait for a daemon or a server."""
    return (os.cpu_count() or 1) + 2


@pytest.hookimpl(tryfirst=True)  # before `-m` leaves some out
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out tests of recordings that are not beside this clone. Put slow files first.

    A file runs on one worker. A slow file that begins last would be waited for alone. What
    stands above the SQL is tested on SQLite every day, and on PostgreSQL by `make slow`.
    """
    for item in items:
        if _is_on_postgres(item) and not SQL & set(item.path.relative_to(ROOT).parts):
            item.add_marker(pytest.mark.slow)
    absent = [
        item
        for item in items
        if any(not marker.args[0].exists() for marker in item.iter_markers("needs"))
    ]
    if absent:
        config.hook.pytest_deselected(items=absent)
    left = set(items) - set(absent)
    items[:] = sorted((item for item in items if item in left), key=_is_quick)


def _is_on_postgres(item: pytest.Item) -> bool:
    """Return True for the second run of a test that runs on a database of each kind."""
    callspec = getattr(item, "callspec", None)
    return callspec is not None and "postgresql" in callspec.params.values()


def _is_quick(item: pytest.Item) -> bool:
    """Return False for whole-program tests, most of which wait for a daemon."""
    folder = item.path.relative_to(ROOT / "tests").parts[0]
    return folder != "scenarios" and item.path.name not in SLOW_FILES


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Return the URL of a PostgreSQL server: $ROLEWATCH_TEST_PG_DSN, or one started here."""
    if dsn := os.environ.get("ROLEWATCH_TEST_PG_DSN"):
        yield dsn
        return
    with warnings.catch_warnings(action="ignore"):  # it grumbles where there is no session folder
        import pgserver  # tests of SQLite alone need no server  # noqa: PLC0415

    # not pytest's: its server has a user of its own, who must get in
    with TemporaryDirectory(prefix="rolewatch-postgres-") as folder:
        # it says so without __all__
        server = pgserver.get_server(folder)  # type: ignore[attr-defined]
        hurry(server.get_uri())
        yield server.get_uri()
        server.cleanup()


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """Return an empty PostgreSQL database for one test."""
    with empty_postgres(postgres_server) as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """Return the URL of a SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'rolewatch.db'}"


@pytest.fixture
def sqlite_engine(made: DatabasePool) -> Iterator[Engine]:
    """Return a SQLite database at the newest schema, for tests of any kind of database."""
    with made.lent_file() as url:
        yield from made.opened(url)


@pytest.fixture
def postgres_engine(postgres_server: str, made: DatabasePool) -> Iterator[Engine]:
    """Return a PostgreSQL database at the newest schema."""
    with made.lent(postgres_server) as url:
        yield from made.opened(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, made: DatabasePool) -> Iterator[str]:
    """Return a database of each kind: at the newest schema for tests of `engine`, else empty."""
    if "engine" not in request.fixturenames:
        yield request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
        return
    with (
        made.lent_file()
        if request.param == "sqlite"
        else made.lent(request.getfixturevalue("postgres_server")) as url
    ):
        yield url


@pytest.fixture
def engine(database_url: str, made: DatabasePool) -> Iterator[Engine]:
    """Return a database of each kind at the newest schema."""
    yield from made.opened(database_url)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared_engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, made: DatabasePool
) -> Iterator[Engine]:
    """Return a database of each kind at the newest schema, shared by a module."""
    if request.param == "sqlite":
        yield from made.opened(f"sqlite:///{tmp_path_factory.mktemp('shared') / 'rolewatch.db'}")
        return
    with made.lent(request.getfixturevalue("postgres_server")) as url:
        yield from made.opened(url)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> DatabasePool:
    return DatabasePool(tmp_path_factory.mktemp("made"))


@pytest.fixture
async def boards() -> AsyncIterator[BoardServer]:
    async with BoardServer() as server:
        server.board("examplelabs", job(1, title="Research Engineer, Team 1"))
        yield server


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with slack_server() as server:
        yield server


@pytest.fixture(autouse=True)
def no_careers_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads the careers page of a real employer."""
    monkeypatch.setattr("monitor.rounds.new_board.employer_domain", lambda _: None)


@pytest.fixture
async def office(engine: Engine) -> AsyncIterator[PostOffice]:
    """Return an outbox with a real Slack server."""
    async with post_office(engine) as office:
        yield office
