"""Reads of one moment, a SQLite file that becomes a WAL while locked, a server's time zone."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, text
from sqlalchemy.exc import OperationalError

from monitor.database.engine import _use_wal, make_engine, read_transaction
from monitor.database.reading import reading_engine
from monitor.database.tables import Board


class Held:
    """A cursor on a file that is held for one moment, with that kind of error."""

    def __init__(self, code: int) -> None:
        self.troubles = [sqlite3.OperationalError("held")]
        self.troubles[0].sqlite_errorcode = code
        self.asked = 0

    def execute(self, _query: str) -> None:
        self.asked += 1
        if self.troubles:
            raise self.troubles.pop()


@pytest.mark.parametrize(
    "code", [sqlite3.SQLITE_BUSY, sqlite3.SQLITE_BUSY_RECOVERY, sqlite3.SQLITE_BUSY_SNAPSHOT]
)
def test_opening_waits_for_every_kind_of_busy(code: int) -> None:
    cursor = Held(code)
    # all of a cursor that it needs; such a moment cannot be had at will
    _use_wal(cursor)  # type: ignore[arg-type]
    assert cursor.asked == 2


def test_opening_does_not_wait_for_other_errors() -> None:
    cursor = Held(sqlite3.SQLITE_IOERR)
    with pytest.raises(sqlite3.OperationalError):
        _use_wal(cursor)  # type: ignore[arg-type]  # as above
    assert cursor.asked == 1


@pytest.mark.parametrize(
    ("zone", "far"),
    [("Asia/Tokyo", "9999-12-31 23:59:59+00"), ("America/New_York", "0001-01-01 00:00:00+00")],
)
def test_the_last_instants_are_read_in_any_server_zone(
    postgres_url: str, zone: str, far: str
) -> None:
    engine = make_engine(postgres_url)
    with engine.begin() as connection:
        name = connection.scalar(text("SELECT current_database()"))
        connection.execute(text(f"ALTER DATABASE \"{name}\" SET timezone = '{zone}'"))
    engine.dispose()
    with engine.connect() as connection:
        moment = connection.scalar(text(f"SELECT CAST('{far}' AS timestamptz)"))
    assert (moment.year, moment.utcoffset().total_seconds()) == (int(far[:4]), 0)
    engine.dispose()


@pytest.mark.parametrize("opened", [make_engine, reading_engine])
def test_a_database_with_its_own_encoding_and_style_of_dates_is_read(
    postgres_url: str, opened: Callable[[str], Engine]
) -> None:
    engine = make_engine(postgres_url)
    with engine.begin() as connection:
        name = connection.scalar(text("SELECT current_database()"))
        for setting in ("client_encoding = 'LATIN1'", "datestyle = 'German, DMY'"):
            connection.execute(text(f'ALTER DATABASE "{name}" SET {setting}'))
    engine.dispose()
    engine = opened(postgres_url)
    with engine.connect() as connection:
        query = text("SELECT CAST(:word AS text), timestamptz '2026-03-01 09:00+00'")
        word, moment = connection.execute(query, {"word": "日本語"}).one()
    assert (word, moment) == ("日本語", datetime(2026, 3, 1, 9, tzinfo=UTC))
    engine.dispose()


def test_a_database_with_its_own_isolation_is_written_as_any_other(postgres_url: str) -> None:
    engine = make_engine(postgres_url)
    with engine.begin() as connection:
        name = connection.scalar(text("SELECT current_database()"))
        own = "default_transaction_isolation = 'serializable'"
        connection.execute(text(f'ALTER DATABASE "{name}" SET {own}'))
    engine.dispose()
    used = text("SHOW transaction_isolation")
    with engine.begin() as connection:
        assert connection.scalar(used) == "read committed"
    with read_transaction(engine) as connection:
        assert connection.scalar(used) == "repeatable read"
    with engine.begin() as connection:
        assert connection.scalar(used) == "read committed"
    engine.dispose()


def test_a_read_transaction_sees_one_moment(engine: Engine) -> None:
    count = text("SELECT count(*) FROM board")
    with read_transaction(engine) as connection:
        before = connection.scalar(count)
        with engine.begin() as other:
            other.execute(
                insert(Board).values(
                    board="a:b",
                    ats="a",
                    token="b",
                    company="B",
                    url="https://b.example",
                    watched=True,
                    every=900,
                )
            )
        assert connection.scalar(count) == before == 0
    with read_transaction(engine) as connection:
        assert connection.scalar(count) == 1


def test_a_file_that_was_moved_away_is_not_made_again(tmp_path: Path) -> None:
    file = tmp_path / "rolewatch.db"
    engine = make_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE one (id INTEGER)"))
        for part in tmp_path.iterdir():
            part.rename(tmp_path / part.name.replace("rolewatch", "moved"))
        with pytest.raises(OperationalError, match="unable to open"), engine.connect():
            pass
    assert not file.exists()
    engine.dispose()
