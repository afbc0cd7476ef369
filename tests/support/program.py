"""The program itself, run as a person would."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from typer.testing import CliRunner

from monitor.cli import app

# a terminal for rich
WIDE = {"COLUMNS": "160", "FORCE_COLOR": "1", "TERM": "xterm-256color"}


@dataclass
class Ran:
    """The exit code and the output of a run."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # whatever was printed
        return json.loads(self.out)


@dataclass
class Program:
    """`rolewatch` with a configuration file."""

    config: str
    environ: dict[str, str | None] = field(
        default_factory=lambda: {"FORCE_COLOR": None, "TTY_COMPATIBLE": None, "COLUMNS": None}
    )

    def __call__(
        self, *arguments: str, stdin: str = "", environ: dict[str, str] | None = None
    ) -> Ran:
        result = CliRunner().invoke(
            app,
            [*arguments, "--config", self.config],
            input=stdin,
            env=self.environ | (environ or {}),
        )
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ran(result.exit_code, result.stdout, result.stderr)

    def watched(self) -> list[str]:
        """Return the boards of the configuration."""
        return [row["board"] for row in self.ask("boards", "list")]

    def ask(self, *arguments: str) -> Any:  # whatever the command prints
        """Return the command's JSON output. Assert that it ends with 0."""
        ran = self(*arguments, "--format", "json")
        assert ran.code == 0, ran.err
        return ran.json
