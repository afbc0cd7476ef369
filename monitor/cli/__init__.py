"""The program `rolewatch`: one thin file a group of commands.

`rolewatch --help` is quick because a command imports what it needs when it runs: Scrapy, SQLAlchemy, Slack's client and Alembic
are a second together.
"""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli.common import Program

app = typer.Typer(
    cls=Program,
    name="rolewatch",
    help="Watches employers' job boards, keeps the history of every posting, and tells you once when a role opens, changes or closes.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # only for this option

        typer.echo(f"rolewatch {version('rolewatch')}")
        raise typer.Exit


@app.callback()
def _program(
    _version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_print_version, is_eager=True, expose_value=False)
    ] = False,
) -> None:
    pass


def main() -> None:
    """The console script."""
    app()
