"""Ask the person at a terminal which board is meant."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NamedTuple

import typer

from monitor.errors import UserError

SHOWN = 9  # candidates in a list that somebody reads


class Candidate(NamedTuple):
    """A board that may be meant."""

    board: str
    facts: str  # its employer, or what a check of it brought

    def __str__(self) -> str:
        return f"{self.board} ({self.facts})" if self.facts else self.board


def is_terminal() -> bool:
    """Return True if a person can be asked."""
    return sys.stdin.isatty()


def choose(
    text: str, candidates: Sequence[Candidate], *, otherwise: str = "", advice: str = ""
) -> Candidate | None:
    """Return the candidate that a person chooses, or None for `otherwise`, which is listed last.

    Raises UserError if none is chosen. Without a terminal it has the candidates and the advice.
    """
    shown = list(map(str, candidates[:SHOWN]))
    left = len(candidates) - len(shown)
    if not is_terminal():
        more = f" and {left} more" if left else ""
        raise UserError(
            f"{text!r} may mean {', '.join(shown)}{more}: give the board that you mean{advice}"
        )
    for number, line in enumerate([*shown, *filter(None, [otherwise])], 1):
        typer.echo(f"{number}  {line}")
    if left:
        typer.echo(f"{left} more are not listed: give more of the name, or ats:token")
    answer = _answer(f"Which board is “{text}”? Its number, or nothing to choose none")
    if otherwise and answer == str(len(shown) + 1):
        return None
    if not answer.isascii() or not answer.isdigit() or not 1 <= int(answer) <= len(shown):
        raise UserError("no board was chosen: nothing was changed")
    return candidates[int(answer) - 1]


def _answer(question: str) -> str:
    """Return what the person types; "" for Ctrl-C and for the end of the input."""
    try:
        return str(typer.prompt(question, default="", show_default=False)).strip()
    except typer.Abort:
        typer.echo()  # the message of the refusal stands on a line of its own
        return ""


def agrees(question: str) -> bool:
    """Return True if a person at a terminal says yes. False at Ctrl-C and without a terminal."""
    try:
        return is_terminal() and typer.confirm(question)
    except typer.Abort:
        typer.echo()
        return False
