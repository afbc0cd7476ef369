"""`boards`: list, add, remove, move and find boards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import moving
from monitor.cli.arguments import named
from monitor.cli.common import State, state
from monitor.cli.output import Format, FormatOption, emit
from monitor.errors import UserError

if TYPE_CHECKING:
    from monitor.config.model import WatchedBoard

app = typer.Typer(no_args_is_help=True)

_COLUMNS = (
    "board", "ats", "token", "company", "url", "state", "open_postings",
    "last_check_at", "last_ok_at", "next_check_at", "failures",
)  # fmt: skip
_SHOWN = ("board", "company", "state", "open_postings", "last_ok_at", "next_check_at", "failures")


@app.command("list")
def list_boards(ctx: typer.Context, fmt: FormatOption = Format.TABLE) -> None:
    """List the boards of the configuration with their state."""
    current = state(ctx)
    from crawler.registry import fold

    known = _known(current)
    alike = {fold(board): row for board, row in known.items()}
    rows = [
        known.get(board.board) or alike.get(fold(board.board)) or _new(board)
        for board in current.settings.boards
    ]
    emit(rows, _SHOWN if fmt is Format.TABLE else _COLUMNS, fmt, current.console)


def _known(current: State) -> dict[str, Mapping[str, object]]:
    """Return the rows of the view `boards` by board."""
    from sqlalchemy import text

    from monitor.database.engine import read_transaction

    if current.no_database():
        return {}
    with read_transaction(current.history()) as connection:
        rows = connection.execute(text("SELECT * FROM boards")).mappings()
        return {row["board"]: dict(row) for row in rows}


def _new(board: WatchedBoard) -> dict[str, object]:
    """Return the row of a board that was added and not checked yet."""
    from crawler.links.directory import company_of

    ats, token = board.board.split(":", 1)
    company = board.company or company_of(board.board)
    named = {"board": board.board, "ats": ats, "token": token, "company": company, "url": board.url}
    unknown = dict.fromkeys(("last_check_at", "last_ok_at", "next_check_at"))
    return {
        **named,
        **unknown,
        "state": "new" if board.enabled else "unwatched",
        "open_postings": 0,
        "failures": 0,
    }


@app.command()
def add(
    ctx: typer.Context,
    board: Annotated[
        str,
        typer.Argument(
            metavar="BOARD",
            help="ats:token, a board, job or embed URL, a careers page, or an employer.",
        ),
    ],
    company: Annotated[
        str | None,
        typer.Option("--company", metavar="NAME", help="Name of the employer in messages."),
    ] = None,
    every: Annotated[
        str | None,
        typer.Option("--every", metavar="DURATION", help="How often to check it, such as 30m."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check/--no-check", help="Check the board before adding it.")
    ] = True,
) -> None:
    """Add a board to the configuration file and watch it."""
    import asyncio

    from monitor.cli.adding import Glance, look_at, moved, resolve, watched_already
    from monitor.config.file import add_board

    current = state(ctx)
    with _begun(current):
        settings = current.settings
        address = resolve(board, current)
        known = watched_already(settings, address)
        with current.busy("looking"):
            glance = (
                asyncio.run(look_at(address, settings, current.holds()))
                if check and not known
                else Glance()
            )
        if not known:
            add_board(settings.file, address.board, company=company, every=every)
    typer.echo(known or f"added {address.board}{glance.words}: {settings.file}")
    for warning in filter(None, (glance.warning, moved(address.board))):
        typer.echo(warning, err=True)


@contextmanager
def _begun(current: State) -> Iterator[None]:
    """Create an empty configuration file if there is none. Remove it if nothing is added."""
    from monitor.config.load import NAME, find_file

    try:
        find_file(current.config, current.environ)
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
    board: Annotated[
        str, typer.Argument(metavar="BOARD", help="ats:token, its URL, its token or its company.")
    ],
) -> None:
    """Stop watching a board. Its history stays."""
    from monitor.config.file import remove_board

    settings = state(ctx).settings
    name = named(settings.boards, board)
    if settings.board(name) is None:
        raise UserError(
            f"{name} is not watched; watched are: "
            f"{', '.join(each.board for each in settings.boards)}"
        )
    remove_board(settings.file, name)
    typer.echo(f"removed {name} from {settings.file}; its history stays in the database")
    _leave(state(ctx), name)


def _leave(current: State, board: str) -> None:
    """Unwatch the board in the database at once, without waiting for the next round."""
    from monitor.database.trouble import DATABASE_ERRORS, describe_with_remedy
    from monitor.history.boards import unwatch

    if current.no_database():
        return
    try:
        with current.engine().begin() as connection:
            unwatch(connection, [board])
    except (UserError, *DATABASE_ERRORS) as error:
        why = error if isinstance(error, UserError) else describe_with_remedy(error)
        typer.echo(f"the database has it as watched until the next round: {why}", err=True)


app.command()(moving.move)


@app.command("find")
def find_boards(
    ctx: typer.Context,
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME|LINK",
            help="An employer's name or a part of it, or any link of a board or a job.",
        ),
    ],
    fmt: FormatOption = Format.TABLE,
) -> None:
    """Say which board and posting a name or a link means, without the network."""
    from monitor.cli.choosing import advice, candidates

    rows = candidates(name)
    if rows or fmt is not Format.TABLE:
        emit(rows, ("board", "posting", "company", "url", "readable"), fmt, state(ctx).console)
    if said := advice(name, rows):
        typer.echo(said, err=True)
    if not rows:
        raise typer.Exit(1)
