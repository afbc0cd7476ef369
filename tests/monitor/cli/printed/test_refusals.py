"""Refusals of commands: each is one line on standard error, exit code 2, or 1 of `find`."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from pathlib import Path

from syrupy.assertion import SnapshotAssertion
from typer.testing import CliRunner

from monitor.cli import app
from tests.support.boards import BOARD
from tests.support.program import Program

_USAGE = (
    "chekc",
    "--bogus",
    "rules frob",
    "show",
    "show --version",
    "alerts discard",
    "roles --bogus",
    "roles --status maybe",
    "check --format xml",
    "roles --limit 0",
    "roles --limit x",
    "sql --timeout x",
)
_POSTINGS = (
    "show 12",
    f"show {BOARD}:113",
    "show greenhouse:examplelab:11",
    "show engineer",
    "show https://job-boards.greenhouse.io/examplelabs",
    "show https://www.example.com/jobs/1",
    f"rules explain {BOARD}:999",
)
_RULES = (
    "rules test --any '/(/'",
    "rules test --any a --in nowhere",
    "rules test --none a",
    "rules test --location london",
    "rules test --any a --rule nope",
    "rules test --rule kernels --in nowhere",
    "rules test --any a --file FOLDER/new.toml",
    "rules test --file FOLDER/new.toml",
    "rules test --file FOLDER/none.toml",
    "rules test --file FOLDER/empty.toml",
)
_BOARDS = (
    "no such lab",
    "https://acme.example/jobs?gh_jid=1",
    "https://grnh.se/3d8f6c4b2us",
    "https://openai.com/careers",
)


def _refusals(program: Program, lines: Iterable[str], folder: Path) -> dict[str, str]:
    said = {}
    for line in lines:
        ran = program(*shlex.split(line.replace("FOLDER", str(folder))))
        assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), line
        said[line] = ran.err.replace(str(folder), "FOLDER")
    return said


def test_wrong_usage_is_refused(snapshot: SnapshotAssertion) -> None:
    said = {}
    for line in _USAGE:
        done = CliRunner().invoke(app, line.split())
        assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1), line
        said[line] = done.stderr
    assert said == snapshot


def test_a_posting_that_is_not_known_is_refused(
    sqlite_recorded: Program, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    assert _refusals(sqlite_recorded, _POSTINGS, tmp_path) == snapshot


def test_a_mistake_in_a_rule_to_try_is_refused(
    sqlite_recorded: Program, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    (tmp_path / "new.toml").write_text('[[rules]]\nname = "x"\nanny = ["kernels"]\n')
    (tmp_path / "empty.toml").write_text("")
    assert _refusals(sqlite_recorded, _RULES, tmp_path) == snapshot


def test_a_text_that_means_no_board_is_an_empty_answer_with_a_sentence(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    program, said = Program(str(tmp_path / "none.toml")), {}
    for text in _BOARDS:
        ran = program("boards", "find", text, "--format", "json")
        assert (ran.code, ran.json, ran.err.count("\n")) == (1, [], 1), text
        table = program("boards", "find", text)
        assert (table.code, table.out, table.err) == (1, "", ran.err), text
        said[text] = ran.err
    assert said == snapshot
