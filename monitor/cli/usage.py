"""A mistyped command, reported as any other mistake: in one line, with where to look."""

from __future__ import annotations

import re
from typing import Any, cast

import typer

from monitor.cli.output import clean

# of all that Typer cannot read; it has no public name
UsageError = cast("type[typer.BadParameter]", typer.BadParameter.__base__)
_WORDS = (
    (r"Value error, ", ""),
    (r"Input should be greater than or equal to (\S+)", r"expected \1 or more"),
    (r"Input should be a valid integer.*", "expected a whole number"),
    (r"Input should be a valid number.*", "expected a number"),
    (r"Input should be ", "expected "),
)  # the library's that checks values, and ours


def is_help(error: typer.BadParameter) -> bool:
    """Return True for the help that a group without a command prints, which is no mistake."""
    return error.ctx is not None and error.format_message() == error.ctx.get_help()


def told(error: typer.BadParameter, ctx: Any) -> str:  # Typer's own  # noqa: ANN401
    """Return the line. `ctx` of the program says which command it was; None is the program."""
    said = error.format_message()
    for theirs, ours in _WORDS:
        said = re.sub(theirs, ours, said, count=1)
    said = " ".join(clean(said).split()).removesuffix(".")
    return f"{said[:1].lower()}{said[1:]}; see `{_command(error.ctx, ctx)} --help`"


def _command(inner: Any, outer: Any) -> str:  # Typer's own  # noqa: ANN401
    if inner is not None:
        return str(inner.command_path)
    return " ".join(filter(None, ("rolewatch", outer and outer.invoked_subcommand)))
