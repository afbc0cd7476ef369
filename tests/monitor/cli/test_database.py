from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from boards import BOARD
from program import Program
from sqlalchemy import Engine, text
from story import STORY

from monitor.db import connect, reading
from monitor.schema import newest, revision


def test_an_untouched_history_is_ok(told: Program) -> None:
    ran = told("db", "check")
    assert (ran.code, ran.out) == (0, "ok\n")


@pytest.mark.parametrize(
    ("damage", "finding"),
    [
        ("UPDATE posting_version SET number = 9 WHERE number = 4", f"{STORY}: versions are not numbered 1, 2, 3 …"),
        ("UPDATE posting SET version = 3 WHERE key = '11'", f"{STORY}: its newest version is another than its row says"),
        (
            "UPDATE posting_version SET valid_to = valid_from WHERE number = 1 AND title LIKE '%Gemini'",
            f"{STORY}: a version ends before it begins",
        ),
        ("UPDATE posting_version SET valid_to = NULL WHERE number = 2", f"{STORY}: two versions overlap"),
        ("UPDATE posting SET state = 'open' WHERE key = '13'", f"{BOARD}:13: it is open without a current version"),
        ("UPDATE posting SET state = 'closed' WHERE key = '11'", f"{STORY}: it is closed and its last version does not end when it closed"),
        ("UPDATE posting_change SET version = 7 WHERE field = 'pay'", f"{STORY}: a change names a version that is not there"),
        ("UPDATE posting_change SET at = not_before WHERE kind = 'reopened'", f"{STORY}: a change is not of the moment of its check"),
        ("UPDATE description SET text = text || '!' WHERE text LIKE 'We write%'", "its text is not the one that was stored"),
        (
            """INSERT INTO delivery (delivery_id, channel, message, state, created_at, attempts)
               VALUES ('d-1', 'console', '{}', 'sent', '2026-03-01T00:00:00.000000Z', 0)""",
            "delivery:d-1: no alert belongs to this delivery",
        ),
    ],
)
def test_each_broken_promise_is_found(told: Program, engine: Engine, damage: str, finding: str) -> None:
    with engine.begin() as connection:
        assert connection.execute(text(damage)).rowcount > 0
    ran = told("db", "check")
    assert ran.code == 1
    assert any(line.endswith(finding) for line in ran.out.splitlines()), ran.out


def test_a_row_that_points_nowhere_is_found(tmp_path: Path, sqlite_told: Program) -> None:
    with closing(sqlite3.connect(tmp_path / "rolewatch.db")) as connection:
        connection.execute("DELETE FROM description WHERE text LIKE 'We write%'")
        connection.commit()
    ran = sqlite_told("db", "check")
    assert ran.code == 1
    assert "of posting_version points to a row of description that is not there" in ran.out


def test_a_damaged_file_is_said_without_a_traceback(tmp_path: Path, sqlite_told: Program) -> None:
    file = tmp_path / "rolewatch.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'posting_change'").fetchone()
    content = bytearray(file.read_bytes())
    content[(page - 1) * 4096 : page * 4096] = b"\xa5" * 4096
    file.write_bytes(content)
    ran = sqlite_told("db", "check")
    assert ran.code == 1
    assert "damaged" in ran.out


def test_upgrade_says_that_the_schema_is_current(told: Program) -> None:
    ran = told("db", "upgrade")
    assert (ran.code, ran.out) == (0, f"already current: schema {newest()}\n")


def test_upgrade_makes_the_schema_in_an_empty_database(config: str, database_url: str) -> None:
    ran = Program(config)("db", "upgrade")
    assert (ran.code, ran.out) == (0, f"upgraded from an empty database to schema {newest()}\n")
    engine = connect(database_url)
    with reading(engine) as connection:
        assert revision(connection) == newest()
    engine.dispose()


def test_upgrade_of_a_server_that_is_not_there_is_one_line_without_the_password(tmp_path: Path) -> None:
    file = tmp_path / "rolewatch.toml"
    file.write_text('[database]\nurl = "postgresql://me:hunter2@127.0.0.1:1/none"\n[[boards]]\nboard = "greenhouse:examplelabs"\n')
    ran = Program(str(file))("db", "upgrade")
    assert ran.code == 2
    assert "hunter2" not in ran.err
    assert len(ran.err.splitlines()) == 1


def test_a_backup_is_whole_private_and_never_overwrites(tmp_path: Path, sqlite_told: Program) -> None:
    file = tmp_path / "copy.db"
    assert sqlite_told("db", "backup", str(file)).code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT count(*) FROM posting_changes").fetchone() == (7,)
    again = sqlite_told("db", "backup", str(file))
    assert (again.code, again.err.strip()) == (2, f"{file} is there already: name a new file")
    nowhere = sqlite_told("db", "backup", str(tmp_path / "none" / "copy.db"))
    assert nowhere.code == 2
    assert "cannot be written" in nowhere.err


def test_a_backup_of_postgresql_names_pg_dump(postgres_told: Program, tmp_path: Path) -> None:
    ran = postgres_told("db", "backup", str(tmp_path / "copy.db"))
    assert ran.code == 2
    assert "pg_dump" in ran.err
    assert not (tmp_path / "copy.db").exists()
