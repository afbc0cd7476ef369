"""A missing database: read-only commands say so and create nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.program import Program

ASKING = (
    ("db", "backup", "backup.db"),
    ("db", "check"),
    ("db", "copy", "sqlite:///copy.db"),
    ("roles",),
    ("show", "greenhouse:examplelabs:1"),
    ("history", "greenhouse:examplelabs:1"),
    ("changes",),
    ("diff", "examplelabs", "--from", "7d"),
    ("rules", "test"),
    ("rules", "explain", "greenhouse:examplelabs:1"),
    ("sql",),
    ("sql", "SELECT count(*) FROM postings"),
    ("stats",),
    ("mcp",),
    ("export", "history"),
    ("alerts", "list"),
    ("alerts", "discard", "--before", "0s"),
)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("command", ASKING, ids=" ".join)
def test_a_question_without_a_database_is_refused_and_makes_none(
    watching: Program, tmp_path: Path, command: tuple[str, ...]
) -> None:
    ran = watching(*command)
    said = (
        f"there is no database at {tmp_path / 'rolewatch.db'}: `rolewatch check` creates it, "
        "[database] url names it\n"
    )
    assert (ran.code, ran.out, ran.err) == (2, "", said)
    assert [file.name for file in tmp_path.iterdir()] == ["rolewatch.toml"]


@pytest.mark.parametrize("command", [("boards", "list"), ("rules", "list")], ids=" ".join)
def test_what_the_configuration_says_is_listed_without_a_database(
    watching: Program, tmp_path: Path, command: tuple[str, ...]
) -> None:
    ran = watching(*command)
    assert (ran.code, ran.err) == (0, "")
    assert [file.name for file in tmp_path.iterdir()] == ["rolewatch.toml"]


def test_status_and_boards_list_name_the_same_employers(watching: Program) -> None:
    assert watching("boards", "add", "greenhouse:thirdlab", "--no-check").code == 0
    named = [[row["company"] for row in watching.ask("boards", "list")]]
    named.append([row["company"] for row in watching.ask("status")["boards"]])
    assert named[0] == named[1]
    assert all(named[0])


def test_doctor_says_that_there_is_no_database_yet_and_makes_none(
    watching: Program, tmp_path: Path
) -> None:
    found = {row["subject"]: row for row in watching("doctor", "--format", "json").json}["database"]
    assert found["ok"]
    assert found["found"] == f"{tmp_path / 'rolewatch.db'} does not exist yet"
    assert "[database] url" in found["remedy"]
    assert [file.name for file in tmp_path.iterdir()] == ["rolewatch.toml"]


@pytest.mark.parametrize("has_header", [False, True])
def test_a_database_that_an_interrupted_check_left_empty_is_called_empty(
    watching: Program, tmp_path: Path, *, has_header: bool
) -> None:
    file = tmp_path / "rolewatch.db"
    file.touch()
    if has_header:
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
    ran = watching("roles")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"the database sqlite:///{file} is empty: `rolewatch check` fills it\n"
    found = {row["subject"]: row for row in watching("doctor", "--format", "json").json}["database"]
    assert (found["ok"], found["found"]) == (True, f"sqlite:///{file}: empty")


def test_doctor_finds_a_database_whose_folder_is_missing(watching: Program, tmp_path: Path) -> None:
    away = {"ROLEWATCH_DATABASE_URL": "sqlite:///away/rolewatch.db"}
    ran = watching("doctor", "--format", "json", environ=away)
    found = {row["subject"]: row for row in ran.json}["database"]
    assert (ran.code, found["ok"]) == (1, False)
    assert found["found"].startswith(f"there is no folder {tmp_path / 'away'} for the database")
    assert found["found"] in watching("check", environ=away).err
