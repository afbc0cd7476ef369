from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, text

from monitor.database.engine import make_engine, read_transaction
from monitor.database.lease import acquire
from monitor.database.schema import newest, revision
from tests.support.program import Program
from tests.support.story import STORY


def test_an_untouched_history_is_ok(recorded: Program) -> None:
    ran = recorded("db", "check")
    assert (ran.code, ran.out) == (0, "ok\n")


def test_each_finding_is_a_line_and_the_exit_code_says_so(
    recorded: Program, engine: Engine
) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE posting_version SET number = 9 WHERE number = 4"))
    ran = recorded("db", "check")
    assert ran.code == 1
    assert f"{STORY}: versions are not numbered 1, 2, 3 …" in ran.out.splitlines()


def test_findings_in_json_are_an_array_empty_when_all_is_well(
    recorded: Program, engine: Engine
) -> None:
    well = recorded("db", "check", "--format", "json")
    assert (well.code, well.json) == (0, [])
    with engine.begin() as connection:
        connection.execute(text("UPDATE posting_version SET number = 9 WHERE number = 4"))
    wrong = recorded("db", "check", "--format", "json")
    assert wrong.code == 1
    assert {"finding": f"{STORY}: versions are not numbered 1, 2, 3 …"} in wrong.json


def test_a_row_that_points_nowhere_is_found(tmp_path: Path, sqlite_recorded: Program) -> None:
    with closing(sqlite3.connect(tmp_path / "rolewatch.db")) as connection:
        connection.execute("DELETE FROM description WHERE text LIKE 'We write%'")
        connection.commit()
    ran = sqlite_recorded("db", "check")
    assert ran.code == 1
    assert "of posting_version points to a row of description that is not there" in ran.out


def test_a_damaged_file_is_said_without_a_traceback(
    tmp_path: Path, sqlite_recorded: Program
) -> None:
    file = tmp_path / "rolewatch.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'posting_change'"
        ).fetchone()
    content = bytearray(file.read_bytes())
    content[(page - 1) * 4096 : page * 4096] = b"\xa5" * 4096
    file.write_bytes(content)
    ran = sqlite_recorded("db", "check")
    assert ran.code == 1
    assert "damaged" in ran.out


def test_upgrade_says_that_the_schema_is_current(recorded: Program) -> None:
    ran = recorded("db", "upgrade")
    assert (ran.code, ran.out) == (0, f"already current: schema {newest()}\n")


def test_upgrade_makes_the_schema_in_an_empty_database(config: str, database_url: str) -> None:
    ran = Program(config)("db", "upgrade")
    assert (ran.code, ran.out) == (0, f"upgraded from an empty database to schema {newest()}\n")
    engine = make_engine(database_url)
    with read_transaction(engine) as connection:
        assert revision(connection) == newest()
    engine.dispose()


def test_upgrade_of_a_server_that_is_not_there_is_one_line_without_the_password(
    tmp_path: Path,
) -> None:
    file = tmp_path / "rolewatch.toml"
    file.write_text(
        '[database]\nurl = "postgresql://me:hunter2@127.0.0.1:1/none"\n[[boards]]\nboard = '
        '"greenhouse:examplelabs"\n'
    )
    ran = Program(str(file))("db", "upgrade")
    assert ran.code == 2
    assert ran.err.startswith("the database postgresql://me:***@127.0.0.1:1/none cannot be used: ")
    assert "hunter2" not in ran.err
    assert len(ran.err.splitlines()) == 1


def test_a_backup_is_whole_private_and_never_overwrites(
    tmp_path: Path, sqlite_recorded: Program
) -> None:
    file = tmp_path / "copy.db"
    assert sqlite_recorded("db", "backup", str(file)).code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT count(*) FROM posting_changes").fetchone() == (7,)
    again = sqlite_recorded("db", "backup", str(file))
    assert (again.code, again.err.strip()) == (2, f"{file} is there already: name a new file")
    nowhere = sqlite_recorded("db", "backup", str(tmp_path / "none" / "copy.db"))
    assert nowhere.code == 2
    assert "cannot be written" in nowhere.err


def test_a_backup_that_is_not_whole_is_none(tmp_path: Path, sqlite_recorded: Program) -> None:
    with closing(sqlite3.connect(tmp_path / "rolewatch.db")) as connection:
        connection.execute("DELETE FROM description WHERE text LIKE 'We write%'")
        connection.commit()
    ran = sqlite_recorded("db", "backup", str(tmp_path / "copy.db"))
    assert ran.code == 2
    assert "the copy is incomplete: " in ran.err
    assert "row 2 of posting_version points to a missing row of description" in ran.err
    assert [file.name for file in tmp_path.glob("copy*")] == []


def test_a_backup_onto_a_full_disk_is_one_line_and_leaves_nothing(
    tmp_path: Path, sqlite_recorded: Program
) -> None:
    limited = (
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000)); "
        "from monitor.cli import main; main()"
    )
    command = [
        sys.executable,
        "-c",
        limited,
        "--config",
        sqlite_recorded.config,
        "db",
        "backup",
        str(tmp_path / "copy.db"),
    ]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert ran.stderr.startswith("no backup was written: ")
    assert len(ran.stderr.splitlines()) == 1
    assert [file.name for file in tmp_path.glob("copy*")] == []


def test_a_backup_while_others_write_is_of_one_moment(
    tmp_path: Path, sqlite_recorded: Program
) -> None:
    stop = threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(tmp_path / "rolewatch.db", timeout=30)) as connection:
            while not stop.is_set():
                connection.execute(
                    "INSERT INTO description SELECT hex(randomblob(32)), hex(randomblob(2000))"
                )
                connection.commit()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        ran = [
            sqlite_recorded("db", "backup", str(tmp_path / f"copy{number}.db"))
            for number in range(3)
        ]
    finally:
        stop.set()
        writer.join()
    assert [one.code for one in ran] == [0, 0, 0], ran
    assert "and checked: " in ran[0].out


def test_a_backup_of_postgresql_names_pg_dump(postgres_recorded: Program, tmp_path: Path) -> None:
    ran = postgres_recorded("db", "backup", str(tmp_path / "copy.db"))
    assert ran.code == 2
    assert "pg_dump" in ran.err
    assert not (tmp_path / "copy.db").exists()


def test_a_copy_beside_a_daemon_says_in_one_line_what_it_lacks(
    recorded: Program, engine: Engine, tmp_path: Path
) -> None:
    taken = acquire(engine, "run", lambda: datetime.now(UTC))
    ran = recorded("db", "copy", f"sqlite:///{tmp_path / 'copy.db'}")
    taken.release(datetime.now(UTC))
    [said] = [line for line in ran.err.splitlines() if line.startswith("a daemon runs")]
    assert said.endswith("its later changes are not in the copy")
