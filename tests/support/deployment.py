"""compose.yaml and the systemd units, as tests read them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from tests.support.places import ROOT
from tests.support.yaml_files import read

UNITS = sorted((ROOT / "docs" / "systemd").rglob("*.service"))
_SECONDS = {"s": 1, "min": 60, "m": 60, "h": 3600}
_SYSTEM = {"TZ", "MPLCONFIGDIR"}  # of libraries
_NAME = re.compile(r'"((?:SLACK|ROLEWATCH)_[A-Z_]+)"')


def services() -> dict[str, dict[str, Any]]:
    """Return the services of compose.yaml, with what they share filled in."""
    found: dict[str, dict[str, Any]] = read(ROOT / "compose.yaml")["services"]
    return found


def ours() -> dict[str, dict[str, Any]]:
    """Return the services that run rolewatch."""
    return {
        name: service
        for name, service in services().items()
        if service["image"].startswith("rolewatch:")
    }


@cache
def known_variables() -> frozenset[str]:
    """Return the environment variables that the program's code names."""
    code = "".join(file.read_text() for file in (ROOT / "monitor").rglob("*.py"))
    return frozenset(_NAME.findall(code))


def is_known(variable: str) -> bool:
    """Return True for a variable that the program reads, or the file of one."""
    return (
        variable in _SYSTEM
        or {variable, variable.removesuffix("_FILE")} & known_variables() != set()
    )


def seconds(duration: str) -> float:
    """Return the seconds of `15s`, `1m` or `3min`."""
    number, unit = re.fullmatch(r"(\d+)(\w+)", duration).groups()  # type: ignore[union-attr]  # else it fails
    return int(number) * _SECONDS[unit]


def unit(file: Path) -> dict[str, dict[str, list[str]]]:
    """Return a unit's sections, each with the values of its keys in order. Raise ValueError."""
    sections: dict[str, dict[str, list[str]]] = {}
    here: dict[str, list[str]] = {}
    for line in file.read_text().splitlines():
        if not line.strip() or line.startswith(("#", ";")):
            continue
        if header := re.fullmatch(r"\[(\w+)\]", line):
            if header[1] in sections:
                raise ValueError(f"{file}: [{header[1]}] stands twice")
            here = sections[header[1]] = {}
        elif assignment := re.fullmatch(r"([A-Z]\w+)=(.*)", line):
            here.setdefault(assignment[1], []).append(assignment[2])
        else:
            raise ValueError(f"{file}: {line!r} is no assignment")
    return sections
