"""The bundled directory of employers with their present and former boards.

`directory.csv` was compiled from public lists of job boards; its first line has the date. The main
board of an employer comes first. An employer has left its former boards: they may still answer, and
list little.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple
from urllib.parse import unquote

from crawler.links.forms import brand, fold
from crawler.registry import is_readable, why_off

_DOMAIN = re.compile(r"(?:[a-z0-9][a-z0-9-]*\.)+[a-z]{2,}")


class Entry(NamedTuple):
    """A board of the directory."""

    company: str
    board: str
    groups: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    newest: str = ""  # the day of its newest known posting
    live: bool = True  # False for a former board


@cache
def entries() -> tuple[Entry, ...]:
    """Return every board of the directory."""
    lines = files("crawler").joinpath("directory.csv").read_text(encoding="utf-8").splitlines()
    # not a DictReader, which takes twice as long: each command that reads the boards waits for it
    rows = csv.reader(lines[2:])
    return tuple(
        Entry(company, board, _split(groups), _split(aliases), newest, state == "live")
        for company, board, groups, aliases, newest, state in rows
    )


def groups_of_employers() -> tuple[str, ...]:
    """Return the names of the groups, such as "ai-labs"."""
    return tuple(sorted({group for entry in entries() for group in entry.groups}))


def boards_in(groups: Collection[str]) -> list[Entry]:
    """Return the live boards of these groups that can be read without turning their ATS on."""
    return [
        entry
        for entry in entries()
        if entry.live
        and not set(groups).isdisjoint(entry.groups)
        and is_readable(entry.board)
        and not why_off(entry.board.partition(":")[0])
    ]


def _split(text: str) -> tuple[str, ...]:
    if not text:
        return ()
    return tuple(part.strip() for part in text.split(";") if part.strip())


@cache
def companies_by_board() -> Mapping[str, str]:
    """Return the employer's name of each board, with former boards."""
    return {entry.board: entry.company for entry in entries()}


@cache
def _by_folded_board() -> Mapping[str, Entry]:
    return {fold(entry.board): entry for entry in entries()}


def employer(board: str) -> str | None:
    """Return the name of the employer that has or had this board. None if it is not listed."""
    entry = _by_folded_board().get(fold(board))
    return entry.company if entry else None


def company_of(board: str) -> str:
    """Return the employer's name, else that in the token: `Acme Labs` for `ashby:Acme%20Labs`."""
    ats, _, token = board.partition(":")
    return employer(board) or (brand(token) if ats == "google" else employer_label(board)) or token


def directory_spelling(board: str) -> str:
    """Return the board in the directory's spelling, or as given if it is not listed.

    `ashby:ThinkingMachines` for `ashby:thinkingmachines`
    """
    entry = _by_folded_board().get(fold(board))
    return entry.board if entry else board


def current_board(board: str) -> str | None:
    """Return the current board of the employer of a former board. None for any other board."""
    entry = _by_folded_board().get(fold(board))
    if entry is None or entry.live:
        return None
    return next(
        (other.board for other in entries() if other.live and other.company == entry.company), None
    )


def other_boards(board: str) -> tuple[str, ...]:
    """Return the employer's other live boards, the main one first."""
    folded = fold(board)
    return tuple(
        entry.board
        for entry in entries()
        if entry.live and entry.company == employer(board) and fold(entry.board) != folded
    )


def employer_domain(board: str) -> str | None:
    """Return the domain of the board's employer, such as "openai.com". None if it is unknown."""
    aliases = (
        alias for entry in entries() if entry.company == employer(board) for alias in entry.aliases
    )
    return next(filter(_DOMAIN.fullmatch, aliases), None)


def live_boards(entry: Entry) -> tuple[Entry, ...]:
    """Return the board itself if it is live, else its employer's current board."""
    if entry.live:
        return (entry,)
    now = current_board(entry.board)
    return (_by_folded_board()[fold(now)],) if now else ()


def employer_label(board: str) -> str:
    """Return the part of a token that may be an employer's name, or "".

    `nvidia` for `workday:nvidia.wd5/NVIDIAExternalCareerSite`
    """
    return "" if board.startswith("oracle:") else token_label(board)


def token_label(board: str) -> str:
    """Return the first segment of a token, without the number of a Workday host."""
    first = unquote(board.partition(":")[2].partition("/")[0])
    return re.sub(r"\.wd[0-9]+$", "", first)
