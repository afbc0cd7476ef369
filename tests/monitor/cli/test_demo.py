"""`demo`: run as a person runs it, and the commands that it tells."""

from __future__ import annotations

import os
import shlex
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path
from shutil import which

import pytest
from typer.testing import CliRunner

from monitor.cli import app
from monitor.demo.story import HERO, jobs, scenes
from tests.support.running import ROLEWATCH


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path, float]:
    """Return the demo's output, database and seconds, with another token and database set."""
    folder = tmp_path_factory.mktemp("demo") / "new"
    began = time.monotonic()
    environ = os.environ | {
        "SLACK_BOT_TOKEN": "xoxb-1-2-real",
        "ROLEWATCH_DATABASE_URL": "sqlite:////nowhere/mine.db",
        "ROLEWATCH_CONFIG": "/nowhere.toml",
    }
    done = subprocess.run(
        [ROLEWATCH, "demo", "--dir", folder],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return done.stdout, folder, time.monotonic() - began


def _commands(printed: str) -> list[list[str]]:
    """Return the commands that the demo suggests."""
    return [
        shlex.split(line)
        for line in printed.partition("Ask it:\n")[2].splitlines()
        if line.startswith("  ")
    ]


def test_the_alerts_of_a_whole_life_appear_in_order(played: tuple[str, Path, float]) -> None:
    words = (
        "👀 Now watching",
        "🆕 Example Labs is hiring",
        "✏️ Example Labs added Zurich",
        "✏️ Example Labs raised pay: £98k–124k → £112k–145k",
        "⚪ Example Labs closed this role",
        "🔄 Example Labs is hiring again",
    )
    said = [line for line in played[0].splitlines() if line.startswith(words)]
    assert len(said) == len(words)
    assert all(line.startswith(begin) for line, begin in zip(said, words, strict=True))


def test_it_is_over_within_half_a_minute(played: tuple[str, Path, float]) -> None:
    assert played[2] < 30


def test_every_command_that_it_tells_works_on_what_it_left(played: tuple[str, Path, float]) -> None:
    commands = _commands(played[0])
    assert len(commands) >= 5
    for program, *arguments in commands:
        done = CliRunner().invoke(app, arguments)
        assert Path(which(program) or "").resolve() == ROLEWATCH.resolve()
        assert done.exit_code == 0, (arguments, done.stderr)
        assert "Reasoning" in done.stdout or "research-engineer" in done.stdout


def test_it_leaves_the_history_that_it_showed(played: tuple[str, Path, float]) -> None:
    query = "SELECT kind, field FROM posting_changes ORDER BY change_id"
    asked = [
        str(ROLEWATCH),
        "sql",
        query,
        "--format",
        "csv",
        "--config",
        str(played[1] / "rolewatch.toml"),
    ]
    printed = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    assert printed.split() == [
        "kind,field",
        "opened,",
        "revised,location",
        "revised,pay",
        "closed,",
        "reopened,",
    ]


def test_a_folder_that_holds_a_rolewatch_is_refused(played: tuple[str, Path, float]) -> None:
    done = subprocess.run(
        [ROLEWATCH, "demo", "--dir", played[1]], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = CliRunner().invoke(app, ["demo", "--dir", str(tmp_path / "file")])
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == f"the folder {tmp_path / 'file'} cannot be made: File exists\n"


def test_the_story_is_of_an_employer_that_does_not_exist() -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    assert {job["company_name"] for job in jobs(now)} == {"Example Labs"}
    assert all(job["absolute_url"].startswith("https://careers.example.org/") for job in jobs(now))
    assert [any(job["id"] == HERO for job in scene.jobs) for scene in scenes(now)] == [
        False,
        True,
        True,
        True,
        True,
        False,
        True,
    ]
