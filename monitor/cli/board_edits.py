"""`boards add`, `remove` and `move`: edit the boards of the configuration."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.arguments import named
from monitor.cli.common import State, state
from monitor.errors import UserError

if TYPE_CHECKING:
    from crawler.links.address import Address
    from monitor.cli.board_checks import Checked
    from monitor.config.model import Settings, WatchedBoard

TryNameOption = Annotated[
    bool,
    typer.Option(
        "--try-name",
        help="Try an unknown employer's name as a token on Greenhouse, Ashby and Lever.",
    ),
]


def add(
    ctx: typer.Context,
    board: Annotated[
        str,
        typer.Argument(
            metavar="BOARD",
            help="ats:token, a board, job or embed URL, a careers page, or an employer.",
        ),
    ],
    *,
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
    try_name: TryNameOption = False,
) -> None:
    """Add a board to the configuration file and watch it."""
    from monitor.cli.adding import resolve
    from monitor.cli.named_board import moved, watched_already
    from monitor.config.entries import ats_off
    from monitor.config.file import add_board

    current = state(ctx)
    with _begun(current):
        settings = current.settings
        found = resolve(board, current, check=check, try_name=try_name)
        address, checked = found.address, found.checked
        known = watched_already(settings, address)
        off = ats_off(settings.ats, address.ats)
        if checked is None and check and not known and not off:
            checked = _checked(current, address)
        if not known:
            add_board(settings.file, address.board, company=company, every=every)
    facts = checked.in_brackets if checked else ""
    typer.echo(known or f"added {address.board}{facts}: {settings.file}")
    not_read = checked.not_read("added") if checked else ""
    _warn(not_read, moved(address.board), off and f"it is not checked: {off}")


def _checked(current: State, address: Address) -> Checked:
    """Check a board. Raises UserError if the ATS does not know it."""
    from monitor.cli.named_board import checked_once

    with current.busy("checking"):
        return checked_once(address, current.settings, current.holds())


def _warn(*warnings: str) -> None:
    for warning in filter(None, warnings):
        typer.echo(warning, err=True)


@contextmanager
def _begun(current: State) -> Iterator[None]:
    """Create an empty configuration file if there is none. Remove it if nothing is added."""
    file = current.file_to_write()
    if file.is_file():
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
            f"{name} is not watched; the watched boards are: "
            f"{', '.join(each.board for each in settings.boards)}"
        )
    remove_board(settings.file, name)
    typer.echo(f"removed {name} from {settings.file}; its history stays in the database")
    _leave(state(ctx), name)


def _leave(current: State, board: str) -> None:
    """Unwatch the board in the database at once, without waiting for the next round."""
    from monitor.database.trouble import DATABASE_ERRORS, describe_with_remedy
    from monitor.history.boards import unwatch
    from monitor.rounds.board_incidents import end_unwatched

    if current.no_database():
        return
    try:
        with current.engine().begin() as connection:
            end_unwatched(connection, unwatch(connection, [board]))
    except (UserError, *DATABASE_ERRORS) as error:
        why = error if isinstance(error, UserError) else describe_with_remedy(error)
        typer.echo(f"the database shows it as watched until the next check: {why}", err=True)


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
    *,
    check: Annotated[
        bool, typer.Option("--check/--no-check", help="Check the new board first.")
    ] = True,
    try_name: TryNameOption = False,
) -> None:
    """Follow an employer to another board. Its history continues, with one message a channel."""
    from monitor.cli.adding import resolve
    from monitor.cli.named_board import watched_already
    from monitor.config.entries import ats_off

    current = state(ctx)
    settings = current.settings
    former = named(settings.boards, old)
    found = resolve(new, current, check=check, try_name=try_name)
    address, checked = found.address, found.checked
    if _is_done(current, settings, former, address.board):
        typer.echo(f"{former} was moved to {address.board} already: {settings.file}")
        return
    known, off = watched_already(settings, address), ats_off(settings.ats, address.ats)
    if checked is None and check and not known and not off:
        checked = _checked(current, address)
    moved = _move(current, settings, former, address)
    _say(current, former, moved, checked)


def _is_done(current: State, settings: Settings, former: str, new: str) -> bool:
    """Return True if it was moved there already. Raises UserError if nothing can be moved."""
    from crawler.links.forms import same_board

    if same_board(former, new):
        raise UserError(
            f"OLD and NEW are both {former}: give the board that the employer left, then its "
            "new one"
        )
    if settings.board(former) is not None:
        return False
    begun = _is_begun(current, former, new)
    if begun is None:
        watched = ", ".join(each.board for each in settings.boards) or "none"
        raise UserError(
            f"{former} is not watched and has no history; the watched boards are: {watched}"
        )
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


def _move(current: State, settings: Settings, former: str, address: Address) -> WatchedBoard:
    """Write the move to the file and the database. Return the new board as configured.

    The database commits last, so that a file that cannot be edited leaves both unchanged.
    """
    from monitor.config.file import move_board
    from monitor.rounds.new_board import begin_move

    if current.no_database():
        return move_board(settings.file, former, address.board)
    # a daemon sees neither half of it before the other
    with current.engine().begin() as connection:
        moved = move_board(settings.file, former, address.board)
        begin_move(connection, former, moved)
    return moved


def _say(current: State, former: str, moved: WatchedBoard, checked: Checked | None) -> None:
    facts = checked.in_brackets if checked else ""
    typer.echo(f"moved {former} to {moved.board}{facts}: {current.settings.file}")
    if current.no_database():
        typer.echo("there is no history to move yet")
    elif moved.enabled:
        typer.echo(
            "the next check matches the roles of both boards, and sends each channel one message"
        )
    off = moved.off or "it has `enabled = false` there, as the former board had"
    not_read = checked.not_read("watched") if checked else ""
    _warn(not_read, "" if moved.enabled else f"it is not checked: {off}")
