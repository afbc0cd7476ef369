from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect, text

import migrations
from monitor.database.backup import back_up
from monitor.database.engine import make_engine, read_transaction
from monitor.database.opening import engine_as_is, open_database, open_existing
from monitor.database.schema import downgrade, is_of_queue, newest, revision, revisions, upgrade
from monitor.database.search_index import is_index
from monitor.database.tables import complete_metadata
from monitor.database.views import VIEWS
from monitor.errors import UserError
from tests.support.databases import empty_postgres
from tests.support.places import ROOT


def test_the_migrations_make_the_tables_of_the_models(engine: Engine) -> None:
    with read_transaction(engine) as connection:

        def is_modelled(_object: object, name: str | None, *_rest: object) -> bool:
            is_sqlites = name == "ix_posting_place"  # the model's `ddl_if` says so too
            return not (is_index(name) or is_of_queue(name)) and (
                not is_sqlites or engine.dialect.name == "sqlite"
            )

        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_object": is_modelled}
        )
        assert compare_metadata(context, complete_metadata()) == []


def test_every_view_can_be_queried(engine: Engine) -> None:
    with read_transaction(engine) as connection:
        for view in VIEWS:
            assert connection.execute(text(f"SELECT * FROM {view}")).all() == []


def test_downgrade_and_upgrade_restore_the_schema(engine: Engine) -> None:
    downgrade(engine, "base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    assert inspect(engine).get_view_names() == []
    upgrade(engine)
    assert set(VIEWS) <= set(inspect(engine).get_view_names())


def test_an_empty_postgresql_database_asks_for_db_upgrade(postgres_url: str) -> None:
    with pytest.raises(UserError, match="rolewatch db upgrade"):
        open_database(postgres_url)


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1", "WIN1252"])
def test_a_postgresql_database_that_cannot_hold_every_text_is_refused(
    postgres_server: str, encoding: str
) -> None:
    options = f"ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
    with empty_postgres(postgres_server, options) as url, engine_as_is(url) as engine:
        with pytest.raises(UserError, match=f"encoding {encoding}, .* ENCODING 'UTF8'"):
            upgrade(engine)
        assert inspect(engine).get_table_names() == []


def test_a_new_sqlite_database_is_private(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/new.db")
    with read_transaction(engine) as connection:
        assert revision(connection) == newest()
    assert (tmp_path / "new.db").stat().st_mode & 0o777 == 0o600


def test_a_link_to_a_missing_file_is_refused_and_not_filled(tmp_path: Path) -> None:
    link, target = tmp_path / "rolewatch.db", tmp_path / "disk.db"
    link.symlink_to(target)
    with pytest.raises(UserError, match=f"link to {target}, which is missing"):
        open_database(f"sqlite:///{link}")
    assert not target.exists()


def test_a_database_of_a_newer_rolewatch_is_refused(sqlite_url: str) -> None:
    engine = open_database(sqlite_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(UserError, match=r"newer rolewatch \(schema 9999\)"):
        open_database(sqlite_url)


def test_another_programs_database_is_refused(sqlite_url: str) -> None:
    other = create_engine(sqlite_url)
    with other.begin() as connection:
        connection.execute(text("CREATE TABLE theirs (id INTEGER)"))
    with pytest.raises(UserError, match="another program"):
        open_database(sqlite_url)
    assert inspect(other).get_table_names() == ["theirs"]


def test_a_file_that_is_not_a_database_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "notes.db"
    file.write_text("not a database at all, but long enough to be read as a header" * 20)
    with pytest.raises(UserError, match="cannot be used"):
        open_database(f"sqlite:///{file}")
    assert file.read_text().startswith("not a database")


@pytest.mark.parametrize("url", ["mysql://h/d", "nonsense", "sqlite:////no/such/folder/x.db"])
def test_an_unusable_url_is_a_user_error(url: str) -> None:
    with pytest.raises(UserError):
        open_database(url)


def test_a_backup_is_complete_and_private(tmp_path: Path, sqlite_url: str) -> None:
    copy = tmp_path / "copy.db"
    back_up(open_database(sqlite_url), copy)
    with read_transaction(make_engine(f"sqlite:///{copy}")) as connection:
        assert revision(connection) == newest()
    assert copy.stat().st_mode & 0o777 == 0o600


def test_the_revisions_are_those_that_alembic_finds() -> None:
    scripts = ScriptDirectory(str(Path(migrations.__file__).parent))
    assert revisions() == [script.revision for script in reversed(list(scripts.walk_revisions()))]


def test_an_old_sqlite_is_refused_without_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sqlite3.sqlite_version_info", (3, 37, 2))
    with pytest.raises(UserError, match=r"SQLite 3\.38 or newer is needed, and this Python has \d"):
        open_database(f"sqlite:///{tmp_path / 'rolewatch.db'}")
    assert list(tmp_path.iterdir()) == []


def test_alembic_runs_from_the_root(tmp_path: Path) -> None:
    """`alembic current` names the revision of the configured database and leaves its views."""
    config = tmp_path / "rolewatch.toml"
    config.write_text("")
    url = f"sqlite:///{tmp_path / 'rolewatch.db'}"
    open_database(url).dispose()
    program = Path(sys.executable).with_name("alembic")
    ran = subprocess.run(
        [program, "current"],
        cwd=ROOT,
        env={**os.environ, "ROLEWATCH_CONFIG": str(config)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == f"{newest()} (head)\n"
    engine = open_existing(url)
    assert set(inspect(engine).get_view_names()) == set(VIEWS)
    engine.dispose()
