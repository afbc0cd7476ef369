"""Options, errors and help that every command shares."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from monitor.cli import app
from tests.support.program import Program

_ROLEWATCH = Path(sys.executable).with_name("rolewatch")


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [_ROLEWATCH, *arguments], capture_output=True, text=True, check=False, timeout=60
    )


# Typer's groups and commands have no common public type
def _commands(command: Any, name: str = "rolewatch") -> dict[str, Any]:
    """Every command by what a person types for it, the groups among them."""
    found = {name: command}
    for word, inner in _within(command).items():
        found |= _commands(inner, f"{name} {word}")
    return found


def _within(command: Any) -> dict[str, Any]:  # Typer's own
    return getattr(command, "commands", {})


_COMMANDS = _commands(typer.main.get_command(app))


@pytest.mark.parametrize("name", _COMMANDS)
def test_every_command_takes_the_shared_options_once(name: str) -> None:
    options = [option for parameter in _COMMANDS[name].params for option in parameter.opts]
    for shared in ("--config", "--verbose", "-v", "--quiet", "-q"):
        assert options.count(shared) == 1


@pytest.mark.parametrize("name", _COMMANDS)
def test_a_usage_line_shows_each_argument_as_a_word_in_capitals_bracketed_once(name: str) -> None:
    arguments = (
        CliRunner()
        .invoke(app, [*name.split()[1:], "--help"])
        .stdout.partition("\n\n")[0]
        .partition("[OPTIONS]")[2]
    )
    assert arguments == arguments.upper()
    assert "[[" not in arguments


def test_every_listing_takes_a_format() -> None:
    takes = {
        name
        for name, command in _COMMANDS.items()
        if any("--format" in each.opts for each in command.params)
    }
    listings = ("check", "roles", "show", "history", "changes", "sql", "doctor",
                "boards list", "boards find", "rules list", "rules test",
                "rules explain", "alerts list")  # fmt: skip
    assert {f"rolewatch {name}" for name in listings} <= takes


def test_the_configuration_may_be_named_before_the_command_and_after_it(config: str) -> None:
    before = CliRunner().invoke(app, ["--config", config, "rules", "list", "--format", "csv"])
    after = CliRunner().invoke(app, ["rules", "list", "--format", "csv", "--config", config])
    assert before.exit_code == 0, before.stderr
    assert before.stdout == after.stdout


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom monitor.cli import app\ntry:\n    app(['--help'])\nexcept SystemExit:\n "
        "   pass\n"
        "heavy = {'scrapy', 'twisted', 'sqlalchemy', 'alembic', 'slack_sdk', 'aiohttp', 'dateparser', 'rich.table'}\n"  # noqa: E501  # one line of a page or a program
        "print('heavy:', sorted(heavy & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("heavy: []\n")


def test_a_missing_configuration_is_one_line_and_exit_2(tmp_path: Path) -> None:
    done = _run("check", "--config", str(tmp_path / "none.toml"))
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert str(tmp_path / "none.toml") in done.stderr
    assert not done.stdout


@pytest.mark.parametrize(
    "command",
    [
        ["show"],
        ["history"],
        ["roles", "--location"],
        ["rules", "explain"],
        ["sql"],
    ],
)
def test_an_argument_that_is_no_text_is_one_line_and_exit_2(
    sqlite_recorded: Program, command: list[str]
) -> None:
    done = sqlite_recorded(*command, "a\udcff")  # a byte that is no UTF-8
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("an argument or a folder's name is not UTF-8 text: ")


def test_a_folder_whose_name_is_no_text_is_one_line_and_exit_2(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"a\xff")
    folder.mkdir()
    folder.joinpath("rolewatch.toml").write_text('[[boards]]\nboard = "greenhouse:deepmind"\n')
    done = CliRunner().invoke(app, ["check", "--config", str(folder / "rolewatch.toml")])
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("an argument or a folder's name is not UTF-8 text: ")


@pytest.mark.parametrize("group", [name for name, each in _COMMANDS.items() if _within(each)])
def test_the_help_of_a_group_cuts_no_sentence(group: str) -> None:
    shown = CliRunner().invoke(app, [*group.split()[1:], "--help"], env={"COLUMNS": "80"}).stdout
    assert "..." not in shown.partition("Commands:")[2]


def test_a_group_without_a_command_prints_its_help() -> None:
    for words in ([], ["db"]):
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 2
        assert done.output.startswith("Usage: rolewatch")


def test_ctrl_c_while_a_command_is_loaded_is_no_traceback() -> None:
    code = (
        "from monitor import cli\n"
        "def interrupted(_command):\n    raise KeyboardInterrupt\n"
        "cli._app = interrupted\ncli.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_a_reader_that_goes_away_is_no_error(config: str, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as closed:
        done = subprocess.run(
            [_ROLEWATCH, "boards", "find", "a", "--config", config],
            cwd=tmp_path,
            stdout=closed,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert "Traceback" not in done.stderr
    assert "Broken pipe" not in done.stderr


def test_quiet_prints_the_same_results(recorded: Program) -> None:
    assert recorded("roles", "-q").out == recorded("roles").out
