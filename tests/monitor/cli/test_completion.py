"""Completions that the shell offers."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from monitor.cli import app
from tests.support.boards import BOARD
from tests.support.program import Program
from tests.support.story import OTHER


def offered(program: Program, *typed: str) -> list[str]:
    """Return what zsh offers for the last word."""
    line = " ".join(["rolewatch", "--config", program.config, *typed])
    environ = {
        "_ROLEWATCH_COMPLETE": "complete_fish",
        "_TYPER_COMPLETE_ARGS": line,
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
    }
    done = CliRunner().invoke(app, env=environ, prog_name="rolewatch")
    assert not done.stderr
    return [each.split("\t")[0] for each in done.stdout.splitlines() if each]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (("diff", "greenhouse:ex"), [BOARD]),
        (("roles", "--board", "greenhouse:"), [BOARD, OTHER]),
        (("check", "other"), ["otherworks"]),
        (("roles", "--rule", "ker"), ["kernels"]),
        (("rules", "test", "--rule", "res"), ["research-engineer"]),
        (("show", f"{BOARD}:11"), [f"{BOARD}:11"]),
        (("history", "2"), ["21"]),
        (("stat",), ["status", "stats"]),
        (("show", "zzz"), []),
    ],
)
def test_boards_postings_and_rules_are_offered(
    sqlite_recorded: Program, typed: tuple[str, ...], words: list[str]
) -> None:
    assert offered(sqlite_recorded, *typed) == words


def test_completion_offers_nothing_without_a_configuration(sqlite_recorded: Program) -> None:
    assert offered(Program(sqlite_recorded.config + "-not"), "diff", "gr") == []
