"""The systemd units: what they start, how it stops, and what they keep it from."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.cli import run, worker
from tests.support.deployment import UNITS, is_known, seconds, unit
from tests.support.spelled import fault

SYSTEM = [file for file in UNITS if file.parent.name == "systemd"]
KEYS = {
    "Unit": {"After", "Description", "Wants"},
    "Install": {"WantedBy"},
    "Service": {
        "CapabilityBoundingSet", "DynamicUser", "Environment", "EnvironmentFile", "ExecReload",
        "ExecStart", "Group", "LockPersonality", "NoNewPrivileges", "PrivateDevices", "PrivateTmp",
        "ProtectClock", "ProtectControlGroups", "ProtectHome", "ProtectHostname",
        "ProtectKernelLogs", "ProtectKernelModules", "ProtectKernelTunables", "ProtectProc",
        "ProtectSystem", "RemoveIPC", "Restart", "RestartSec", "RestrictAddressFamilies",
        "RestrictNamespaces", "RestrictRealtime", "RestrictSUIDSGID", "StateDirectory",
        "StateDirectoryMode", "SystemCallArchitectures", "SystemCallErrorNumber",
        "SystemCallFilter", "TimeoutStartSec", "TimeoutStopSec", "Type", "UMask", "User",
        "WatchdogSec", "WorkingDirectory",
    },
}  # fmt: skip
ANALYZE = shutil.which("systemd-analyze")
each_unit = pytest.mark.parametrize(
    "file", UNITS, ids=lambda file: f"{file.parent.name}-{file.stem}"
)
each_system_unit = pytest.mark.parametrize("file", SYSTEM, ids=lambda file: file.stem)
where_systemd_is = pytest.mark.skipif(ANALYZE is None, reason="there is no systemd-analyze here")


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    assert ANALYZE is not None
    return subprocess.run(
        [ANALYZE, *arguments],
        env=os.environ | {"XDG_RUNTIME_DIR": "/tmp", "SYSTEMD_COLORS": "0"},  # noqa: S108  # it is not written
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_unit_is_read_strictly(tmp_path: Path) -> None:
    bad = tmp_path / "bad.service"
    bad.write_text("[Service]\nType = notify\n")
    with pytest.raises(ValueError, match="no assignment"):
        unit(bad)


@each_unit
def test_a_unit_has_the_sections_and_keys_of_systemd(file: Path) -> None:
    sections = unit(file)
    assert set(sections) == set(KEYS)
    for name, keys in sections.items():
        assert set(keys) <= KEYS[name], name


@each_unit
def test_a_unit_starts_a_command_of_the_program(file: Path) -> None:
    [started] = unit(file)["Service"]["ExecStart"]
    program, _, command = started.partition(" ")
    assert program.endswith("/bin/rolewatch")
    assert fault(command) is None


@each_unit
def test_a_unit_gives_the_time_to_stop_and_starts_again(file: Path) -> None:
    service = unit(file)["Service"]
    needed = worker._END_WITHIN if "worker" in file.name else run._END_WITHIN
    assert seconds(service["TimeoutStopSec"][0]) >= needed + 5
    assert service["Restart"][0] in {"always", "on-failure"}
    # systemd gives up after five starts in ten seconds
    assert seconds(service["RestartSec"][0]) > 2


@each_unit
def test_a_daemon_that_hangs_is_noticed(file: Path) -> None:
    service = unit(file)["Service"]
    if service["ExecStart"][0].endswith(" run"):
        assert service["Type"] == ["notify"]
        assert seconds(service["WatchdogSec"][0]) > 60
        assert service["TimeoutStartSec"] == ["infinity"]


@each_unit
def test_the_variables_of_a_unit_are_read_by_the_program(file: Path) -> None:
    for setting in unit(file)["Service"].get("Environment", []):
        assert is_known(setting.split("=")[0])


@each_system_unit
def test_a_system_unit_is_no_root_and_sees_the_boot_id(file: Path) -> None:
    """Without the boot id the lease of a daemon that died would have to expire."""
    service = unit(file)["Service"]
    assert service.get("User", ["rolewatch"]) == ["rolewatch"]
    assert "User" in service or service["DynamicUser"] == ["yes"]
    assert service["ProtectSystem"] == ["strict"]
    assert "ProcSubset" not in service


@where_systemd_is
@each_unit
def test_systemd_accepts_a_unit(file: Path, tmp_path: Path) -> None:
    """Verify a copy whose program exists here."""
    copy = tmp_path / file.name
    started = re.sub(
        r"^ExecStart=\S+", f"ExecStart={sys.executable}", file.read_text(), flags=re.MULTILINE
    )
    copy.write_text(started)
    manager = "--user" if file not in SYSTEM else "--system"
    done = analyze("verify", "--man=no", manager, str(copy))
    assert done.returncode == 0, done.stderr
    assert file.name not in done.stderr


@where_systemd_is
@each_system_unit
def test_systemd_calls_a_system_unit_well_protected(file: Path) -> None:
    """The scale goes from 0, best, to 10. 2 is the end of what systemd calls OK."""
    version = re.search(r"systemd (\d+)", analyze("--version").stdout)
    if version is None or int(version[1]) < 250:
        pytest.skip("this systemd-analyze cannot read a file")
    done = analyze("security", "--offline=true", "--threshold=20", "--no-pager", str(file))
    assert done.returncode == 0, done.stdout[-200:]
