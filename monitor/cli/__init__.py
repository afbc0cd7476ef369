"""The program `rolewatch`, with one file for each group of commands.

A command imports what it needs when it runs, so that `rolewatch --help` is quick: Scrapy,
SQLAlchemy, Slack's client and Alembic take a second together.
"""

from __future__ import annotations

import atexit
import gc
import io
import os
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.commands import add_commands, typed_command
from monitor.cli.common import load_more
from monitor.cli.program import Program

if TYPE_CHECKING:
    app: typer.Typer  # the whole program, made when it is asked for


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"rolewatch {version('rolewatch')}")
        raise typer.Exit


def _program(
    _version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Print the version and exit.",
            callback=_print_version,
            is_eager=True,
            expose_value=False,
        ),
    ] = False,
) -> None:
    pass


@cache
def _app(command: str | None) -> typer.Typer:
    """Return the program with one command, or with all of them."""
    made = typer.Typer(
        cls=Program,
        name="rolewatch",
        help="Watch employers' job boards, keep the history of every posting, and alert you once "
        "when a role opens, changes or closes.",
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    made.callback()(_program)
    add_commands(made, command)
    return made


def __getattr__(name: str) -> typer.Typer:
    if name == "app":
        return _app(None)
    raise AttributeError(name)


def _load_quickly() -> None:
    """Collect no garbage while modules are loaded, and none at the end.

    That is a fifth of a short command's CPU. The modules are a million objects, and none of them is
    garbage. Pydantic would read the metadata of every installed package in search of plugins.
    """
    load_more()
    atexit.register(gc.freeze)
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")


def _open_closed_streams() -> None:
    """Let a standard stream that is closed, as after `>&-`, lead to nowhere.

    Another file would take its number, and be written in its place.
    """
    if sys.stdin is None:  # who asks for input says that there is none
        os.open(os.devnull, os.O_RDONLY)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w"))  # noqa: SIM115  # until the end


def main() -> None:
    """Run the program: the console script."""
    _open_closed_streams()
    _load_quickly()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that cannot show a sign shows another
            stream.reconfigure(errors="replace")
    try:
        _app(typed_command(sys.argv[1:]))()
    except KeyboardInterrupt:  # Typer ends a command so, and not the loading of its module
        sys.exit(130)
