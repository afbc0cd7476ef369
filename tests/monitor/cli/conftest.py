"""The program on a database with a history."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from monitor.demo.board_server import BoardServer
from monitor.demo.story import jobs
from tests.support.databases import DatabasePool
from tests.support.program import Program
from tests.support.server_threads import serving
from tests.support.story import CONFIG, tell


def _configured(folder: Path, url: str) -> str:
    file = folder / "rolewatch.toml"
    file.write_text(CONFIG.format(url=url))
    return str(file)


def _recorded(folder: Path, url: str, made: DatabasePool) -> Program:
    for engine in made.opened(url):
        tell(engine)
    return Program(_configured(folder, url))


@pytest.fixture
def config(tmp_path: Path, database_url: str) -> str:
    """Return a configuration file that names an empty database of each kind."""
    return _configured(tmp_path, database_url)


@pytest.fixture
def rolewatch(config: str, engine: Engine) -> Program:
    """Return the program on an empty history."""
    assert engine.url.database is not None
    return Program(config)


@pytest.fixture
def recorded(rolewatch: Program, engine: Engine) -> Program:
    """Return the program on the history of `story.py`."""
    tell(engine)
    return rolewatch


@pytest.fixture
def sqlite_recorded(tmp_path: Path, sqlite_url: str, made: DatabasePool) -> Program:
    """As `recorded`, on SQLite alone."""
    return _recorded(tmp_path, sqlite_url, made)


@pytest.fixture
def postgres_recorded(
    tmp_path: Path, postgres_server: str, made: DatabasePool
) -> Iterator[Program]:
    """As `recorded`, on PostgreSQL alone."""
    with made.lent(postgres_server) as url:
        yield _recorded(tmp_path, url, made)


SERVED = """
[database]
url = "sqlite:///rolewatch.db"
[crawl]
timeout = "2s"
[ats.greenhouse]
api_url = "{api_url}"
delay = "0ms"
[ats.lever]
api_url = "{api_url}"
delay = "0ms"
[[boards]]
board = "greenhouse:examplelabs"
company = "Example Labs"
[[boards]]
board = "greenhouse:otherworks"
company = "Other Works"
[[rules]]
name = "research-engineer"
any = ["research engineer"]
"""


@pytest.fixture
def server() -> Iterator[BoardServer]:
    """Return a board server with two boards: all postings of the demo, and three of them."""
    with serving() as running:
        listed = jobs(datetime(2026, 11, 2, 9, tzinfo=UTC))
        running.board("examplelabs", *listed)
        running.board("otherworks", *listed[:3])
        yield running


@pytest.fixture
def watching(tmp_path: Path, server: BoardServer) -> Program:
    """Return the program on an empty database, watching the two boards."""
    file = tmp_path / "rolewatch.toml"
    file.write_text(SERVED.format(api_url=server.url))
    return Program(str(file))


@pytest.fixture
def third(server: BoardServer) -> BoardServer:
    """Return the server with a third board, which is not watched yet."""
    server.board("thirdlab", *server.boards["otherworks"].jobs)
    return server
