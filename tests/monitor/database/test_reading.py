"""Reads of a database that end in time, on both databases."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import Engine, text

from monitor.database.reading import ReadTimeoutError, bounded_read, reading_engine, stop_reads

ENDLESS = text(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
)


@pytest.fixture
def reader(engine: Engine) -> Iterator[Engine]:
    """Return an engine with a single connection."""
    made = reading_engine(engine.url.render_as_string(hide_password=False), connections=1)
    yield made
    made.dispose()


def test_the_options_of_the_url_hold_for_reads_too(postgres_url: str) -> None:
    reader = reading_engine(f"{postgres_url}&options=-c%20search_path%3Dapp", connections=1)
    with bounded_read(reader, 5) as connection:
        assert connection.scalar(text("SHOW search_path")) == "app"
        assert connection.scalar(text("SHOW default_transaction_read_only")) == "on"
    reader.dispose()


def _read_endlessly(reader: Engine, seconds: float, begun: Event | None = None) -> None:
    with bounded_read(reader, seconds) as connection:
        if begun is not None:
            begun.set()
        connection.execute(ENDLESS)


def test_a_query_ends_in_time(reader: Engine) -> None:
    started = time.monotonic()
    with pytest.raises(ReadTimeoutError):
        _read_endlessly(reader, 0.3)
    assert time.monotonic() - started < 3
    with bounded_read(reader, 5) as connection:
        assert connection.scalar(text("SELECT 1")) == 1


def test_the_wait_for_a_connection_counts(reader: Engine) -> None:
    """Else requests that were answered long ago would keep later ones waiting."""
    begun = Event()
    with ThreadPoolExecutor(3) as threads:
        first = threads.submit(_read_endlessly, reader, 1.0, begun)
        assert begun.wait(5)
        started = time.monotonic()
        late: list[Future[None]] = [threads.submit(_read_endlessly, reader, 0.5) for _ in range(2)]
        errors = [each.exception(20) for each in (first, *late)]
    assert [type(error) for error in errors] == [ReadTimeoutError] * 3
    assert time.monotonic() - started < 1.9  # and not 1.0 + 0.5 + 0.5


def test_all_reads_end_when_the_program_stops(reader: Engine) -> None:
    begun = Event()
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(_read_endlessly, reader, 60, begun)
        assert begun.wait(5)
        time.sleep(0.2)  # the query itself runs
        stop_reads(reader)
        assert isinstance(running.exception(10), ReadTimeoutError)
    with pytest.raises(ReadTimeoutError):
        _read_endlessly(reader, 60)


def _file_with(value: int, file: Path) -> Path:
    made = sqlite3.connect(file)
    made.execute("PRAGMA journal_mode=WAL")
    made.execute("CREATE TABLE t (x)")
    made.execute("INSERT INTO t VALUES (?)", (value,))
    made.commit()
    made.close()
    return file


def test_a_file_that_replaces_the_database_is_read(tmp_path: Path) -> None:
    file = _file_with(1, tmp_path / "rolewatch.db")
    reader = reading_engine(f"sqlite:///{file}")
    values = []
    for value in (2, 3, 4):
        with bounded_read(reader, 5) as connection:
            values.append(connection.scalar(text("SELECT x FROM t")))
        _file_with(value, tmp_path / f"{value}.db").replace(file)
    reader.dispose()
    assert values == [1, 2, 3]
