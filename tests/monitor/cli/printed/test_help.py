"""The help of every command, as a terminal of 100 columns shows it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import typer
from syrupy.assertion import SnapshotAssertion
from typer.testing import CliRunner

from monitor.cli import app

_WIDTH = 100


# Typer's groups and commands have no common public type
def _names(command: Any, name: str = "rolewatch") -> Iterator[str]:
    yield name
    for word, inner in getattr(command, "commands", {}).items():
        yield from _names(inner, f"{name} {word}")


@pytest.mark.parametrize("name", list(_names(typer.main.get_command(app))))
def test_help_is_shown_as_stored(name: str, snapshot: SnapshotAssertion) -> None:
    plain: dict[str, str | None] = {"NO_COLOR": "1", "FORCE_COLOR": None, "COLUMNS": None}
    done = CliRunner().invoke(
        app,
        [*name.split()[1:], "--help"],
        prog_name="rolewatch",
        env=plain,
        terminal_width=_WIDTH,
        max_content_width=_WIDTH,
    )
    assert done.exit_code == 0
    assert done.output == snapshot
