"""The pager, at a terminal of its own."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import termios
from pathlib import Path

import pytest

from tests.support.program import Program
from tests.support.running import ROLEWATCH

# what a person's shell may say, and the tests' runner does
_OURS = {"NO_COLOR", "FORCE_COLOR", "PAGER", "LESS", "LINES", "COLUMNS"}


def at_a_terminal(program: Program, *arguments: str, lines: int, environ: dict[str, str]) -> str:
    """Return what a terminal of 80 columns shows until the program ends."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, 80, 0, 0))
    environ = {name: value for name, value in os.environ.items() if name not in _OURS} | environ
    command = [str(ROLEWATCH), *arguments, "--config", program.config]
    process = subprocess.Popen(
        command,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environ | {"TERM": "xterm-256color"},
    )
    os.close(theirs)
    seen = b""
    while True:
        try:
            some = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not some:
            break
        seen += some
    os.close(ours)
    assert process.wait(60) == 0, seen
    return seen.decode()


@pytest.mark.parametrize(("lines", "paged"), [(4, True), (60, False)])
def test_what_is_longer_than_the_screen_goes_through_the_pager(
    sqlite_recorded: Program, tmp_path: Path, lines: int, paged: bool
) -> None:
    kept = tmp_path / "paged"
    for command in (
        ("roles",),
        ("history", "greenhouse:examplelabs:11"),
        ("diff", "examplelabs"),
        ("sql", "SELECT title FROM posting_changes"),
    ):
        kept.unlink(missing_ok=True)
        seen = at_a_terminal(
            sqlite_recorded, *command, lines=lines, environ={"PAGER": f"tee {kept}"}
        )
        assert kept.exists() == paged, command
        assert "Research" in seen


def test_without_a_pager_everything_is_printed(sqlite_recorded: Program) -> None:
    for pager in ("", "cat", "no-such-pager --at all"):
        assert "greenhouse:examplelabs:11" in at_a_terminal(
            sqlite_recorded, "roles", lines=4, environ={"PAGER": pager}
        )


def test_a_pipe_needs_no_pager(sqlite_recorded: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGER", "false")
    assert "greenhouse:examplelabs:11" in sqlite_recorded("roles").out


def test_a_title_opens_its_posting_at_a_terminal_and_colors_can_be_turned_off(
    sqlite_recorded: Program,
) -> None:
    seen = at_a_terminal(sqlite_recorded, "roles", lines=60, environ={})
    assert "https://job-boards.greenhouse.io/examplelabs/jobs/11\x1b\\" in seen
    assert "\x1b[2m" in seen
    plain = at_a_terminal(sqlite_recorded, "changes", lines=60, environ={"NO_COLOR": "1"})
    assert "\x1b[32m" not in plain
    assert "\x1b[33m" not in plain
