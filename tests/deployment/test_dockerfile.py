"""The Dockerfile by its text. No image can be built without Docker."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.support.dockerfile import Stage, instructions, stages
from tests.support.places import ROOT
from tests.support.spelled import fault

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def build() -> Stage:
    return stages()[1][0]


@pytest.fixture(scope="module")
def image() -> Stage:
    return stages()[1][-1]


def test_continued_lines_are_one_instruction() -> None:
    assert instructions("# a\nRUN one \\\n    && two\n\nUSER x\n") == [
        ("RUN", "one && two"),
        ("USER", "x"),
    ]


def test_both_stages_have_the_same_slim_base() -> None:
    given, found = stages()
    assert [stage.base for stage in found] == ["${PYTHON}"] * 2
    assert re.fullmatch(r"python:3\.\d+-slim-\w+", given["PYTHON"])
    python = given["PYTHON"].partition(":")[2].partition("-")[0]
    assert f"Programming Language :: Python :: {python}" in PROJECT["classifiers"]


def test_the_program_runs_as_a_numbered_user_who_is_not_root(image: Stage) -> None:
    user, _, group = image.last("USER").text.partition(":")
    assert int(user) > 0
    assert int(group) > 0
    names = [each.name for each in image.instructions]
    assert "RUN" not in names[names.index("USER") :]
    made = "".join(image.all("RUN"))
    assert f"--uid {user}" in made
    assert f"--gid {group}" in made


def test_the_image_starts_the_daemon_and_passes_it_its_stop_signal(image: Stage) -> None:
    assert image.last("STOPSIGNAL").text == "SIGTERM"
    [program] = image.last("ENTRYPOINT").words  # no shell, so that the signal arrives
    assert program in PROJECT["scripts"]
    assert fault(" ".join(image.last("CMD").words)) is None


def test_the_labels_are_those_of_the_project(image: Stage) -> None:
    labels = dict(re.findall(r'org\.opencontainers\.image\.(\w+)="([^"]*)"', image.all("LABEL")[0]))
    arguments = dict(each.split("=") for each in image.all("ARG"))
    assert arguments["VERSION"] == PROJECT["version"]
    assert labels["version"] == "${VERSION}"
    assert labels["title"] == PROJECT["name"]
    assert labels["licenses"] == PROJECT["license"]


def test_the_image_has_no_tools_to_build_with(build: Stage, image: Stage) -> None:
    assert "pip uninstall --yes pip setuptools wheel" in image.all("RUN")[0]
    assert image.all("COPY") == ["--from=build /opt/rolewatch /opt/rolewatch"]
    assert [run for run in image.all("RUN") if "install " in run and "pip install" in run] == []
    assert any("venv --without-pip /opt/rolewatch" in run for run in build.all("RUN"))


def test_each_package_is_installed_at_its_constrained_version(build: Stage) -> None:
    installs = [
        step
        for run in build.all("RUN")
        for step in run.split("&&")
        if re.search(r"pip.* (install|wheel) ", step)
    ]
    assert len(installs) == 3
    for step in installs:
        assert "--constraint constraints.txt" in step or "--no-index" in step, step


def test_the_build_gets_its_sources_and_nothing_else(build: Stage) -> None:
    copied = {source for text in build.all("COPY") for source in text.split()[:-1]}
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    assert {line[1:] for line in rules if line.startswith("!")} == copied
    for name in copied:
        assert (ROOT / name).exists(), name


def test_every_package_of_the_project_is_copied(build: Stage) -> None:
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    included = {pattern.rstrip("*") for pattern in packages["packages"]["find"]["include"]}
    assert included <= {text.split()[0] for text in build.all("COPY")}
