"""Additions to Typer: shared options, help in sections, mistakes in one line.

The options `--config`, `-v` and `-q` may stand before or after the command's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Annotated, Any, NoReturn, cast

import typer
from typer.core import TyperCommand, TyperGroup

from monitor.cli.common import state
from monitor.errors import UserError
from monitor.text.values import clean

START, BROWSE, ALERTS, ANALYZE, OPERATE = (
    "Start",
    "Browse roles",
    "Rules and alerts",
    "Analyze and export",
    "Operate",
)
_ORDER = (START, BROWSE, ALERTS, ANALYZE, OPERATE)
Record = tuple[str, str]  # a command or an option, and what it does
# of all that Typer cannot read; it has no public name
UsageError = cast("type[typer.BadParameter]", typer.BadParameter.__base__)
_WORDS = (
    (r"Value error, ", ""),
    (r"Input should be greater than or equal to (\S+)", r"expected \1 or more"),
    (r"Input should be a valid integer.*", "expected a whole number"),
    (r"Input should be a valid number.*", "expected a number"),
    (r"Input should be ", "expected "),
)  # the library's that checks values, and ours


def _remember_config(ctx: typer.Context, value: Path | None) -> None:
    if value is not None:
        state(ctx).config = value


def _remember_verbose(ctx: typer.Context, value: int) -> None:
    state(ctx).verbosity += value


def _remember_quiet(ctx: typer.Context, value: bool) -> None:
    if value:
        state(ctx).verbosity = -1


def _shared(
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            metavar="FILE",
            help="The configuration file.",
            callback=_remember_config,
            expose_value=False,
        ),
    ] = None,
    verbose: Annotated[
        int,
        typer.Option(
            "--verbose",
            "-v",
            count=True,
            help="Show more log lines; -vv shows debug lines too.",
            show_default=False,
            callback=_remember_verbose,
            expose_value=False,
        ),
    ] = 0,
    quiet: Annotated[
        bool,
        typer.Option(
            "--quiet",
            "-q",
            help="Print errors only.",
            callback=_remember_quiet,
            expose_value=False,
        ),
    ] = False,
) -> None:
    """Declare the shared options. Typer reads the signature; nothing calls it."""


@cache  # thirty commands share them
def _options() -> list[Any]:
    alone = typer.Typer(add_completion=False)
    alone.command()(_shared)
    return list(typer.main.get_command(alone).params)


class Program(TyperGroup):
    """The whole program, with the shared options at every command.

    A user's mistake is printed on standard error, with exit code 2.
    """

    def __init__(self, **attributes: Any) -> None:  # Typer's own  # noqa: ANN401
        super().__init__(**attributes)
        _share_options(self)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # Typer's own  # noqa: ANN401
        width = formatter.width - 6 - max(map(len, self.commands))
        shown = ((name, self.commands[name]) for name in self.list_commands(ctx))
        write(
            formatter,
            ((_heading(each), (name, each.get_short_help_str(width))) for name, each in shown),
            "Commands",
        )

    def make_context(self, *given: Any, **extra: Any) -> Any:  # Typer's own  # noqa: ANN401
        try:
            return super().make_context(*given, **extra)
        except UsageError as error:
            _refuse(error, None)

    def invoke(self, ctx: Any) -> Any:  # Typer's own  # noqa: ANN401
        try:
            return super().invoke(ctx)
        except UsageError as error:
            _refuse(error, ctx)
        except UserError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(2) from error
        except UnicodeEncodeError as error:
            if error.reason != "surrogates not allowed":  # Python's for bytes that are no UTF-8
                raise
            typer.echo(
                "an argument or a folder's name is not UTF-8 text: use a UTF-8 terminal, or rename"
                " the folder",
                err=True,
            )
            raise typer.Exit(2) from error
        except Exception as error:
            # a command that needs no database does not wait for its library
            from monitor.database.trouble import DATABASE_ERRORS, describe_with_remedy

            if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):
                place = f"{error.filename}: " if error.filename else ""
                typer.echo(f"{place}{error.strerror or error}", err=True)
                raise typer.Exit(1) from error
            if not isinstance(error, DATABASE_ERRORS):
                raise
            typer.echo(f"the database cannot be used: {describe_with_remedy(error)}", err=True)
            raise typer.Exit(1) from error
        finally:
            state(ctx).close()


def _heading(command: Any) -> str | None:  # Typer's own  # noqa: ANN401
    heading = getattr(command, "rich_help_panel", None)
    return heading if isinstance(heading, str) else None


def _refuse(error: typer.BadParameter, ctx: Any) -> NoReturn:  # Typer's own  # noqa: ANN401
    if is_help(error):
        raise error
    typer.echo(usage_line(error, ctx), err=True)
    raise typer.Exit(2) from error


# Typer's groups and commands have no common public type
def _share_options(command: Any) -> None:  # noqa: ANN401
    command.params.extend(_options())
    for inner in getattr(command, "commands", {}).values():
        _share_options(inner)


# Typer's own
def write(formatter: Any, records: Iterable[tuple[str | None, Record]], rest: str) -> None:  # noqa: ANN401
    """Write each heading with its records, in order. `rest` is the heading of the others."""
    sections: dict[str, list[Record]] = {heading: [] for heading in _ORDER}
    for heading, record in records:
        sections.setdefault(heading or rest, []).append(record)
    width = max((len(name) for section in sections.values() for name, _ in section), default=0)
    for heading, section in (
        (heading, section) for heading, section in sections.items() if section
    ):
        with formatter.section(heading):
            formatter.write_dl([(f"{name:<{width}}", words) for name, words in section])


class Sectioned(TyperCommand):
    """A command whose options have headings."""

    def format_options(self, ctx: Any, formatter: Any) -> None:  # Typer's own  # noqa: ANN401
        records = (
            (getattr(each, "rich_help_panel", None), each.get_help_record(ctx))
            for each in self.get_params(ctx)
        )
        write(formatter, ((heading, record) for heading, record in records if record), "Options")


def is_help(error: typer.BadParameter) -> bool:
    """Return True for the help that a group without a command prints, which is no mistake."""
    return error.ctx is not None and error.format_message() == error.ctx.get_help()


def usage_line(error: typer.BadParameter, ctx: Any) -> str:  # Typer's own  # noqa: ANN401
    """Return the line. `ctx` of the program says which command it was; None is the program."""
    said = error.format_message()
    for theirs, ours in _WORDS:
        said = re.sub(theirs, ours, said, count=1)
    said = " ".join(clean(said).split()).removesuffix(".")
    see = " See" if said.endswith("?") else "; see"
    return f"{said[:1].lower()}{said[1:]}{see} `{_command(error.ctx, ctx)} --help`"


def _command(inner: Any, outer: Any) -> str:  # Typer's own  # noqa: ANN401
    if inner is not None:
        return str(inner.command_path)
    return " ".join(filter(None, ("rolewatch", outer and outer.invoked_subcommand)))
