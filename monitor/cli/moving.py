"""`boards move`: follow an employer to another board."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.arguments import named
from monitor.cli.common import State, state
from monitor.errors import UserError

if TYPE_CHECKING:
    from crawler.links.address import Address
    from monitor.cli.adding import Glance
    from monitor.config.model import Settings


def move(
    ctx: typer.Context,
    old: Annotated[
        str,
        typer.Argument(
            metavar="OLD", help="The former board: ats:token, its URL, its token or its company."
        ),
    ],
    new: Annotated[
        str,
        typer.Argument(metavar="NEW", help="Where the employer is now, as `boards add` takes it."),
    ],
    check: Annotated[
        bool, typer.Option("--check/--no-check", help="Check the new board first.")
    ] = True,
) -> None:
    """Follow an employer to another board. Its history continues, with one message a channel."""
    import asyncio

    from monitor.cli.adding import Glance, look_at, resolve

    current = state(ctx)
    settings = current.settings
    former = named(settings.boards, old)
    address = resolve(new, current)
    if _is_done(current, settings, former, address.board):
        typer.echo(f"{former} was moved to {address.board} already: {settings.file}")
        return
    look = check and settings.board(address.board) is None
    with current.busy("looking"):
        glance = asyncio.run(look_at(address, settings, current.holds())) if look else Glance()
    _move(current, settings, former, address)
    _say(current, former, address, glance)


def _is_done(current: State, settings: Settings, former: str, new: str) -> bool:
    """Return True if it was moved there already. Raises UserError if nothing can be moved."""
    from crawler.registry import same_board

    if same_board(former, new):
        raise UserError(
            f"{former} is one board: name the one that the employer has left, then the one where "
            "it is now"
        )
    if settings.board(former) is not None:
        return False
    begun = _is_begun(current, former, new)
    if begun is None:
        watched = ", ".join(each.board for each in settings.boards) or "none"
        raise UserError(f"{former} is not watched and has no history; watched are: {watched}")
    return begun and settings.board(new) is not None


def _is_begun(current: State, former: str, new: str) -> bool | None:
    """Return True if the database has the move, or None if it does not know the former board."""
    from monitor.database.engine import read_transaction
    from monitor.history import moves

    if current.no_database():
        return None
    with read_transaction(current.engine()) as connection:
        return (
            moves.has_begun(connection, former, new)
            if moves.is_stored(connection, former)
            else None
        )


def _move(current: State, settings: Settings, former: str, address: Address) -> None:
    """Write the move to the file and the database.

    The database commits last, so that a file that cannot be edited leaves both unchanged.
    """
    from monitor.config.file import move_board
    from monitor.rounds.new_board import begin_move

    if current.no_database():
        move_board(settings.file, former, address.board)
        return
    # a daemon sees neither half of it before the other
    with current.engine().begin() as connection:
        begin_move(connection, former, move_board(settings.file, former, address.board))


def _say(current: State, former: str, address: Address, glance: Glance) -> None:
    typer.echo(f"moved {former} to {address.board}{glance.words}: {current.settings.file}")
    if current.no_database():
        typer.echo("there is no history yet that could go along")
    else:
        typer.echo("the next check of it matches the roles of both, and tells each channel once")
    if glance.warning:
        typer.echo(glance.warning.replace("it is added", "it is watched"), err=True)
