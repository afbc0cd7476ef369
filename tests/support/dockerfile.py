"""The Dockerfile, read into its stages and instructions."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.support.places import ROOT


class Instruction(NamedTuple):
    """One instruction: `USER`, `10001:10001`."""

    name: str
    text: str

    @property
    def words(self) -> list[str]:
        """The list of the JSON form, which runs without a shell."""
        words: list[str] = json.loads(self.text)
        return words


@dataclass
class Stage:
    """One stage of a build, which a FROM begins."""

    base: str
    name: str = ""
    instructions: list[Instruction] = field(default_factory=list)

    def all(self, name: str) -> list[str]:
        """Return the texts of all instructions of that name."""
        return [text for known, text in self.instructions if known == name]

    def last(self, name: str) -> Instruction:
        """Return the instruction that is in effect."""
        return [each for each in self.instructions if each.name == name][-1]

    def variables(self) -> dict[str, str]:
        """Return what ENV sets."""
        return dict(re.findall(r"(\w+)=(\S+)", " ".join(self.all("ENV"))))


def instructions(text: str) -> list[Instruction]:
    """Return the instructions of a Dockerfile: comments left out, continued lines joined."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [Instruction(*line.split(maxsplit=1)) for line in joined.splitlines() if line.strip()]


def stages() -> tuple[dict[str, str], list[Stage]]:
    """Return the arguments before the first stage, and the stages of our Dockerfile."""
    given: dict[str, str] = {}
    found: list[Stage] = []
    for each in instructions((ROOT / "Dockerfile").read_text()):
        if each.name == "FROM":
            base, _, name = each.text.partition(" AS ")
            found.append(Stage(base, name))
        elif found:
            found[-1].instructions.append(each)
        else:
            name, _, value = each.text.partition("=")
            given[name] = value
    return given, found


def health_check() -> list[str]:
    """Return the command of HEALTHCHECK."""
    [check] = stages()[1][-1].all("HEALTHCHECK")
    command: list[str] = json.loads(check[check.index("CMD ") + 4 :])
    return command
