"""`boards`: what is watched and how it fares; adding, removing, moving and finding."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import moving
from monitor.cli.common import State, state
from monitor.cli.naming import named
from monitor.cli.output import Format, FormatOption, emit
from monitor.errors import UserError

if TYPE_CHECKING:
    from monitor.settings import WatchedBoard

app = typer.Typer(no_args_is_help=True)

_COLUMNS = (
    "board", "ats", "token", "company", "url", "state", "open_postings", "last_check_at", "last_ok_at", "next_check_at", "failures",
)  # fmt: skip
_SHOWN = ("board", "company", "state", "open_postings", "last_ok_at", "next_check_at", "failures")


@app.command("list")
def list_boards(ctx: typer.Context, fmt: FormatOption = Format.TABLE) -> None:
    """The boards of the configuration, and how they fare."""
    current = state(ctx)
    from crawler.products import fold

    known = _known(current)
    alike = {fold(board): row for board, row in known.items()}
    rows = [known.get(board.board) or alike.get(fold(board.board)) or _new(board) for board in current.settings.boards]
    emit(rows, _SHOWN if fmt is Format.TABLE else _COLUMNS, fmt, current.console)


def _known(current: State) -> dict[str, Mapping[str, object]]:
    """The rows of the `boards` view, by board."""
    from sqlalchemy import text

    from monitor.db import reading

    if current.no_database():
        return {}
    with reading(current.history()) as connection:
        rows = connection.execute(text("SELECT * FROM boards")).mappings()
        return {row["board"]: dict(row) for row in rows}


def _new(board: WatchedBoard) -> dict[str, object]:
    """A board that was added and not looked at yet, as the view will have it."""
    from crawler.directory import company_of

    ats, token = board.board.split(":", 1)
    company = board.company or company_of(board.board)
    named = {"board": board.board, "ats": ats, "token": token, "company": company, "url": board.url}
    unknown = dict.fromkeys(("last_check_at", "last_ok_at", "next_check_at"))
    return {**named, **unknown, "state": "new" if board.enabled else "unwatched", "open_postings": 0, "failures": 0}


@app.command()
def add(
    ctx: typer.Context,
    board: Annotated[str, typer.Argument(metavar="BOARD", help="ats:token, a board, job or embed URL, a careers page, or an employer.")],
    company: Annotated[str | None, typer.Option("--company", metavar="NAME", help="What messages call the employer.")] = None,
    every: Annotated[str | None, typer.Option("--every", metavar="DURATION", help="How often to check it, such as 30m.")] = None,
    check: Annotated[bool, typer.Option("--check/--no-check", help="Look at the board before adding it.")] = True,
) -> None:
    """Watch a board: it goes into the configuration file."""
    import asyncio

    from monitor.cli.adding import Glance, look_at, moved, resolve, watched_already
    from monitor.config_file import add_board

    current = state(ctx)
    with _begun(current):
        settings = current.settings
        address = resolve(board, current)
        known = watched_already(settings, address)
        with current.busy("looking"):
            glance = asyncio.run(look_at(address, settings, current.holds())) if check and not known else Glance()
        if not known:
            add_board(settings.file, address.board, company=company, every=every)
    typer.echo(known or f"added {address.board}{glance.words}: {settings.file}")
    for warning in filter(None, (glance.warning, moved(address.board))):
        typer.echo(warning, err=True)


@contextmanager
def _begun(current: State) -> Iterator[None]:
    """A configuration file to add to: an empty one where there is none, which goes again when nothing is added."""
    from monitor.config import NAME, find

    try:
        find(current.config, current.environ)
    except UserError:
        file = current.config or Path(current.environ.get("ROLEWATCH_CONFIG") or NAME)
    else:
        yield
        return
    try:
        file.touch(exist_ok=False)
    except OSError as error:
        raise UserError(f"{file} cannot be written: {error.strerror}") from error
    try:
        yield
    finally:
        if not file.stat().st_size:
            file.unlink()


@app.command()
def remove(
    ctx: typer.Context,
    board: Annotated[str, typer.Argument(metavar="BOARD", help="ats:token, its URL, its token or its company.")],
) -> None:
    """Stop watching a board; its history stays."""
    from monitor.config_file import remove_board

    settings = state(ctx).settings
    name = named(settings.boards, board)
    if settings.board(name) is None:
        raise UserError(f"{name} is not watched; watched are: {', '.join(each.board for each in settings.boards)}")
    remove_board(settings.file, name)
    typer.echo(f"removed {name} from {settings.file}; its history stays in the database")
    _leave(state(ctx), name)


def _leave(current: State, board: str) -> None:
    """Ends the watch of a board in the database, if there is one: what the views say of it is not to wait for a next round."""
    from monitor.trouble import NO_DATABASE, advice
    from monitor.watch import leave

    if current.no_database():
        return
    try:
        with current.engine().begin() as connection:
            leave(connection, [board])
    except (UserError, *NO_DATABASE) as error:
        why = error if isinstance(error, UserError) else advice(error)
        typer.echo(f"the database has it as watched until the next round: {why}", err=True)


app.command()(moving.move)


@app.command("find")
def find_boards(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME|LINK", help="An employer's name or a part of it, or any link of a board or a job.")],
    fmt: FormatOption = Format.TABLE,
) -> None:
    """Say which board, and posting, a name or a link means; without the network."""
    from monitor.cli.choosing import advice, candidates

    rows = candidates(name)
    if rows or fmt is not Format.TABLE:
        emit(rows, ("board", "posting", "company", "url", "readable"), fmt, state(ctx).console)
    if said := advice(name, rows):
        typer.echo(said, err=True)
    if not rows:
        raise typer.Exit(1)
