"""constraints.txt names what is installed: everything, exactly, and nothing besides."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, requires

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from tests.support.places import ROOT

_TREE = ROOT
# Where constraints.txt was made.
_OLDEST = {
    "python_version": "3.11",
    "python_full_version": "3.11.0",
    "sys_platform": "linux",
    "platform_system": "Linux",
}


def _lines(file: str) -> list[str]:
    return [
        line.strip()
        for line in (_TREE / file).read_text().splitlines()
        if line.strip() and not line.startswith("#")
    ]


_PINNED = {
    canonicalize_name(line.split("==")[0]): line.split("==")[1]
    for line in _lines("constraints.txt")
}


def _needed(
    environment: Mapping[str, str] | None = None,
) -> dict[NormalizedName, list[Requirement]]:
    """Return every required package and what requires it, for this or another environment."""
    project = tomllib.loads((_TREE / "pyproject.toml").read_text())["project"]
    extras = [
        line
        for lines in project["optional-dependencies"].values()
        for line in lines
        if not line.startswith("rolewatch")
    ]
    waiting = [
        Requirement(line)
        for line in (*project["dependencies"], *extras, *_lines("tests/requirements.txt"))
    ]
    needed: dict[NormalizedName, list[Requirement]] = {}
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if requirement in needed.setdefault(name, []):
            continue
        needed[name].append(requirement)
        waiting += _asked_for(requirement, environment or {})
    return needed


def _asked_for(requirement: Requirement, environment: Mapping[str, str]) -> list[Requirement]:
    try:
        inner = [Requirement(line) for line in requires(requirement.name) or ()]
    except PackageNotFoundError:  # of another Python or another system
        return []
    asked = [{**environment, "extra": extra} for extra in (*requirement.extras, "")]
    return [
        each
        for each in inner
        if each.marker is None or any(each.marker.evaluate(one) for one in asked)
    ]


def test_every_line_is_a_name_and_a_version() -> None:
    for line in _lines("constraints.txt"):
        name, version = line.split("==")
        assert name
        assert not set(version) & set(" ;@/:")


def test_every_requirement_is_pinned_within_its_range() -> None:
    for name, requirements in _needed().items():
        assert name in _PINNED, f"{name} is needed and not in constraints.txt"
        for requirement in requirements:
            assert requirement.specifier.contains(_PINNED[name], prereleases=True), (
                f"{requirement} does not allow {_PINNED[name]}"
            )


def test_every_pin_is_required() -> None:
    assert set(_PINNED) <= set(_needed(_OLDEST))
