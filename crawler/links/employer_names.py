"""Find the boards that an employer's name may mean, in the bundled directory."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from crawler.links.directory import Entry, employer_label, entries, live_boards
from crawler.links.spellings import without_legal_form
from crawler.read.letters import fold_letters

_SHORTEST_PART = 3  # letters of a part of a name, at least
_SIMILAR = 80.0  # of 100: one or two typing errors
_NAME_AND_TOKEN, _NAME, _ALIAS, _TOKEN, _PART, _INNER_PART, _TYPO = range(7)


class Match(NamedTuple):
    """A board that a name may mean. A lower rank is a better match."""

    entry: Entry
    rank: int

    @property
    def exact(self) -> bool:
        return self.rank < _PART


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
        for live in live_boards(entry):
            if live.board not in best or best[live.board].rank > rank:
                best[live.board] = Match(live, rank)
    return list(best.values())


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
            name_key(employer_label(entry.board)),
            frozenset(map(name_key, entry.aliases)),
            _rests(entry.company),
        )
        for entry in entries()
    }


def _rests(company: str) -> tuple[str, ...]:
    words = [name_key(word) for word in company.split()]
    return tuple("".join(words[first:]) for first in range(1, len(words)))


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
    by_board = {entry.board: entry for entry in entries()}
    live = {entry.board: entry for _, board in similar for entry in live_boards(by_board[board])}
    return [Match(entry, _TYPO) for entry in live.values()]
