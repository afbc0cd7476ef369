"""A wheel that is installed elsewhere works as the tree does. Offline."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.support.places import ROOT

_TREE = ROOT
_PACKAGES = ("crawler", "monitor", "migrations")
_SETTINGS = ("ROLEWATCH_CONFIG", "ROLEWATCH_DATABASE_URL", "PYTHONPATH")


@dataclass(frozen=True)
class Elsewhere:
    """A virtual environment with the wheel in it, and an empty folder to work in."""

    program: Path
    folder: Path

    def run(self, *arguments: str) -> str:
        """Return the program's output. Assert that it ends with 0."""
        environ = {name: value for name, value in os.environ.items() if name not in _SETTINGS}
        done = subprocess.run(
            [self.program, *arguments],
            cwd=self.folder,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that nothing is left in the tree."""
    copy = tmp_path_factory.mktemp("tree")
    for package in _PACKAGES:
        shutil.copytree(
            _TREE / package, copy / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    for file in ("pyproject.toml", "README.md", "LICENSE"):
        if (_TREE / file).exists():
            shutil.copy(_TREE / file, copy)
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", "dist"],
        cwd=copy,
        capture_output=True,
        check=True,
    )
    return next((copy / "dist").glob("rolewatch-*.whl"))


@pytest.fixture(scope="module")
def elsewhere(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Elsewhere:
    place = tmp_path_factory.mktemp("elsewhere")
    environment = place / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(environment / "bin" / "python"),
        "--disable-pip-version-check",
    ]
    subprocess.run([*pip, "install", "--quiet", "--no-deps", "--no-index", wheel], check=True)
    site = next(environment.glob("lib/python*/site-packages"))
    # a path alone: the editable install's own .pth is not read
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    (place / "work").mkdir()
    return Elsewhere(environment / "bin" / "rolewatch", place / "work")


@pytest.mark.parametrize(
    "file",
    [
        "monitor/example.toml",
        "monitor/slack-app.yaml",
        "monitor/demo/jobs.json",
        "crawler/directory.csv",
        "migrations/env.py",
        "monitor/py.typed",
    ],
)
def test_the_wheel_holds_data_files(wheel: Path, file: str) -> None:
    assert file in ZipFile(wheel).namelist()


def test_the_wheel_holds_every_migration_and_no_test(wheel: Path) -> None:
    names = ZipFile(wheel).namelist()
    written = {
        f"migrations/versions/{file.name}"
        for file in (_TREE / "migrations" / "versions").glob("0*.py")
    }
    assert written
    assert written <= set(names)
    assert not [name for name in names if name.startswith("tests")]


def test_the_installed_program_is_the_wheels(elsewhere: Elsewhere) -> None:
    assert elsewhere.run("--version").startswith("rolewatch ")
    python = elsewhere.program.with_name("python")
    found = subprocess.run(
        [python, "-c", "import monitor; print(monitor.__file__)"],
        cwd=elsewhere.folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert elsewhere.program.parent.parent in Path(found.stdout).parents


def test_an_installed_wheel_creates_configuration_and_database(elsewhere: Elsewhere) -> None:
    elsewhere.run("init")
    elsewhere.run("db", "upgrade")
    assert (elsewhere.folder / "rolewatch.toml").exists()
    assert (
        elsewhere.run("sql", "--format", "csv", "SELECT count(*) AS postings FROM postings")
        == "postings\n0\n"
    )


def test_an_installed_wheel_has_the_directory_of_employers(elsewhere: Elsewhere) -> None:
    assert "google:deepmind" in elsewhere.run("--config", "any.toml", "boards", "find", "deepmind")


def test_an_installed_wheel_plays_its_demo(elsewhere: Elsewhere) -> None:
    printed = elsewhere.run("demo", "--dir", "demo")
    assert "reopened" in printed
    assert (elsewhere.folder / "demo" / "rolewatch.db").exists()


@pytest.mark.parametrize(
    "target",
    [
        "run",
        "test",
        "slow",
        "chaos",
        "bench",
        "bench-store",
        "soak",
        "coverage",
        "mutants",
        "fuzz",
        "docs",
        "help",
    ],
)
def test_a_target_of_make_has_the_files_that_it_needs(target: str) -> None:
    done = subprocess.run(
        ["make", "--dry-run", target],
        cwd=_TREE,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
