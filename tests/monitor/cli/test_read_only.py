"""A read-only database: listings work, and commands that write say why they cannot."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.places import ROOT
from tests.support.program import Program

# so that a test run by root meets permissions too: prctl(2), capabilities(7)
_PR_CAPBSET_DROP, _CAP_DAC_OVERRIDE = 24, 1


def _as_anybody() -> None:
    if os.geteuid() == 0:
        ctypes.CDLL(None).prctl(_PR_CAPBSET_DROP, _CAP_DAC_OVERRIDE, 0, 0, 0)


@pytest.mark.parametrize(("folder_mode", "mode"), [(0o755, 0o444), (0o555, 0o444), (0o555, 0o644)])
def test_a_read_only_database_can_be_asked_and_says_that_it_cannot_be_written(
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    sqlite_recorded: Program,
    folder_mode: int,
    mode: int,
) -> None:
    file = tmp_path / "rolewatch.db"
    content = file.read_bytes()
    backup = tmp_path_factory.mktemp("backup")
    file.chmod(mode)
    tmp_path.chmod(folder_mode)
    try:
        commands = (
            "roles",
            "check",
            "sql SELECT(1)",
            "sql",
            "stats",
            f"db backup {backup / 'copy.db'}",
            "doctor --format json",
        )
        done = subprocess.run(
            [sys.executable, "-m", "tests.support.commands", sqlite_recorded.config, *commands],
            preexec_fn=_as_anybody,  # no thread of ours holds a lock
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
        )
        codes = {
            command: (ran["code"], ran["out"], ran["err"].splitlines())
            for command, ran in zip(commands, json.loads(done.stdout), strict=True)
        }
    finally:
        tmp_path.chmod(0o755)
    assert [code for code, *_ in codes.values()] == [0, 1, 0, 0, 0, 0, 1], codes
    assert "Research Engineer" in codes["roles"][1]
    assert codes["check"] == (
        1,
        "",
        [
            (
                "the database cannot be used: attempt to write a readonly database; this user can "
                "read it, but cannot write it or its folder"
            )
        ],
    )
    doctor = json.loads(codes["doctor --format json"][1])
    [found] = [row["found"] for row in doctor if row["subject"] == "database"]
    assert found == (
        f"sqlite:///{file}: attempt to write a readonly database; this user can read it, but "
        "cannot write it or its folder"
    )
    assert file.read_bytes() == content
