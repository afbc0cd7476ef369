# a program, no package
"""Write docs/commands.md, the command reference, from the commands: `python docs/commands.py`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from monitor.cli import app

FILE = Path(__file__).with_name("commands.md")
_TYPE = re.compile(r"(?<=[A-Z]) <.*>$")  # an argument's Python type, which tells a person nothing
INTRODUCTION = """\
# Command reference

`make docs` writes this page from the program's own help.

[Getting started](getting-started.md) shows the commands at work.
Every command takes `--config`, `-v`, `-q` and `-h` too, before or after its name.

"""


def page() -> str:
    """Return the whole page in Markdown."""
    program: Any = typer.main.get_command(app)
    context = program.make_context("rolewatch", [], resilient_parsing=True)
    shared = {parameter.name for parameter in program.get_params(context)} | {
        "config",
        "verbose",
        "quiet",
    }
    head = [INTRODUCTION, *_options(program.get_params(context), context)]
    commands = (
        line
        for name, command in program.commands.items()
        for line in _command(name, command, context, shared)
    )
    return "".join([*head, *commands])


# Typer's own
def _command(name: str, command: Any, context: Any, shared: set[str]) -> Iterator[str]:  # noqa: ANN401
    """Yield the section of a command, then those of the commands in its group."""
    own = [parameter for parameter in command.get_params(context) if parameter.name not in shared]
    yield f"{'##' if ' ' not in name else '###'} {name}\n\n{_paragraphs(command.help)}\n\n"
    if hasattr(command, "commands"):
        for inner, one in command.commands.items():
            yield from _command(f"{name} {inner}", one, context, shared)
        return
    usage = " ".join(piece.strip("{}") for piece in command.collect_usage_pieces(context))
    yield f"```text\nrolewatch {name} {usage}\n```\n\n"
    yield from _options(own, context)


def _options(parameters: list[Any], context: Any) -> Iterator[str]:  # Typer's own  # noqa: ANN401
    """Yield a list of arguments and options, as the help has them."""
    records = [record for parameter in parameters if (record := parameter.get_help_record(context))]
    yield from (
        f"- `{_name(name)}`: {' '.join(words.split()).replace('*', '&#42;')}\n"
        for name, words in records
    )
    yield "\n" if records else ""


def _name(name: str) -> str:
    return _TYPE.sub("", name).replace("<list[", "<").replace("]>", ">")


def _paragraphs(text: str | None) -> str:
    return "\n\n".join(" ".join(part.split()) for part in (text or "").split("\n\n"))


if __name__ == "__main__":
    FILE.write_text(page())
