"""Outages of the database are logged once; other errors have a traceback."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import create_engine, exc, make_url, text
from structlog.testing import capture_logs

from monitor.config.database_url import normal_url
from monitor.database.trouble import (
    DATABASE_ERRORS,
    OutageLog,
    describe,
    describe_with_remedy,
    is_outage,
)


def trouble_of(query: str, url: str = "sqlite://") -> Exception:
    """Return the error that SQLAlchemy raises for it."""
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            connection.execute(text(query))
    except DATABASE_ERRORS as error:
        return error
    finally:
        engine.dispose()
    raise AssertionError(query)


@pytest.fixture
def locked(tmp_path: Path) -> Exception:
    file = tmp_path / "some.db"
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    error = trouble_of("CREATE TABLE t (a)", f"sqlite:///{file}?timeout=0")
    holder.close()
    return error


def test_a_lock_is_an_outage_and_a_broken_constraint_is_not(locked: Exception) -> None:
    assert is_outage(locked)
    assert describe(locked) == "OperationalError: database is locked"
    assert (
        describe_with_remedy(locked)
        == "database is locked; another program has locked it: wait for it or stop it"
    )
    ours = trouble_of("INSERT INTO sqlite_master VALUES (1)")
    assert is_outage(ours)  # SQLite calls its own mistakes so too
    assert describe_with_remedy(ours) == describe(ours).removeprefix("OperationalError: ")
    assert not is_outage(
        exc.IntegrityError(
            "INSERT INTO t VALUES (0)", {}, sqlite3.IntegrityError("CHECK constraint failed")
        )
    )
    assert not is_outage(ValueError())


def test_a_user_without_rights_is_an_outage_of_one_line(postgres_url: str) -> None:
    refused = trouble_of(
        "SET ROLE pg_monitor; CREATE TABLE public.t (a INTEGER)", normal_url(postgres_url)
    )
    assert is_outage(refused)
    assert describe(refused).startswith("InsufficientPrivilege: permission denied for schema")
    assert not is_outage(trouble_of("SELECT * FROM nowhere", normal_url(postgres_url)))


def test_a_missing_server_is_one_line_with_a_remedy() -> None:
    error = trouble_of("SELECT 1", "postgresql+psycopg://me:hunter2@127.0.0.1:1/none")
    assert "\n" not in describe(error) + describe_with_remedy(error)
    assert "hunter2" not in describe(error) + describe_with_remedy(error)
    assert describe_with_remedy(error).endswith(
        "Connection refused; check that the server runs and that its address is right"
    )


def test_a_server_that_refuses_a_connection_is_not_called_missing(postgres_url: str) -> None:
    nowhere = make_url(normal_url(postgres_url)).set(database="nowhere")
    error = trouble_of("SELECT 1", nowhere.render_as_string(hide_password=False))
    assert describe_with_remedy(error).endswith(
        '"nowhere" does not exist; '
        "check the user, the password and the name in the database's URL, or try again later"
    )


def test_a_pool_without_connections_is_an_outage() -> None:
    error = exc.TimeoutError("QueuePool limit of size 5 overflow 10 reached")
    assert is_outage(error)
    assert describe(error) == "TimeoutError: QueuePool limit of size 5 overflow 10 reached"


def test_an_outage_is_logged_at_its_begin_and_end(locked: Exception) -> None:
    troubles = OutageLog()
    other = trouble_of("SELECT * FROM absent")
    with capture_logs() as logs:
        for error in (locked, locked, other, other):
            with troubles.passing("lease_not_renewed"):
                raise error
        for _ in range(2):
            with troubles.passing("lease_not_renewed"):
                pass
    lines = [(line["log_level"], line["event"], line.get("reason")) for line in logs]
    assert lines == [
        ("error", "lease_not_renewed", "OperationalError: database is locked"),
        ("error", "lease_not_renewed", "OperationalError: no such table: absent"),
        ("info", "database_recovered", None),
    ]


def test_each_queue_has_its_own_outage(locked: Exception) -> None:
    troubles = OutageLog()
    with capture_logs() as logs:
        for queue in ("slack:#roles", "slack:#ops", "slack:#roles"):
            with troubles.passing("outbox_not_written", queue=queue):
                raise locked
        with troubles.passing("outbox_not_written", queue="slack:#ops"):
            pass
    assert [line["queue"] for line in logs] == ["slack:#roles", "slack:#ops", "slack:#ops"]


def test_our_own_error_is_logged_with_traceback_each_time() -> None:
    troubles, fault = OutageLog(), ValueError("a slip")
    with capture_logs() as logs:
        troubles.report("round_failed", fault)
        troubles.report("round_failed", fault)
        troubles.over("round_failed")
    assert [(line["event"], line["exc_info"]) for line in logs] == [("round_failed", fault)] * 2
    with pytest.raises(ValueError, match="a slip"), troubles.passing("round_failed"):
        raise fault
