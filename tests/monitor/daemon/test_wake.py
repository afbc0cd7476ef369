"""The daemon notices that another process has written."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Engine, insert

from monitor.daemon.wake import OpenConnection
from monitor.database.engine import make_engine
from monitor.database.tables import CheckRound


def _write(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(insert(CheckRound).values(started_at=datetime.now(UTC)))


def test_a_write_of_another_process_is_noticed_once(sqlite_engine: Engine) -> None:
    watched, other = OpenConnection(sqlite_engine), make_engine(str(sqlite_engine.url))
    _write(other)
    watched.was_written()
    watched.has_changed()
    assert not watched.was_written()
    _write(other)
    assert watched.was_written()
    assert watched.has_changed()
    assert not watched.was_written()
    assert not watched.has_changed()
    watched.close()
    other.dispose()


def test_a_file_that_nobody_wrote_is_not_asked(sqlite_engine: Engine) -> None:
    _write(sqlite_engine)
    watched = OpenConnection(sqlite_engine)
    assert watched.was_written()  # before the first look anything may have happened
    assert not any(watched.was_written() for _ in range(5))
    watched.close()
