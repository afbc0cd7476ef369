"""The bundled directory of employers: who has which board, and which board an employer had before.

`directory.csv` was put together from public lists of job boards; its first line says when. Of an employer's boards the main one
comes first. A former board is one that its employer left: it may still answer, and says little.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple
from urllib.parse import unquote

from crawler.registry import brand, fold

_DOMAIN = re.compile(r"(?:[a-z0-9][a-z0-9-]*\.)+[a-z]{2,}")
_SHORTEST_PART = 3  # letters of a name that may be part of another
_NEAR = 80.0  # of 100: a slip of the finger or two


class Entry(NamedTuple):
    """A board of the directory."""

    company: str
    board: str
    groups: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    newest: str = ""  # the day of the newest sign of it
    live: bool = True


class Match(NamedTuple):
    """A board that a name may mean; the lower the rank, the surer."""

    entry: Entry
    rank: int

    @property
    def exact(self) -> bool:
        return self.rank < _PART


_NAME_AND_TOKEN, _NAME, _ALIAS, _TOKEN, _PART, _INNER_PART, _SLIP = range(7)


@cache
def entries() -> tuple[Entry, ...]:
    """Every board of the directory."""
    lines = files("crawler").joinpath("directory.csv").read_text(encoding="utf-8").splitlines()
    return tuple(
        Entry(
            row["company"],
            row["board"],
            _listed(row["groups"]),
            _listed(row["aliases"]),
            row["newest"],
            row["state"] == "live",
        )
        for row in csv.DictReader(lines[1:])
    )


def made_on() -> str:
    """The day on which the directory was made, such as "2026-11-28"."""
    with files("crawler").joinpath("directory.csv").open(encoding="utf-8") as file:
        return file.readline().split()[-1]


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())


@cache
def directory() -> Mapping[str, str]:
    """The employer's name of each board, former ones too."""
    return {entry.board: entry.company for entry in entries()}


@cache
def _by_fold() -> Mapping[str, Entry]:
    return {fold(entry.board): entry for entry in entries()}


def employer(board: str) -> str | None:
    """The name of the employer that has or had this board."""
    entry = _by_fold().get(fold(board))
    return entry.company if entry else None


def company_of(board: str) -> str:
    """The employer's name of a board, or what its token says of one: `Acme Labs` for `ashby:Acme%20Labs`."""
    ats, _, token = board.partition(":")
    return employer(board) or (brand(token) if ats == "google" else _label(board)) or token


def spelled(board: str) -> str:
    """The board as the directory spells it: `ashby:ThinkingMachines` for `ashby:thinkingmachines`; as given when it is not there."""
    entry = _by_fold().get(fold(board))
    return entry.board if entry else board


def where_now(board: str) -> str | None:
    """The board that the employer of a former board has now; None for any other board."""
    entry = _by_fold().get(fold(board))
    if entry is None or entry.live:
        return None
    return next(
        (other.board for other in entries() if other.live and other.company == entry.company), None
    )


def other_boards(board: str) -> tuple[str, ...]:
    """Return the live boards of the board's employer but for this one, the main one first."""
    mine = fold(board)
    return tuple(
        entry.board
        for entry in entries()
        if entry.live and entry.company == employer(board) and fold(entry.board) != mine
    )


def domain(board: str) -> str | None:
    """Return the domain of the board's employer, such as "openai.com"; None when none is known."""
    aliases = (
        alias for entry in entries() if entry.company == employer(board) for alias in entry.aliases
    )
    return next(filter(_DOMAIN.fullmatch, aliases), None)


def find(name: str) -> list[tuple[str, str]]:
    """The boards (board, company) that a name may mean, the likeliest first."""
    return [(match.entry.board, match.entry.company) for match in matches(name)]


def matches(name: str) -> list[Match]:
    """The live boards that a name may mean: an employer's name, another name of it, a token, or a part of one; the surest first.

    Case, accents, spaces and punctuation do not count. A name that is in none of them is compared
    with all for slips of the finger. A link, or anything with a colon, is no name.
    """
    wanted = bare(name)
    if not wanted or {":", "/"} & set(name):
        return []
    found: dict[str, Match] = {}
    for entry in entries():
        rank = _rank(wanted, entry)
        if rank is None:
            continue
        for live in _live(entry):
            if live.board not in found or found[live.board].rank > rank:
                found[live.board] = Match(live, rank)
    return sorted(found.values() or _slips(wanted), key=lambda match: match.rank)


def _live(entry: Entry) -> tuple[Entry, ...]:
    """The board itself, or where its employer is now."""
    if entry.live:
        return (entry,)
    now = where_now(entry.board)
    return (_by_fold()[fold(now)],) if now else ()


def bare(name: str) -> str:
    """A name without case, accents, spaces and punctuation: `thinkingmachines` for "Thinking Machines"."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", name).casefold()))


class _Names(NamedTuple):
    company: str
    token: str
    aliases: frozenset[str]


@cache
def _names() -> Mapping[str, _Names]:
    """Return the names of each board, without case and punctuation."""
    return {
        entry.board: _Names(
            bare(entry.company), bare(_label(entry.board)), frozenset(map(bare, entry.aliases))
        )
        for entry in entries()
    }


def _label(board: str) -> str:
    """The part of a token that may be an employer's name: `nvidia` of `workday:nvidia.wd5/NVIDIAExternalCareerSite`."""
    ats, _, token = board.partition(":")
    first = unquote(token.partition("/")[0])
    if ats == "oracle":
        return ""
    return re.sub(r"\.wd[0-9]+$", "", first)


def _rank(wanted: str, entry: Entry) -> int | None:
    names = _names()[entry.board]
    if wanted == names.company:
        return _NAME_AND_TOKEN if wanted == names.token else _NAME
    if wanted in names.aliases:
        return _ALIAS
    if wanted == names.token:
        return _TOKEN
    if len(wanted) < _SHORTEST_PART:
        return None
    called = (names.company, names.token, *names.aliases)
    if any(name.startswith(wanted) for name in called):
        return _PART
    return _INNER_PART if wanted in names.company or wanted in names.token else None


def _slips(wanted: str) -> list[Match]:
    from rapidfuzz import fuzz  # only a name that is nowhere needs it  # noqa: PLC0415

    if len(wanted) <= _SHORTEST_PART:
        return []
    scored = [
        (max(fuzz.ratio(wanted, name) for name in (names.company, *names.aliases)), board)
        for board, names in _names().items()
    ]
    near = sorted((pair for pair in scored if pair[0] >= _NEAR), key=lambda pair: -pair[0])
    live = {entry.board: entry for _, board in near for entry in _live(_by_fold()[fold(board)])}
    return [Match(entry, _SLIP) for entry in live.values()]
