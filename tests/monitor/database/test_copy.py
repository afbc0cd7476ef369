"""A whole database into another: every table and every view is the same, there and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, text

from monitor.database.columns import Base, iso
from monitor.database.copy import copy, tables
from monitor.database.engine import make_engine, read_transaction
from monitor.database.opening import open_database
from monitor.database.schema import upgrade
from monitor.database.search_index import index_all
from monitor.database.tables import Board
from monitor.database.views import VIEWS
from monitor.delivery.pack import pack
from monitor.errors import UserError
from monitor.queries.consistency import findings
from tests.support.program import Program
from tests.support.story import tell


def nothing(_table: str, _copied: int, _total: int) -> None:
    """Says nothing."""


def rows(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    with read_transaction(engine) as connection:
        return {
            table.name: [
                tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))
            ]
            for table in tables()
        }


def seen(engine: Engine) -> dict[str, list[str]]:
    """Return every view's rows as comparable text, without columns that depend on the time."""
    with read_transaction(engine) as connection:
        return {
            view: sorted(
                str(_plain(dict(row)))
                for row in connection.execute(text(f"SELECT * FROM {view}")).mappings()
            )
            for view in VIEWS
        }


def _plain(row: dict[str, Any]) -> dict[str, str]:
    plain = {}
    for name, value in row.items():
        if name in {"days_open", "day"}:  # until now
            continue
        plain[name] = (
            iso(value)
            if hasattr(value, "astimezone")
            else str(float(value) if isinstance(value, bool | int | float) else value)
        )
    return plain


@pytest.fixture
def sqlite(sqlite_url: str) -> Engine:
    """Return a SQLite database of the story, with its alerts in a message."""
    engine = open_database(sqlite_url)
    history = tell(engine)
    with engine.begin() as connection:
        pack(connection, history.now)
        connection.execute(
            text(
                "UPDATE posting SET repost_of = (SELECT max(id) FROM posting),"
                " repost_reason = 'so' WHERE id = 1"
            )
        )
    return engine


def test_copies_to_postgresql_and_back_are_equal(
    tmp_path: Path, sqlite: Engine, postgres_url: str
) -> None:
    postgres, again = make_engine(postgres_url), make_engine(f"sqlite:///{tmp_path / 'again.db'}")
    counts = copy(sqlite, postgres, nothing)
    assert copy(postgres, again, nothing) == counts
    assert counts["posting"] == 5
    assert counts["alert"] > 0
    assert rows(sqlite) == rows(postgres) == rows(again)
    assert seen(sqlite) == seen(postgres) == seen(again)
    for engine in (postgres, again):
        with read_transaction(engine) as connection:
            assert list(findings(connection)) == []
            # else the round would never be merged
            assert connection.scalar(text("SELECT count(*) FROM check_round WHERE held IS NULL"))
        engine.dispose()


def test_a_copy_in_postgresql_continues_its_sequences(sqlite: Engine, postgres_url: str) -> None:
    postgres = make_engine(postgres_url)
    copy(sqlite, postgres, nothing)
    board = {
        "board": "greenhouse:new",
        "ats": "greenhouse",
        "token": "new",
        "company": "New",
        "url": "",
        "watched": True,
        "every": 900.0,
    }
    with postgres.begin() as connection:
        highest = connection.execute(text("SELECT max(id) FROM board")).scalar_one()
        assert (
            connection.execute(insert(Board).values(board).returning(Board.id)).scalar_one()
            == highest + 1
        )
    postgres.dispose()


def test_the_copy_finds_the_same_words(sqlite: Engine, postgres_url: str) -> None:
    postgres = make_engine(postgres_url)
    copy(sqlite, postgres, nothing)
    with postgres.begin() as connection:
        words = "SELECT title, search_words FROM search_text ORDER BY title, description_digest"
        copied = [tuple(row) for row in connection.execute(text(words))]
        index_all(connection)
        assert copied == [tuple(row) for row in connection.execute(text(words))]
        assert copied
    postgres.dispose()


