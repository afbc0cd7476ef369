"""Every command that README shows is run, as it is written, with the configuration that `init` writes; that can be loaded too.

Those within sentences, here and in docs/, and those that the program itself advises are commands with such options.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from ashby import AshbyServer
from ashby import job as ashby_job
from google_server import GoogleServer
from greenhouse import job
from spelled import fault, inline_commands
from typer.testing import CliRunner

from monitor.cli import app
from monitor.config import load
from monitor.demo.board_server import in_a_thread, serving
from monitor.settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
ADVISING = [ROOT / "monitor" / "example.toml", *sorted((ROOT / "monitor").rglob("*.py")), *sorted((ROOT / "crawler").rglob("*.py"))]
COMMANDS = [line.split("   #")[0].strip() for line in re.findall(r"^\$ (?:\.venv/bin/)?rolewatch (.*)$", README, re.MULTILINE)]
SERVED = """
[ats.greenhouse]
api_url = "{greenhouse}"
delay = "0s"
[ats.ashby]
api_url = "{ashby}"
delay = "0s"
[ats.google]
api_url = "{google}"
delay = "0s"
"""
LOOKS = ("Research Engineer", "Research Engineer, Revised")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder after `make run`: the default configuration, whose boards are served here, and a database of two checks."""
    folder = tmp_path_factory.mktemp("readme")
    config = folder / "rolewatch.toml"
    assert CliRunner().invoke(app, ["init", str(config)]).exit_code == 0
    with serving() as greenhouse, in_a_thread(AshbyServer()) as ashby, in_a_thread(GoogleServer()) as google:
        served = SERVED.format(greenhouse=greenhouse.url, ashby=ashby.url, google=google.url)
        config.write_text(config.read_text().replace("[ats.greenhouse]\n", served))
        names = [board.board.split(":") for board in load(config, {}).boards]
        for title in LOOKS:
            google.add(1, 2, title=title)
            for ats, token in [*names, ("greenhouse", "stripe")]:
                if ats == "ashby":
                    ashby.lists(token, ashby_job(1, title=title), ashby_job(2))
                elif ats == "greenhouse":
                    greenhouse.board(token, job(1, title=title), job(2))
            assert CliRunner().invoke(app, ["--config", str(config), "check"]).exit_code == 0
        yield folder


@pytest.fixture
def _here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    for name in ("ROLEWATCH_CONFIG", "ROLEWATCH_DATABASE_URL", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("_here")
def test_the_commands_that_readme_shows_work_as_they_are_written_one_after_the_other() -> None:
    for command in COMMANDS:
        ran = CliRunner().invoke(app, shlex.split(command))
        assert ran.exit_code == 0, (command, ran.output)
        assert ran.output, command


def test_readme_shows_commands() -> None:
    assert len(COMMANDS) > 15
    assert {"status", "roles", "show", "history", "rules", "diff"} <= {command.split()[0] for command in COMMANDS}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_command_within_a_sentence_is_one_of_the_program_with_such_options(page: Path) -> None:
    assert [(command, wrong) for command in inline_commands(page.read_text()) if (wrong := fault(command))] == []


def test_a_command_that_the_program_advises_is_one_of_its_own() -> None:
    advised = {
        command: file.name
        for file in ADVISING
        for span in re.findall(r"`rolewatch [^`]+`", file.read_text())
        for command in inline_commands(span)
        if not command.startswith("{")
    }
    assert len(advised) > 20
    assert {(file, command, wrong) for command, file in advised.items() if (wrong := fault(command))} == set()


def test_the_pages_name_commands_within_sentences() -> None:
    assert sum(len(list(inline_commands(page.read_text()))) for page in PAGES) > 30


@pytest.mark.parametrize(
    ("command", "wrong"),
    [
        ("frob", "no command 'frob'"),
        ("db chek", "no command 'chek'"),
        ("roles --txt x", "No such option: --txt"),
        ("rules list --rule x", "No such option: --rule"),
        ("history one two", "too many arguments: two"),
        ("roles --text", None),
        ("boards move OLD NEW", None),
        ("--install-completion", None),
    ],
)
def test_a_command_that_is_spelled_wrong_is_noticed(command: str, wrong: str | None) -> None:
    found = fault(command)
    assert found is None if wrong is None else found is not None and found.startswith(wrong)


def test_the_service_starts_a_command_of_the_program() -> None:
    [started] = re.findall(r"^ExecStart=\S*/rolewatch (.*)$", (ROOT / "docs" / "rolewatch.service").read_text(), re.MULTILINE)
    assert fault(started) is None


def test_the_configuration_that_readme_shows_can_be_loaded(tmp_path: Path) -> None:
    [example] = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    (tmp_path / "rolewatch.toml").write_text(example)
    settings: Settings = load(tmp_path / "rolewatch.toml", {})
    assert [rule.name for rule in settings.rules] == ["research-engineer"]


def test_the_files_that_readme_names_are_there() -> None:
    for name in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / name).is_file(), name


def test_the_manifest_in_docs_is_the_one_that_the_program_prints() -> None:
    printed = CliRunner().invoke(app, ["slack", "manifest"]).output
    assert (ROOT / "docs" / "slack-app.yaml").read_text() == printed
