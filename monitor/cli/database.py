"""`db upgrade`, `db backup`, `db check` and `db copy`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.common import State, now, state
from monitor.cli.output import Format, FormatOption, emit
from monitor.text.values import clean, counted

if TYPE_CHECKING:
    from rich.progress import TaskID
    from sqlalchemy import Engine


def upgrade(ctx: typer.Context) -> None:
    """Upgrade the database to this version's schema.

    SQLite is backed up first. It is also upgraded whenever `run` or `check` opens it.
    """
    from monitor.database import schema
    from monitor.database.engine import read_transaction
    from monitor.database.opening import engine_as_is

    shared = state(ctx)
    with engine_as_is(shared.settings.database_url.get_secret_value()) as engine:
        with read_transaction(engine) as connection:
            before = schema.revision(connection)
        if before == schema.newest():
            shared.console.print(f"already current: schema {before}", soft_wrap=True)
        else:
            backup = schema.upgrade(engine)
            shared.console.print(
                f"upgraded from {before or 'an empty database'} to schema {schema.newest()}",
                soft_wrap=True,
            )
            if backup is not None:
                shared.console.print(f"the former database is in {backup}", soft_wrap=True)
        _read_again(shared, engine)


def _read_again(shared: State, engine: Engine) -> None:
    """Read again all versions of an older reader, as the daemon does step by step."""
    from monitor.database.engine import read_transaction
    from monitor.history.reread import count_older, reread_older

    with read_transaction(engine) as connection:
        left = count_older(connection)
    if not left:
        return
    read = 0
    with _bars(shared) as progress:

        def said(count: int) -> None:
            nonlocal read
            read += count
            progress("versions read again", read, left)

        reread_older(engine, shared.settings, now(), float("inf"), progress=said)
    shared.console.print(
        f"{counted(read, 'version')} read again:"
        " `rolewatch db check --readings` lists the differences",
        soft_wrap=True,
    )


def backup(
    ctx: typer.Context, file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file.")]
) -> None:
    """Write a verified copy of the SQLite database. The daemon may run meanwhile."""
    from monitor.database.backup import back_up
    from monitor.errors import UserError

    shared = state(ctx)
    engine = shared.history(whatever_schema=True)
    if engine.dialect.name == "sqlite" and file.exists():
        raise UserError(f"{file} is there already: name a new file")
    try:
        counts = back_up(engine, file)
    except OSError as error:
        raise UserError(f"{file} cannot be written: {error.strerror}") from error
    versions = counted(counts["posting_version"], "version")
    changes = counted(counts["posting_change"], "change")
    found = f"{counted(counts['posting'], 'posting')} in {versions}, {changes}"
    shared.console.print(
        f"backup written to {file} and checked: {found} ({file.stat().st_size / 1_000_000:.1f} MB)",
        soft_wrap=True,
    )


def check(
    ctx: typer.Context,
    *,
    readings: Annotated[
        bool,
        typer.Option(
            "--readings", help="List stored fields that a newer rolewatch reads differently."
        ),
    ] = False,
    fmt: FormatOption = Format.TABLE,
) -> None:
    """Check the database for damage and contradictions. Exit code 1 if there is any."""
    from monitor.database.engine import read_transaction
    from monitor.queries.consistency import READINGS, list_readings, readings_summary

    shared = state(ctx)
    engine = shared.history()
    if readings:
        with read_transaction(engine) as connection:
            emit(
                list_readings(connection),
                READINGS,
                fmt,
                shared.console,
                empty="No version was read differently by a newer reader",
            )
        return
    if fmt is not Format.TABLE:
        found = [{"finding": line} for line in _findings(engine)]
        emit(found, ("finding",), fmt, shared.console)
        raise typer.Exit(1 if found else 0)
    wrong = 0
    for line in _findings(engine):
        wrong += 1
        shared.console.print(clean(line), soft_wrap=True)
    if wrong:
        raise typer.Exit(1)
    shared.console.print("ok")
    with read_transaction(engine) as connection:
        for line in readings_summary(connection):
            shared.console.print(line, soft_wrap=True)


def _findings(engine: Engine) -> Iterator[str]:
    from monitor.database.engine import read_transaction
    from monitor.database.trouble import DATABASE_ERRORS, describe_with_remedy
    from monitor.queries.consistency import findings

    try:
        with read_transaction(engine) as connection:
            yield from findings(connection)
    except DATABASE_ERRORS as error:
        yield f"the database cannot be read to its end: {describe_with_remedy(error)}"


def copy_all(
    ctx: typer.Context,
    url: Annotated[
        str, typer.Argument(metavar="URL", help="An empty database: postgresql://… or sqlite:///….")
    ],
) -> None:
    """Copy everything into another, empty database: SQLite to PostgreSQL, or back."""
    from monitor.config.database_url import shown_url
    from monitor.database.copy import copy
    from monitor.database.opening import engine_as_is

    shared = state(ctx)
    source = shared.history()
    with engine_as_is(url) as target, _bars(shared) as progress:
        counts = copy(source, target, progress)
        named = shown_url(target.url)
    width = max(map(len, counts))
    for table, count in counts.items():
        shared.console.print(f"{table:<{width}}  {count:>12,}", soft_wrap=True)
    shared.console.print(
        f"{counted(sum(counts.values()), 'row')} copied and counted in {named}", soft_wrap=True
    )
    _warn(shared, source)


def _warn(shared: State, source: Engine) -> None:
    """Warn about a running daemon: later writes are not copied, and two daemons alert twice."""
    from monitor.database.engine import read_transaction
    from monitor.database.lease import running

    with read_transaction(source) as connection:
        at_work = running(connection)
    if at_work is not None:
        shared.errors.print(
            f"a daemon runs on the source (pid {at_work.pid} on {at_work.host}): its later changes "
            "are not in the copy",
            soft_wrap=True,
        )


@contextmanager
def _bars(shared: State) -> Iterator[Callable[[str, int, int], None]]:
    """Show a progress bar for each table on a terminal."""
    from rich.progress import Progress

    with Progress(
        console=shared.errors,
        transient=True,
        disable=not shared.errors.is_terminal or shared.verbosity < 0,
    ) as progress:
        bars: dict[str, TaskID] = {}

        def said(table: str, copied: int, total: int) -> None:
            if table not in bars:
                bars[table] = progress.add_task(table, total=total)
            progress.update(bars[table], completed=copied)

        yield said


app = typer.Typer(no_args_is_help=True)
app.command()(upgrade)
app.command()(backup)
app.command()(check)
app.command("copy", short_help="Copy everything into another, empty database.")(copy_all)