def test_a_target_with_rows_is_refused(sqlite: Engine, tmp_path: Path) -> None:
    target = open_database(f"sqlite:///{tmp_path / 'target.db'}")
    tell(target)
    before = rows(target)
    with pytest.raises(UserError, match="has rows already"):
        copy(sqlite, target, nothing)
    assert rows(target) == before


def test_a_target_of_another_program_is_refused(sqlite: Engine, tmp_path: Path) -> None:
    target = make_engine(f"sqlite:///{tmp_path / 'target.db'}")
    with target.begin() as connection:
        connection.execute(text("CREATE TABLE theirs (id INTEGER)"))
    with pytest.raises(UserError, match="another program"):
        copy(sqlite, target, nothing)


def test_a_failed_copy_leaves_nothing(sqlite: Engine, tmp_path: Path) -> None:
    target = make_engine(f"sqlite:///{tmp_path / 'target.db'}")
    upgrade(target)

    def breaks(table: str, _copied: int, _total: int) -> None:
        if table == "posting_version":
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        copy(sqlite, target, breaks)
    assert not any(rows(target).values())


def test_every_table_is_copied_except_listed_ones() -> None:
    assert set(Base.metadata.tables) - {table.name for table in tables()} == {
        "lease",
        "round_request",
        "worker",
        "worker_configuration",
    }


def test_the_command_prints_the_copied_tables(
    sqlite_url: str, sqlite: Engine, tmp_path: Path
) -> None:
    config = tmp_path / "rolewatch.toml"
    config.write_text(
        f'[database]\nurl = "{sqlite_url}"\n[[boards]]\nboard = "greenhouse:examplelabs"\n'
    )
    ran = Program(str(config))("db", "copy", f"sqlite:///{tmp_path / 'copy.db'}")
    assert ran.code == 0, ran.err
    assert any(line.split() == ["posting", "5"] for line in ran.out.splitlines())
    assert "copied and counted" in ran.out
    assert rows(make_engine(f"sqlite:///{tmp_path / 'copy.db'}")) == rows(sqlite)
    words = ("roles", "--text", "very large kernels", "--status", "all")
    (tmp_path / "copy.toml").write_text(
        config.read_text().replace(sqlite_url, f"sqlite:///{tmp_path / 'copy.db'}")
    )
    assert (
        Program(str(tmp_path / "copy.toml")).ask(*words) == Program(str(config)).ask(*words) != []
    )
    again = Program(str(config))("db", "copy", f"sqlite:///{tmp_path / 'copy.db'}")
    assert (again.code, len(again.err.splitlines())) == (2, 1)


@pytest.mark.usefixtures("sqlite")
def test_a_wrong_url_is_one_line_without_its_password(sqlite_url: str, tmp_path: Path) -> None:
    config = tmp_path / "rolewatch.toml"
    config.write_text(
        f'[database]\nurl = "{sqlite_url}"\n[[boards]]\nboard = "greenhouse:examplelabs"\n'
    )
    ran = Program(str(config))("db", "copy", "postgresql://me:hunter2@127.0.0.1:1/none")
    assert (ran.code, len(ran.err.splitlines())) == (2, 1)
    assert "hunter2" not in ran.err


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (
            "mysql://me:hunter2@db/x",
            "mysql is not supported; expected sqlite:///FILE or postgresql://USER@HOST/NAME",
        ),
        ("hunter2", "expected sqlite:///FILE or postgresql://USER@HOST/NAME"),
        ("postgresql://me@db:hunter2/x", "expected sqlite:///FILE or postgresql://USER@HOST/NAME"),
        ("sqlite://", "history needs a file: expected sqlite:///FILE"),
    ],
)
@pytest.mark.usefixtures("sqlite")
def test_an_unusable_target_is_reported(
    sqlite_url: str, tmp_path: Path, url: str, said: str
) -> None:
    config = tmp_path / "rolewatch.toml"
    config.write_text(
        f'[database]\nurl = "{sqlite_url}"\n[[boards]]\nboard = "greenhouse:examplelabs"\n'
    )
    ran = Program(str(config))("db", "copy", url)
    assert (ran.code, ran.err) == (2, f"the database's URL: {said}\n")
