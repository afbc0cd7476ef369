"""Every command that README shows is run; what it says of the configuration can be loaded."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from greenhouse import job
from typer.testing import CliRunner

from monitor.cli import app
from monitor.config import load
from monitor.demo.board_server import serving

README = (Path(__file__).parents[1] / "README.md").read_text()
COMMANDS = [line.split("   #")[0].strip() for line in re.findall(r"^\$ (?:\.venv/bin/)?rolewatch (.*)$", README, re.MULTILINE)]
CONFIG = """
[ats.greenhouse]
api_url = "{url}"
delay = "0s"
[[boards]]
board = "greenhouse:isomorphiclabs"
[[rules]]
name = "research-engineer"
any = ["research engineer"]
"""


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A configuration beside a database that has seen a posting open, change and close."""
    folder = tmp_path_factory.mktemp("readme")
    config = folder / "rolewatch.toml"
    with serving() as server:
        config.write_text(CONFIG.format(url=server.url))
        board = server.board("isomorphiclabs", job(5938712), job(2))
        server.board("anthropic", job(3))
        for title in ("Research Engineer", "Research Engineer, Revised"):
            board.jobs[0] = job(5938712, title=title)
            assert CliRunner().invoke(app, ["--config", str(config), "check"]).exit_code == 0
        yield config


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_readme_shows_works(watched: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.chdir(watched.parent)
    ran = CliRunner().invoke(app, ["--config", str(watched), *shlex.split(command)])
    assert ran.exit_code == 0, ran.output
    assert ran.output


def test_readme_shows_commands() -> None:
    assert len(COMMANDS) > 15


def test_the_configuration_that_readme_shows_can_be_loaded(tmp_path: Path) -> None:
    [example] = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    (tmp_path / "rolewatch.toml").write_text(example)
    settings = load(tmp_path / "rolewatch.toml", {})
    assert [rule.name for rule in settings.rules] == ["research-engineer"]


def test_the_files_that_readme_names_are_there() -> None:
    for name in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (Path(__file__).parents[1] / name).is_file(), name


def test_the_manifest_in_docs_is_the_one_that_the_program_prints() -> None:
    printed = CliRunner().invoke(app, ["slack", "manifest"]).output
    assert (Path(__file__).parents[1] / "docs" / "slack-app.yaml").read_text() == printed
