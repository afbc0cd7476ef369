"""The options that every command shares, `--config`, `-v` and `-q`, and the state made of them.

The options may stand before or after the command's name. They are added to every command in one
place: a command takes `ctx: typer.Context` and calls `state(ctx)`.
"""

from __future__ import annotations

import gc
import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from io import TextIOBase
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, TextIO, cast

import typer

from monitor.errors import UserError

if TYPE_CHECKING:  # `rolewatch --help` is quick: what a command needs is imported when it runs
    from rich.console import Console
    from sqlalchemy import Engine

    from crawler.holds import Holds
    from monitor.config.model import Settings

_LOADED = 1_000_000  # new objects until the garbage collector runs, while modules are loaded
_NEW_OBJECTS = 50_000  # until the garbage collector runs; Python's own is 700
_SILENT = logging.NullHandler()
NO_BOARD = "No board is watched: add one with `rolewatch boards add NAME`"
CHANCE = Random()  # spreads checks over time, guards nothing  # noqa: S311


@dataclass
class State:
    """The shared options and what follows from them, made when a command asks for it."""

    config: Path | None = None
    verbosity: int = 0  # -q is -1, -v 1, -vv 2
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    reads_only: bool = False  # the command runs no code that logs
    _engines: list[Engine] = field(default_factory=list)

    @cached_property
    def settings(self) -> Settings:
        """The configuration. Raises UserError with every mistake in it."""
        from monitor.config.load import load

        settings = load(self.config, self.environ)
        self._set_up_logs(settings)
        return settings

    def file_to_write(self) -> Path:
        """Return the configuration file, or where a new one belongs."""
        from monitor.config.load import NAME, find_file, named_file

        try:
            return find_file(self.config, self.environ)
        except UserError:
            return named_file(self.config, self.environ) or Path(NAME)

    def engine(self) -> Engine:
        """Return the configured database in this version's schema, created if needed.

        Raises UserError.
        """
        from monitor.database.opening import open_database

        engine = open_database(self.settings.database_url.get_secret_value())
        self._engines.append(engine)
        begin_work()
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
        from monitor.database.opening import open_existing

        engine = open_existing(
            self.settings.database_url.get_secret_value(), whatever_schema=whatever_schema
        )
        self._engines.append(engine)
        begin_work()
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
        from monitor.database.opening import missing_file

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
        if self.reads_only and self.verbosity <= 0:
            logging.getLogger().addHandler(_SILENT)  # of libraries
            return
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


def reading_state(ctx: typer.Context) -> State:
    """Return the state for a command that only reads.

    It does not load the log library, which takes as long as a small query. Code that logs must
    not run in it, since lines of a library that is not set up go to standard output.
    """
    found = state(ctx)
    found.reads_only = True
    return found


def load_more() -> None:
    """Collect no garbage until `begin_work`: modules that are loaded are none."""
    gc.set_threshold(_LOADED)


def begin_work(*, freeze: bool = True) -> None:
    """Collect garbage from now on, though not after every 700 objects.

    `freeze` excludes what is loaded.
    """
    if freeze:
        gc.freeze()
    gc.set_threshold(_NEW_OBJECTS)


def now() -> datetime:
    """Return the current time. Commands pass it on as the clock."""
    return datetime.now(UTC)


def log_to_stderr(current: State, settings: Settings) -> None:
    """Set up the log of a command that runs until it is stopped.

    A terminal shows the alerts, so INFO lines need -v there.
    """
    from monitor.logs import set_up

    watched = sys.stdout.isatty() and sys.stderr.isatty()
    verbosity = current.verbosity - (1 if watched and current.verbosity >= 0 else 0)
    set_up(settings.log.level, settings.log.format, sys.stderr, verbosity=verbosity)
