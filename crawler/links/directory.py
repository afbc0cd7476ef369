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
from crawler.links.spellings import without_legal_form
from crawler.read.letters import fold_letters
from crawler.registry import is_readable, why_off

_DOMAIN = re.compile(r"(?:[a-z0-9][a-z0-9-]*\.)+[a-z]{2,}")
_SHORTEST_PART = 3  # letters of a part of a name, at least
_SIMILAR = 80.0  # of 100: one or two typing errors


class Entry(NamedTuple):
    """A board of the directory."""

    company: str
    board: str
    groups: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    newest: str = ""  # the day of its newest known posting
    live: bool = True  # False for a former board


class Match(NamedTuple):
    """A board that a name may mean. A lower rank is a better match."""

    entry: Entry
    rank: int

    @property
    def exact(self) -> bool:
        return self.rank < _PART


_NAME_AND_TOKEN, _NAME, _ALIAS, _TOKEN, _PART, _INNER_PART, _TYPO = range(7)


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
    return employer(board) or (brand(token) if ats == "google" else _label(board)) or token


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


def search_by_name(name: str) -> list[Match]:
    """Return the live boards that a name may mean, best match first.

    It may be a name or alias of an employer, a token, or a part of one. Case, accents, spaces,
    punctuation and a legal form do not count. Without a match, similar names are tried, for typing
    errors. A text with a colon or slash is not a name.
    """
    key = name_key(name)
    if not key or {":", "/"} & set(name):
        return []
    matches = _matches(key)
    if not any(match.exact for match in matches):
        bare = _matches(name_key(without_legal_form(name)))
        matches = bare if any(match.exact for match in bare) else matches
    return sorted(matches or _similar_names(key), key=lambda match: match.rank)


def _matches(key: str) -> list[Match]:
    """Return the live boards of employers whose names equal the key or have it as a part."""
    best: dict[str, Match] = {}
    for entry in entries():
        rank = _rank(key, entry)
        if rank is None:
            continue
        for live in _live(entry):
            if live.board not in best or best[live.board].rank > rank:
                best[live.board] = Match(live, rank)
    return list(best.values())


def _live(entry: Entry) -> tuple[Entry, ...]:
    """Return the board itself if it is live, else its employer's current board."""
    if entry.live:
        return (entry,)
    now = current_board(entry.board)
    return (_by_folded_board()[fold(now)],) if now else ()


def name_key(name: str) -> str:
    """Return the letters and digits of a name, folded: `thinkingmachines`."""
    return "".join(filter(str.isalnum, fold_letters(name)))


class _Names(NamedTuple):
    company: str
    token: str
    aliases: frozenset[str]
    rests: tuple[str, ...]  # of the company's name, from its second word on, from its third, …


@cache
def _names() -> Mapping[str, _Names]:
    """Return the keys of the names of each board."""
    return {
        entry.board: _Names(
            name_key(entry.company),
            name_key(_label(entry.board)),
            frozenset(map(name_key, entry.aliases)),
            _rests(entry.company),
        )
        for entry in entries()
    }


def _rests(company: str) -> tuple[str, ...]:
    words = [name_key(word) for word in company.split()]
    return tuple("".join(words[first:]) for first in range(1, len(words)))


def _label(board: str) -> str:
    """Return the part of a token that may be an employer's name, or "".

    `nvidia` for `workday:nvidia.wd5/NVIDIAExternalCareerSite`
    """
    return "" if board.startswith("oracle:") else token_label(board)


def token_label(board: str) -> str:
    """Return the first segment of a token, without the number of a Workday host."""
    first = unquote(board.partition(":")[2].partition("/")[0])
    return re.sub(r"\.wd[0-9]+$", "", first)


def _rank(key: str, entry: Entry) -> int | None:
    names = _names()[entry.board]
    if key == names.company:
        return _NAME_AND_TOKEN if key == names.token else _NAME
    if key in names.aliases:
        return _ALIAS
    if key == names.token:
        return _TOKEN
    if len(key) < _SHORTEST_PART:
        return None
    all_names = (names.company, names.token, *names.aliases)
    if any(name.startswith(key) for name in all_names):
        return _PART
    return _INNER_PART if any(rest.startswith(key) for rest in names.rests) else None


def _similar_names(key: str) -> list[Match]:
    from rapidfuzz import fuzz  # noqa: PLC0415  # rarely needed

    if len(key) <= _SHORTEST_PART:
        return []
    scored = [
        (max(fuzz.ratio(key, name) for name in (names.company, *names.aliases)), board)
        for board, names in _names().items()
    ]
    similar = sorted((pair for pair in scored if pair[0] >= _SIMILAR), key=lambda pair: -pair[0])
    live = {
        entry.board: entry
        for _, board in similar
        for entry in _live(_by_folded_board()[fold(board)])
    }
    return [Match(entry, _TYPO) for entry in live.values()]
