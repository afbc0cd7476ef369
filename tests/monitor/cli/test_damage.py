"""A damaged or foreign file: one line says what to do, and nothing is overwritten."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.program import Program

COMMANDS = (
    ("run",),
    ("check",),
    ("roles",),
    ("db", "check"),
    ("db", "upgrade"),
    ("sql", "SELECT count(*) FROM postings"),
)
NO_DATABASE = (
    "file is not a database; it was left unchanged: restore a backup in its place, or "
    "name another file in [database] url"
)
# `db check` says it too, so it does not advise `db check`
HALF = "database disk image is malformed; the file is damaged: restore a backup in its place"
PAGE = 4096


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def content(folder: Path) -> dict[str, bytes]:
    """Every file, but for those beside a database that is open."""
    return {
        file.name: file.read_bytes()
        for file in folder.iterdir()
        if file.is_file() and not file.name.endswith(("-wal", "-shm"))
    }


def closed(file: Path) -> bytes:
    """Return the database's content, its log included."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return file.read_bytes()


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda _: b"Notes of mine, which are no database.\n" * 99, NO_DATABASE),
        (lambda whole: b"\x00" * 16 + whole[16:], NO_DATABASE),
        (lambda whole: whole[: len(whole) // 2], HALF),
    ],
    ids=["a text", "a broken header", "a half"],
)
def test_what_is_no_database_is_refused_and_left_as_it_is(
    tmp_path: Path,
    sqlite_recorded: Program,
    command: tuple[str, ...],
    damage: Callable[[bytes], bytes],
    says: str,
) -> None:
    file = tmp_path / "rolewatch.db"
    file.write_bytes(damage(closed(file)))
    before = content(tmp_path)
    ran = sqlite_recorded(*command)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"the database sqlite:///{file} cannot be used: {says}\n"
    assert content(tmp_path) == before


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_database_of_another_program_is_refused_and_left_as_it_is(
    tmp_path: Path, sqlite_recorded: Program, command: tuple[str, ...]
) -> None:
    file = tmp_path / "rolewatch.db"
    file.unlink()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE notes (text)")
    before = {each.name: each.read_bytes() for each in tmp_path.iterdir() if each.is_file()}
    ran = sqlite_recorded(*command)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "the database holds tables of another program (notes, …): name a new one\n"
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir() if each.is_file()} == before


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_folder_in_the_databases_place_is_one_line(
    tmp_path: Path, sqlite_recorded: Program, command: tuple[str, ...]
) -> None:
    file = tmp_path / "rolewatch.db"
    file.unlink()
    file.mkdir()
    ran = sqlite_recorded(*command)
    assert (ran.code, ran.out, ran.err) == (
        2,
        "",
        f"the database {file} is a folder: name a file in [database] url\n",
    )


def test_an_empty_file_becomes_a_database_when_it_is_upgraded(
    tmp_path: Path, sqlite_recorded: Program
) -> None:
    (tmp_path / "rolewatch.db").write_bytes(b"")
    assert sqlite_recorded("roles").code == 2
    assert sqlite_recorded("db", "upgrade").code == 0
    assert sqlite_recorded.ask("roles") == []
    assert sqlite_recorded("db", "check").out == "ok\n"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (("roles",), 1),
        (("db", "check"), 1),
        (("db", "backup", "copy.db"), 2),
        (("sql", "SELECT count(*) FROM postings WHERE title LIKE '%e%'"), 2),
        (("export", "out", "--format", "csv"), 1),
        (("db", "upgrade"), 0),  # the schema is in order
    ],
    ids=lambda given: " ".join(given[:2]) if isinstance(given, tuple) else None,
)
def test_a_broken_page_is_one_line_where_it_is_needed_and_nothing_is_written_over(
    tmp_path: Path, sqlite_recorded: Program, command: tuple[str, ...], code: int
) -> None:
    file = tmp_path / "rolewatch.db"
    whole = bytearray(closed(file))
    for page in _pages(file, "posting"):
        whole[(page - 1) * PAGE : page * PAGE] = b"\xa5" * PAGE
    file.write_bytes(whole)
    before = content(tmp_path)
    ran = sqlite_recorded(*command)
    assert ran.code == code
    if code:
        assert "database disk image is malformed" in ran.out + ran.err
        assert "Traceback" not in ran.out + ran.err
    assert content(tmp_path) == before


def _pages(file: Path, table: str) -> list[int]:
    with closing(sqlite3.connect(file)) as connection:
        found = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE tbl_name = ? AND rootpage > 0", (table,)
        ).fetchall()
    return [page for (page,) in found]
