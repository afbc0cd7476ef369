"""`boards list` and `boards find`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.board_edits import add, move, remove
from monitor.cli.common import NO_BOARD, State, reading_state, state
from monitor.cli.output import Format, FormatOption, emit

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
    current = reading_state(ctx)
    from crawler.links.forms import fold

    known = _known(current)
    alike = {fold(board): row for board, row in known.items()}
    rows = [
        known.get(board.board) or alike.get(fold(board.board)) or _new(board)
        for board in current.settings.boards
    ]
    emit(
        rows,
        _SHOWN if fmt is Format.TABLE else _COLUMNS,
        fmt,
        current.console,
        empty=NO_BOARD,
    )


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


for _edit in (add, remove, move):
    app.command()(_edit)


@app.command("find", short_help="Say which board and posting a name or a link means.")
def find_boards(
    ctx: typer.Context,
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME|LINK",
            help="An employer's name, or any link of a board or a job.",
        ),
    ],
    fmt: FormatOption = Format.TABLE,
) -> None:
    """Say which board and posting a name or a link means, without the network."""
    from monitor.cli.board_names import advice, candidates

    rows = candidates(name)
    if rows or fmt is not Format.TABLE:
        emit(rows, ("board", "posting", "company", "url", "readable"), fmt, state(ctx).console)
    if said := advice(name, rows):
        typer.echo(said, err=True)
    if not rows:
        raise typer.Exit(1)
