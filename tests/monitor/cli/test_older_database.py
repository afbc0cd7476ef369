"""A database of an older rolewatch: read-only commands leave it and say how to upgrade it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.places import ROOT
from tests.support.program import Program

DUMP = ROOT / "tests" / "recordings" / "schemas" / "0001.sql"
READING = (
    ("db", "check"),
    ("db", "copy", "sqlite:///copy.db"),
    ("roles",),
    ("history", "greenhouse:examplelabs:1"),
    ("changes",),
    ("diff", "examplelabs", "--from", "7d"),
    ("rules", "test"),
    ("rules", "explain", "greenhouse:examplelabs:1"),
    ("sql",),
    ("sql", "SELECT 1"),
    ("stats",),
    ("mcp",),
    ("export", "history"),
    ("alerts", "list"),
    ("boards", "list"),
    ("status",),
    ("show", "greenhouse:examplelabs:1"),
    ("alerts", "retry"),
)


@pytest.fixture
def old(watching: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    monkeypatch.chdir(tmp_path)
    with closing(sqlite3.connect(tmp_path / "rolewatch.db")) as connection:
        connection.executescript(DUMP.read_text())
    return watching


def _schema(folder: Path) -> str:
    with closing(sqlite3.connect(folder / "rolewatch.db")) as connection:
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


@pytest.mark.parametrize("command", READING, ids=" ".join)
def test_a_command_that_reads_does_not_upgrade_and_says_how(
    old: Program, tmp_path: Path, command: tuple[str, ...]
) -> None:
    ran = old(*command)
    assert (ran.code, ran.out) == (2, "")
    assert (
        "older than this rolewatch (0001): run `rolewatch db upgrade`, which makes a backup first"
        in ran.err
    )
    assert len(ran.err.splitlines()) == 1
    assert _schema(tmp_path) == "0001"
    assert not list(tmp_path.glob("*backup*"))


def test_doctor_and_the_rules_of_the_configuration_do_not_upgrade(
    old: Program, tmp_path: Path
) -> None:
    found = {row["subject"]: row for row in old("doctor", "--format", "json").json}["database"]
    assert found["ok"]
    assert "schema 0001" in found["found"]
    assert "rolewatch db upgrade" in found["remedy"]
    assert old("rules", "list").code == 0
    assert _schema(tmp_path) == "0001"


def test_a_backup_is_of_the_database_as_it_is(old: Program, tmp_path: Path) -> None:
    assert old("db", "backup", "copy.db").code == 0
    with closing(sqlite3.connect(tmp_path / "copy.db")) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
    assert _schema(tmp_path) == "0001"
