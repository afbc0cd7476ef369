"""The scripts of docs/operating.md run as written: secrets, backup, restore, drill."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from monitor.config.database_url import normal_url, parse_url
from tests.support.databases import DatabasePool
from tests.support.greenhouse import job
from tests.support.places import ROOT
from tests.support.program import Program
from tests.support.running import ROLEWATCH
from tests.support.server_threads import serving
from tests.support.yaml_files import read

PAGE = (ROOT / "docs" / "operating.md").read_text()
SCRIPTS: list[str] = re.findall(r"^```sh\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
CONFIG = '[ats.greenhouse]\napi_url = "{url}"\n[[boards]]\nboard = "greenhouse:examplelabs"\n'


def script(phrase: str) -> str:
    """Return the script that has the phrase."""
    [found] = [each for each in SCRIPTS if phrase in each]
    return found


def ran(script: str, folder: Path, **more: str) -> str:
    """Return what the script prints. Assert that no step of it failed."""
    environ = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SLACK_", "ROLEWATCH_"))
    }
    path = {"PATH": f"{ROLEWATCH.parent}:{more.pop('tools', '')}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env=environ | path | more,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def watching(tmp_path: Path, made: DatabasePool) -> Iterator[Program]:
    """Return a program whose database has one check of a board."""
    made.copy(tmp_path / "rolewatch.db")
    config = tmp_path / "rolewatch.toml"
    with serving() as boards:
        boards.board("examplelabs", *(job(key) for key in range(1, 4)))
        config.write_text(CONFIG.format(url=boards.url))
        program = Program(str(config))
        assert program("check", "--no-alerts").code == 0
        yield program


def test_every_script_of_the_page_is_run_here() -> None:
    phrases = ("secrets/", "db backup", "pg_dump", "broken/", "pg_restore", "drill=")
    assert sorted(script(phrase) for phrase in phrases) == sorted(SCRIPTS)


def test_a_backup_takes_the_place_of_a_broken_database(watching: Program, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SLACK_BOT_TOKEN=\n")
    ran(script("db backup"), tmp_path)
    assert (tmp_path / "backups" / ".env").stat().st_mode & 0o777 == 0o600
    known = watching.ask("roles")
    (tmp_path / "rolewatch.db").write_bytes(b"broken" * 1000)
    (tmp_path / "rolewatch.db-wal").write_bytes(b"of the broken one")
    ran(script("broken/"), tmp_path)
    assert watching.ask("roles") == known
    assert {each.name for each in (tmp_path / "broken").iterdir()} == {
        "rolewatch.db",
        "rolewatch.db-wal",
    }


def test_a_backup_that_fails_deletes_no_older_one(watching: Program, tmp_path: Path) -> None:
    kept = tmp_path / "backups" / "rolewatch-2026-01-01T000000Z.db"
    kept.parent.mkdir()
    kept.touch()
    os.utime(kept, (0, 0))
    (tmp_path / "backup.sh").write_text(script("db backup"))
    (tmp_path / "elsewhere").mkdir()

    def nightly() -> int:
        path = f"{ROLEWATCH.parent}:{os.environ['PATH']}"
        command = ["sh", str(tmp_path / "backup.sh")]
        return subprocess.run(
            command, cwd=tmp_path / "elsewhere", env={"PATH": path}, check=False, timeout=60
        ).returncode

    config = Path(watching.config).read_text()
    Path(watching.config).write_text("[broken")
    assert nightly() != 0
    assert kept.exists()
    Path(watching.config).write_text(config)
    assert nightly() == 0
    assert not kept.exists()
    assert len(list(kept.parent.glob("rolewatch-*.db"))) == 1
    assert not list((tmp_path / "elsewhere").iterdir())


def test_a_backup_is_tried_beside_the_database(watching: Program, tmp_path: Path) -> None:
    ran(script("db backup"), tmp_path)
    before = (tmp_path / "rolewatch.db").read_bytes()
    printed = ran(script("drill="), tmp_path, TMPDIR=str(tmp_path))
    [checked] = watching.ask("sql", "SELECT max(finished_at) AS at FROM checks")
    day, minute = checked["at"][:10], checked["at"][11:16]
    assert re.search(rf"newest_check +checks.*{day}.{minute}", printed, re.DOTALL), printed
    assert (tmp_path / "rolewatch.db").read_bytes() == before


def test_the_secrets_of_the_containers_fit_together(tmp_path: Path) -> None:
    ran(script("secrets/"), tmp_path)
    password = (tmp_path / "secrets" / "postgres_password").read_text().strip()
    assert len(password) == 48
    url = parse_url((tmp_path / "secrets" / "database_url").read_text().strip())
    database = read(ROOT / "compose.yaml")["services"]["database"]["environment"]
    assert (url.username, url.password, url.host, url.database) == (
        database["POSTGRES_USER"],
        password,
        "database",
        database["POSTGRES_DB"],
    )
    set_here = {line.split("=")[0] for line in (tmp_path / ".env").read_text().splitlines()}
    named = set(re.findall(r"\$\{(\w+)", (ROOT / "compose.yaml").read_text()))
    assert set_here - {"COMPOSE_PROFILES"} == {name for name in named if name.endswith("_FILE")}
    page = (tmp_path / "secrets" / "web_password").read_text().strip()
    assert len(page) >= 16
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700


@pytest.fixture
def restored(postgres_url: str) -> Iterator[Mapping[str, str]]:
    """Return the variables of the scripts for PostgreSQL. Drop what they create."""
    import pgserver  # its server is started here anyway  # noqa: PLC0415

    url = make_url(postgres_url)
    other = url.set(database="rolewatch_restored").render_as_string(hide_password=False)
    tools = Path(pgserver.__file__).parent / "pginstall" / "bin"
    yield {"ROLEWATCH_DATABASE_URL": postgres_url, "RESTORED_URL": other, "tools": str(tools)}
    engine = create_engine(normal_url(postgres_url), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS rolewatch_restored"))
    engine.dispose()


def test_a_dump_of_postgresql_is_restored(restored: Mapping[str, str], tmp_path: Path) -> None:
    variables = dict(restored)
    with serving() as boards:
        boards.board("examplelabs", *(job(key) for key in range(1, 4)))
        (tmp_path / "rolewatch.toml").write_text(CONFIG.format(url=boards.url))
        program = Program(str(tmp_path / "rolewatch.toml"))
        at = {"ROLEWATCH_DATABASE_URL": variables["ROLEWATCH_DATABASE_URL"]}
        assert program("db", "upgrade", environ=at).code == 0
        assert program("check", "--no-alerts", environ=at).code == 0
    ran(script("pg_dump"), tmp_path, **variables)
    gone = variables | {"ROLEWATCH_DATABASE_URL": "postgresql:///none?host=/none"}
    with pytest.raises(AssertionError):
        ran(script("pg_dump"), tmp_path, **gone)  # it leaves the last dump
    ran(script("pg_restore"), tmp_path, **variables)
    asked = ("roles", "--format", "json")
    copy = program(*asked, environ={"ROLEWATCH_DATABASE_URL": variables["RESTORED_URL"]})
    assert copy.json == program(*asked, environ=at).json != []
