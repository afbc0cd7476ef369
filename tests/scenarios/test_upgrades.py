"""Databases of older versions upgrade to the newest schema, in a race and despite a kill.

`tests/recordings/schemas/` has a dump for each released schema, made by that version.
A migration runs on each of them.
"""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Boolean, Connection, Engine, MetaData, create_engine, insert, select, text
from sqlalchemy.dialects.postgresql import JSONB

from monitor.database.engine import make_engine, read_transaction
from monitor.database.opening import open_database
from monitor.database.schema import newest, revision, revisions, upgrade
from monitor.queries.consistency import findings
from tests.support.places import ROOT

DUMPS = sorted((ROOT / "tests" / "recordings" / "schemas").glob("*.sql"))
RENAMED = {"saved": "saved_role"}  # a table of an older schema, and its later name
Rows = dict[str, list[tuple[Any, ...]]]


def made_by(dump: Path, file: Path) -> Path:
    """Return a SQLite database as that schema's version left it."""
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(dump.read_text())
    return file


def rows(
    connection: Connection, columns: dict[str, list[str]] | None = None
) -> tuple[Rows, dict[str, list[str]]]:
    """Every row of every table, in the columns given or in all, and which those are.

    A renamed table has its old name here.
    """
    found = MetaData()
    found.reflect(connection)
    old_names = {new: old for old, new in RENAMED.items()}
    named = {old_names.get(name, name): table for name, table in found.tables.items()}
    tables = {
        name: table
        for name, table in named.items()
        if name != "alembic_version" and (columns is None or name in columns)
    }
    wanted = columns or {
        name: [column.name for column in table.columns] for name, table in tables.items()
    }
    picked = {name: select(*(tables[name].c[column] for column in wanted[name])) for name in wanted}
    return {
        name: sorted(map(_plain, connection.execute(query)), key=str)
        for name, query in picked.items()
    }, wanted


def _plain(row: Any) -> tuple[Any, ...]:  # a row of any table
    return tuple(value.isoformat() if hasattr(value, "isoformat") else value for value in row)


def fill(engine: Engine, dump: Path, folder: Path) -> None:
    """Load the dump's rows into a database of either kind that is at its schema."""
    source, target = create_engine(f"sqlite:///{made_by(dump, folder / 'source.db')}"), MetaData()
    with source.connect() as old, engine.begin() as new:
        target.reflect(new)
        old_tables = MetaData()
        old_tables.reflect(old)
        for table in target.sorted_tables:
            if table.name == "alembic_version":
                continue
            values = [
                dict(row._mapping) for row in old.execute(select(old_tables.tables[table.name]))
            ]
            for column in table.columns:
                for value in values:
                    if isinstance(column.type, Boolean):
                        value[column.name] = bool(value[column.name])
                    elif isinstance(column.type, JSONB) and isinstance(value[column.name], str):
                        value[column.name] = json.loads(value[column.name])
            if values:
                new.execute(insert(table), values)
    source.dispose()


def test_there_is_a_dump_of_the_first_schema_and_none_of_an_unknown_one() -> None:
    assert [dump.stem for dump in DUMPS][:1] == revisions()[:1]
    assert {dump.stem for dump in DUMPS} <= set(revisions())


@pytest.mark.parametrize("dump", DUMPS, ids=lambda dump: dump.stem)
def test_a_database_of_a_released_version_keeps_every_row_at_each_step(
    tmp_path: Path, database_url: str, dump: Path
) -> None:
    engine = make_engine(database_url)
    upgrade(engine, dump.stem)
    fill(engine, dump, tmp_path)
    with read_transaction(engine) as connection:
        before, columns = rows(connection)
    assert sum(map(len, before.values())) > 50
    for step in revisions()[revisions().index(dump.stem) + 1 :]:
        upgrade(engine, step)
        with read_transaction(engine) as connection:
            assert rows(connection, columns)[0] == before, step
    with read_transaction(engine) as connection:
        assert list(findings(connection)) == []
        assert connection.scalar(text("SELECT count(*) FROM posting_changes")) == len(
            before["posting_change"]
        )
    engine.dispose()


@pytest.mark.parametrize("dump", DUMPS, ids=lambda dump: dump.stem)
def test_a_sqlite_file_of_a_released_version_is_upgraded_when_it_is_opened_and_kept_as_it_was(
    tmp_path: Path, dump: Path
) -> None:
    file = made_by(dump, tmp_path / "rolewatch.db")
    engine = open_database(f"sqlite:///{file}")
    with read_transaction(engine) as connection:
        assert revision(connection) == newest()
        assert list(findings(connection)) == []
    engine.dispose()
    backup = create_engine(f"sqlite:///{file}-backup-{dump.stem}")
    with backup.connect() as connection:
        assert revision(connection) == dump.stem
        assert connection.scalar(text("SELECT count(*) FROM posting_changes")) == 7
    backup.dispose()


def _old(folder: Path) -> Path:
    return made_by(DUMPS[0], folder / "rolewatch.db")


def _backups(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.glob("rolewatch.db-backup*"))


def test_a_backup_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    file = _old(tmp_path)
    mine = tmp_path / "rolewatch.db-backup-0001"
    mine.write_bytes(b"the history of an earlier year")
    open_database(f"sqlite:///{file}").dispose()
    assert mine.read_bytes() == b"the history of an earlier year"
    assert _backups(tmp_path) == ["rolewatch.db-backup-0001", "rolewatch.db-backup-0001-2"]


def upgraded(url: str, *how: str) -> list[int]:
    """Run upgrades in processes of their own. Return how they ended."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.support.upgrading", url, *how],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert not ran.stderr
    codes: list[int] = json.loads(ran.stdout)
    return codes


def test_killed_at_any_statement_an_upgrade_leaves_the_old_schema_and_then_works(
    tmp_path: Path,
) -> None:
    file = _old(tmp_path)
    codes = upgraded(f"sqlite:///{file}", *map(str, range(1, 130, 10)))
    assert codes.count(-signal.SIGKILL) == len(codes) - codes.count(0) > 4
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (
            newest() if 0 in codes else "0001",
        )
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    with read_transaction(open_database(f"sqlite:///{file}")) as connection:
        assert list(findings(connection)) == []
        assert connection.scalar(text("SELECT count(*) FROM posting_change")) == 7
    assert _backups(tmp_path) == ["rolewatch.db-backup-0001"]  # one, though it was begun so often


@pytest.mark.parametrize("kind", ["an old one", "an empty one"])
def test_programs_that_upgrade_at_once_do_not_collide(tmp_path: Path, kind: str) -> None:
    file = _old(tmp_path) if kind == "an old one" else tmp_path / "rolewatch.db"
    assert upgraded(f"sqlite:///{file}", "together", "6") == [0] * 6
    with read_transaction(open_database(f"sqlite:///{file}")) as connection:
        assert list(findings(connection)) == []
    kept = _backups(tmp_path)
    assert kept == ["rolewatch.db-backup-0001"] * (kind == "an old one")
    for name in kept:
        with closing(sqlite3.connect(tmp_path / name)) as connection:
            assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (
                "0001",
            )


def test_programs_that_upgrade_postgresql_at_once_do_not_collide(postgres_url: str) -> None:
    assert upgraded(postgres_url, "together", "4") == [0] * 4
