"""Find the board that a careers page links to. Its boards are checked before one is added."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import typer

from crawler.links.address import parse
from crawler.links.directory import company_of
from crawler.registry import is_readable, title
from monitor.cli.board_checks import Checked, check_boards
from monitor.cli.choosing import SHOWN, Candidate, choose
from monitor.cli.named_board import Found, moved, readable
from monitor.config.entries import ats_off
from monitor.errors import UserError

if TYPE_CHECKING:
    from crawler.links.careers_page import PageBoards
    from monitor.cli.common import State
    from monitor.config.model import Settings


def board_on_page(url: str, current: State, *, check: bool) -> Found:
    """Return the one board of a careers page, or the one that a person chooses.

    The person is asked where there are several, or where the one may be another employer's. A board
    that the ATS does not know is left out. Raises UserError, also for a board that cannot be
    checked now.
    """
    settings = current.settings
    with current.busy("reading the page"):
        page = asyncio.run(_read(url, settings))
    checks = _checks(page.boards[:SHOWN], current) if check else {}
    there = [board for board in page.boards if board not in checks or not checks[board].unknown]
    board = _picked(url, page, there, checks)
    if check and board not in checks:
        checks = _checks([board], current)
    return Found(readable(parse(board)), _read_now(url, checks.get(board)))


async def _read(url: str, settings: Settings) -> PageBoards:
    """Return the boards that a careers page leads to, one at least. Raises UserError."""
    from crawler.links.careers_page import PageUnreadable, boards_on

    try:
        found = await boards_on(url.strip(), settings.crawl.contact)
    except PageUnreadable as error:
        raise UserError(str(error)) from error
    if not found.boards and found.ats:
        raise UserError(
            f"{url} has jobs of {title(found.ats)} and does not name their board: give "
            f"{found.ats}:TOKEN"
        )
    if not found.boards:
        raise UserError(
            f"{url} links to no board that rolewatch knows: give the address of one of its jobs, "
            "or ats:token"
        )
    return found


def _checks(boards: Sequence[str], current: State) -> dict[str, Checked]:
    """Check the boards that can be read and are not watched. Return the results by board."""
    settings = current.settings
    asked = [
        board
        for board in boards
        if is_readable(board)
        and settings.board(board) is None
        and not ats_off(settings.ats, board.partition(":")[0])
    ]
    with current.busy("checking"):
        results = asyncio.run(check_boards(asked, settings, current.holds()))
    return {checked.board: checked for checked in results}


def _picked(url: str, page: PageBoards, there: Sequence[str], checks: Mapping[str, Checked]) -> str:
    """Return the one board, or the chosen one. Raises UserError."""
    unknown = [_unknown(checks[board]) for board in page.boards if board not in there]
    if not there:
        raise UserError(
            f"{url} links to no board that answers: {'; '.join(unknown)}; give the address of one "
            "of its jobs, or ats:token"
        )
    for line in unknown:
        typer.echo(f"left out: {line}", err=True)
    if (len(there) == 1 and page.is_sure) or not any(map(is_readable, there)):
        return there[0]
    chosen = choose(url, [Candidate(board, _facts(board, checks.get(board))) for board in there])
    return chosen.board if chosen else ""


def _read_now(url: str, checked: Checked | None) -> Checked | None:
    """Return the check of the picked board. Raises UserError if it brought no list."""
    if checked is None or checked.answers:
        return checked
    if checked.unknown:
        raise UserError(f"{url} links to a board that does not answer: {_unknown(checked)}")
    raise UserError(
        f"{url} links to {checked.board}, which cannot be checked now ({checked.trouble}): try "
        f"again later, or add it all the same: `rolewatch boards add {checked.board}`"
    )


def _unknown(checked: Checked) -> str:
    ats = title(checked.board.partition(":")[0])
    return moved(checked.board) or f"{ats} knows no board {checked.board} ({checked.unknown})"


def _facts(board: str, checked: Checked | None) -> str:
    """Return what is known of a board of the page."""
    if not is_readable(board):
        return f"rolewatch cannot read {title(board.partition(':')[0])} boards yet"
    if checked is None:
        return company_of(board)
    return checked.facts or f"not readable now: {checked.trouble}"
