"""Try an employer's name as a token on the ATS where a token is often the name."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import typer

from crawler.links.address import parse
from crawler.links.forms import board_page
from crawler.links.spellings import TRIED, boards_to_try, same_name
from crawler.registry import title
from monitor.cli import choosing
from monitor.cli.board_checks import Checked, check_boards
from monitor.cli.named_board import Found
from monitor.config.entries import ats_off
from monitor.errors import UserError

if TYPE_CHECKING:
    from monitor.cli.common import State


def board_by_trying(name: str, current: State) -> Found:
    """Return the board that answers by the employer's name.

    A person at a terminal always chooses, since it may be another firm of that name. Without a
    terminal it has to be the only one. Raises UserError.
    """
    settings = current.settings
    off = {ats: ats_off(settings.ats, ats) for ats in TRIED}
    boards = [board for ats in TRIED if not off[ats] for board in boards_to_try(ats, name)]
    with current.busy("asking Greenhouse, Ashby and Lever"):
        checks = asyncio.run(check_boards(boards, settings, current.holds()))
    unasked = {ats: f"it is off: {why}" for ats, why in off.items() if why}
    unasked |= {_ats(checked): checked.trouble for checked in checks if checked.trouble}
    answering = [checked for checked in checks if checked.answers]
    if not answering:
        raise UserError(_nothing(name, boards, unasked))
    checked = _meant(name, answering, unasked)
    return Found(parse(checked.board), checked)


def _ats(checked: Checked) -> str:
    return checked.board.partition(":")[0]


def _meant(name: str, answering: Sequence[Checked], unasked: Mapping[str, str]) -> Checked:
    """Return the one board, or the chosen one. Raises UserError."""
    only = answering[0]
    if (
        not choosing.is_terminal()
        and len(answering) == 1
        and not unasked
        and (not only.company or same_name(only.company, name))
    ):
        return only
    trouble = _sentence(unasked)
    if trouble and choosing.is_terminal():
        typer.echo(trouble, err=True)
    candidates = [
        choosing.Candidate(checked.board, f"{checked.facts}, {board_page(checked.board)}")
        for checked in answering
    ]
    chosen = choosing.choose(name, candidates, advice=f"; {trouble}" if trouble else "")
    return next(one for one in answering if chosen and one.board == chosen.board)


def _nothing(name: str, boards: Sequence[str], unasked: Mapping[str, str]) -> str:
    """Return a sentence that says which boards do not exist, and what could not be asked."""
    missing = [board for board in boards if board.partition(":")[0] not in unasked]
    if not missing:
        return (
            f"{name!r} could not be tried: {_sentence(unasked)}; try again later, or give ats:token"
        )
    todo = "give the address of its board or careers page, or ats:token"
    if unasked:
        todo = f"{_sentence(unasked)}; try again later, or {todo}"
    return f"no board of {name!r} was found, and these do not exist: {', '.join(missing)}; {todo}"


def _sentence(unasked: Mapping[str, str]) -> str:
    """Return which ATS could not be asked, and why. "" if all answered."""
    return "; ".join(f"{title(ats)} could not be asked ({why})" for ats, why in unasked.items())
