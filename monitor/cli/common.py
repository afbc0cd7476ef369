"""The options that every command shares, `--config`, `-v` and `-q`, and the state made of them.

The options may stand before or after the command's name. They are added to every command in one
place: a command takes `ctx: typer.Context` and calls `state(ctx)`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, cached_property
from io import TextIOBase
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TextIO, cast

import typer
from typer.core import TyperGroup

from monitor.cli.usage import UsageError, is_help, told
from monitor.errors import UserError

if TYPE_CHECKING:  # `rolewatch --help` is quick: what a command needs is imported when it runs
    from rich.console import Console
    from sqlalchemy import Engine

    from crawler.holds import Holds
    from monitor.config.model import Settings

CHANCE = Random()  # spreads looks over time, guards nothing  # noqa: S311


@dataclass
class State:
    """The shared options and what follows from them, made when a command asks for it."""

    config: Path | None = None
    verbosity: int = 0  # -q is -1, -v 1, -vv 2
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    _engines: list[Engine] = field(default_factory=list)

    @cached_property
    def settings(self) -> Settings:
        """The configuration. Raises UserError with every mistake in it."""
        from monitor.config.load import load

        settings = load(self.config, self.environ)
        self._set_up_logs(settings)
        return settings

    def engine(self) -> Engine:
        """Return the configured database in this version's schema, created if needed.

        Raises UserError.
        """
        from monitor.database.schema import open_database

        engine = open_database(self.settings.database_url.get_secret_value())
        self._engines.append(engine)
        return engine

    def close(self) -> None:
        """Close all connections.

        The last one of a SQLite file moves its `-wal` into it, so that the file alone is complete.
        """
        for engine in self._engines:
            engine.dispose()
        self._engines.clear()

    def history(self, *, whatever_schema: bool = False) -> Engine:
        """Return the configured database for reading. Nothing is created or upgraded.

        Raises UserError.
        """
        from monitor.database.schema import open_existing

        engine = open_existing(
            self.settings.database_url.get_secret_value(), whatever_schema=whatever_schema
        )
        self._engines.append(engine)
        return engine

    def holds(self) -> Holds:
        """Return the stored hosts that asked to wait. Empty if the database cannot be read."""
        from crawler.holds import Holds
        from monitor.database.engine import read_transaction
        from monitor.database.trouble import DATABASE_ERRORS
        from monitor.rounds import host_holds

        holds = Holds()
        if self.no_database() is None:
            with (
                suppress(UserError, *DATABASE_ERRORS),
                read_transaction(self.history()) as connection,
            ):
                host_holds.restore(connection, holds, now())
        return holds

    def no_database(self) -> Path | None:
        """Return the database's file if it does not exist yet."""
        from monitor.database.schema import missing_file

        return missing_file(self.settings.database_url.get_secret_value())

    @cached_property
    def console(self) -> Console:
        """Standard output. A board's text is no markup."""
        from rich.console import Console

        return Console(markup=False, highlight=False, emoji=False)

    @cached_property
    def errors(self) -> Console:
        """Standard error."""
        from rich.console import Console

        return Console(stderr=True, markup=False, highlight=False, emoji=False)

    @contextmanager
    def busy(self, doing: str) -> Iterator[Callable[[str], None]]:
        """Show on a terminal what is waited for, and how far it is. Silent in a pipe."""
        if not self.errors.is_terminal or self.verbosity < 0:
            yield lambda _doing: None
            return
        with self.errors.status(f"{doing} …") as status:
            yield lambda further: status.update(f"{further} …")

    def _set_up_logs(self, settings: Settings) -> None:
        """Log nothing without -v, since the command prints its findings. `run` sets up its own."""
        from monitor.logs import set_up

        stream = sys.stderr if self.verbosity > 0 else cast("TextIO", _Nowhere())
        set_up("info", settings.log.format, stream, verbosity=self.verbosity - 1)


class _Nowhere(TextIOBase):
    """A stream that discards its input."""

    def write(self, text: str, /) -> int:
        return len(text)


def state(ctx: typer.Context) -> State:
    """Return the state of this run of the program."""
    found: State = ctx.ensure_object(State)
    return found


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
        from monitor.cli.sections import write

        room = formatter.width - 6 - max(map(len, self.commands))
        shown = ((name, self.commands[name]) for name in self.list_commands(ctx))
        write(
            formatter,
            ((_heading(each), (name, each.get_short_help_str(room))) for name, each in shown),
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
    typer.echo(told(error, ctx), err=True)
    raise typer.Exit(2) from error


# Typer's groups and commands have no common public type
def _share_options(command: Any) -> None:  # noqa: ANN401
    command.params.extend(_options())
    for inner in getattr(command, "commands", {}).values():
        _share_options(inner)


def now() -> datetime:
    """Return the current time. Commands pass it on as the clock."""
    return datetime.now(UTC)
