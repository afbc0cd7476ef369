"""Places as people write them: `London, Zurich +3`, `Remote (US)`, `London (hybrid)`. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

_SHOWN: Final = 2  # places that are named
_SHORT_COUNTRIES: Final = {
    "united states of america": "US",
    "united states": "US",
    "usa": "US",
    "u.s.": "US",
    "united kingdom": "UK",
    "great britain": "UK",
}
_REMOTE: Final = re.compile(r"\bremote(?:[\s-]+first)?\b", re.IGNORECASE)
_NOT_REMOTE: Final = re.compile(r"\b(?:no|not|non)[\s-]+remote\b", re.IGNORECASE)
_EDGES: Final = " ,;:/-\u2013\u2014\u00b7|"
_BRACKETS: Final = {"(": ")", "[": "]"}
_EMPTY_BRACKETS: Final = re.compile(r"\([\s,;/-]*\)|\[[\s,;/-]*\]")
# a comma within brackets separates no parts of a place
_COMMA: Final = re.compile(r",(?![^(\[]*[)\]])")
# words beside "remote" that name no place
_FILLER: Final = re.compile(
    r"\b(?:fully|anywhere|friendly|eligible|based|work|only|travel[\s-]required"
    r"|(?:within|from|in)(?:\s+the)?)\b",
    re.IGNORECASE,
)


class _Place(NamedTuple):
    name: str  # "London"; empty for a remote role without a place
    full: str  # "London, England, United Kingdom"
    remote: bool


def format_places(places: Sequence[str], workplace: str = "") -> str:
    """Return at most two places, each up to its first comma, and how many more there are.

    Two places of one name keep what tells them apart. `workplace` is remote, hybrid, onsite or
    empty; on-site is not said. Empty without any of both.
    """
    read = _all_read(places, remote=workplace == "remote")
    if not read:
        return {"remote": "Remote", "hybrid": "Hybrid"}.get(workplace, "")
    names = list(dict.fromkeys(_names(read)))
    more = len(names) - _SHOWN
    shown = ", ".join(names[:_SHOWN]) + (f" +{more}" if more > 0 else "")
    says_hybrid = workplace == "hybrid" and "hybrid" not in shown.casefold()
    return f"{shown} (hybrid)" if says_hybrid else shown


def _all_read(places: Sequence[str], *, remote: bool = False) -> list[_Place]:
    """Return the places that say something."""
    read = [_read(place, remote=remote) for place in places]
    return [place for place in read if place.name or place.remote]


def _read(place: str, *, remote: bool) -> _Place:
    place = _NOT_REMOTE.sub(" ", place)
    says_remote = _REMOTE.search(place) is not None
    rest = _FILLER.sub(" ", _REMOTE.sub(" ", place)) if says_remote else place
    full = _trimmed(_EMPTY_BRACKETS.sub(" ", rest))
    first = _trimmed(_COMMA.split(full, maxsplit=1)[0])
    name = _SHORT_COUNTRIES.get(first.casefold(), first)
    return _Place(name, name if full == first else full, says_remote or (remote and bool(full)))


def _trimmed(text: str) -> str:
    """Return the text without separators at its ends, and without brackets around it."""
    text = " ".join(text.split()).strip(_EDGES)
    closing = _BRACKETS.get(text[:1])
    if closing is not None and text.find(closing) == len(text) - 1:
        return _trimmed(text[1:-1])
    return text


def _names(places: Sequence[_Place]) -> list[str]:
    full_names: dict[str, set[str]] = {}
    for place in places:
        full_names.setdefault(place.name.casefold(), set()).add(place.full.casefold())
    return [_shown(place, ambiguous=len(full_names[place.name.casefold()]) > 1) for place in places]


def _shown(place: _Place, *, ambiguous: bool) -> str:
    name = place.full if ambiguous else place.name
    if place.remote:
        return f"Remote ({name})" if name else "Remote"
    return name


def split_places(location: str) -> list[str]:
    """Return the single places of a location that is written as one text."""
    return [part.strip() for part in re.split(r"\s*[;|•]\s*|\s+/\s+", location) if part.strip()]


def difference(old: Sequence[str], new: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the names of the places that were dropped and of those that were added.

    A bare name is the same place as the first of that name which says more: `London` and
    `London, UK`.
    """
    before, after = _all_read(old), _all_read(new)
    names = dict(zip([*before, *after], _names([*before, *after]), strict=True))
    dropped = _without(before, after)
    added = _without(after, before)
    for place in list(dropped):
        same = next((other for other in added if _is_same(place, other)), None)
        if same is not None:
            dropped.remove(place)
            added.remove(same)
    return [names[place] for place in dropped], [names[place] for place in added]


def _without(places: Sequence[_Place], others: Sequence[_Place]) -> list[_Place]:
    """Return the places that are not among the others, as often as they are missing there."""
    return list((Counter(places) - Counter(others)).elements())


def _is_same(place: _Place, other: _Place) -> bool:
    """Return whether two places of one name may be the same, since one of them is bare."""
    one_name = (place.name.casefold(), place.remote) == (other.name.casefold(), other.remote)
    return one_name and (place.full == place.name or other.full == other.name)
