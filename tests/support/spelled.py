"""Commands in a text, checked against the program: names, options, number of arguments."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Any

import typer

from monitor.cli import app
from monitor.cli.program import UsageError

PROGRAM = typer.main.get_command(app)
_FENCED, _SPAN = re.compile(r"```.*?```", re.DOTALL), re.compile(r"(?<!`)`([^`]+)`(?!`)")
_NAMED = re.compile(r"(?:\.venv/bin/)?rolewatch (?=\S)")


def inline_commands(page: str) -> Iterator[str]:
    """Return code spans that begin with `rolewatch`, or with a command such as `db check`."""
    for span in _SPAN.findall(_FENCED.sub("", page)):
        words = " ".join(span.split())
        first, _, rest = words.partition(" ")
        if named := _NAMED.match(words):
            yield words[named.end() :]
        # a group, which Typer's type does not say
        elif rest and first in PROGRAM.commands:  # type: ignore[attr-defined]
            yield words


def fault(text: str) -> str | None:
    """Return the mistake in a command, or None. The last option may lack its value."""
    words = _words(text)
    command: Any = PROGRAM
    while words and not words[0].startswith("-") and hasattr(command, "commands"):
        if words[0] not in command.commands:
            return f"no command {words[0]!r}"
        command = command.commands[words.pop(0)]
    wrong = _parsed(command, words)
    return wrong if wrong and _parsed(command, [*words, "VALUE"]) else None


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


# Typer's groups and commands have no common public type
def _parsed(command: Any, words: list[str]) -> str | None:
    context = command.make_context("rolewatch", [], resilient_parsing=True)
    context.resilient_parsing = False  # from here on what is wrong is an error
    try:
        _, left, _ = command.make_parser(context).parse_args(list(words))
    except UsageError as error:
        return error.format_message()
    return (
        f"too many arguments: {' '.join(left)}"
        if left and not hasattr(command, "commands")
        else None
    )
