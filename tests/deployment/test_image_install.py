"""The install steps of the Dockerfile, run in a folder: what the image would hold."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.dockerfile import Stage, health_check, stages
from tests.support.places import ROOT

# minutes: it fetches a hundred packages from the package registry
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
_PLACES = re.compile(r"(?<![\w.])/(tools|wheels|opt/rolewatch)\b")


def run_steps(build: Stage, folder: Path) -> None:
    """Run COPY and RUN of the stage in order, with `folder` in place of the root."""
    arguments = dict(each.split("=") for each in build.all("ARG"))
    work = folder / "build"
    work.mkdir()
    for name, text in build.instructions:
        if name == "COPY":
            for source in text.split()[:-1]:
                _copy(ROOT / source, work / source)
        elif name == "RUN":
            subprocess.run(
                ["sh", "-ec", _PLACES.sub(rf"{folder}/\1", text)],
                cwd=work,
                env=os.environ | arguments,
                check=True,
            )


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the virtual environment that the image would have as /opt/rolewatch."""
    folder = tmp_path_factory.mktemp("image")
    (folder / "opt").mkdir()
    run_steps(stages()[1][0], folder)
    return folder / "opt" / "rolewatch"


def started(installed: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command as the image does: its programs first, and nothing of this tree."""
    environ = {"PATH": f"{installed}/bin:{os.environ['PATH']}", "HOME": str(installed.parent)}
    return subprocess.run(
        words,
        cwd=installed.parent,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def packages(installed: Path) -> dict[str, str]:
    """Return the installed packages and their versions."""
    found = {}
    for folder in installed.glob("lib/python*/site-packages/*.dist-info"):
        name, version = folder.name.removesuffix(".dist-info").rsplit("-", 1)
        found[name.lower().replace("_", "-").replace(".", "-")] = version
    return found


def test_the_entry_point_starts_the_program(installed: Path) -> None:
    entry = stages()[1][-1].last("ENTRYPOINT").words
    version = started(installed, *entry, "--version")
    assert version.stdout.startswith("rolewatch "), version.stderr
    found = started(installed, *entry, "--config", "any.toml", "boards", "find", "deepmind")
    assert "google:deepmind" in found.stdout, found.stderr


def test_the_demo_runs_with_what_is_installed(installed: Path) -> None:
    done = started(installed, "rolewatch", "demo", "--dir", "demo")
    assert "reopened" in done.stdout, done.stderr


def test_the_health_check_is_installed(installed: Path) -> None:
    done = started(installed, *health_check())
    assert done.returncode == 1
    assert done.stderr.startswith("there is no configuration")


def test_each_package_has_its_constrained_version(installed: Path) -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pinned = dict(line.split("==") for line in lines if line and not line.startswith("#"))
    wanted = {name.lower().replace("_", "-").replace(".", "-"): one for name, one in pinned.items()}
    found = packages(installed)
    assert found.pop("rolewatch")
    assert len(found) > 80
    assert {name: one for name, one in found.items() if wanted.get(name) != one} == {}


def test_no_tool_to_build_with_is_left(installed: Path) -> None:
    assert not {"pip", "setuptools", "wheel", "build"} & set(packages(installed))
