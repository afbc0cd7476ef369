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
_REMOTE: Final = re.compile(r"\bremote\b", re.IGNORECASE)
_EDGES: Final = " ,;:()[]/-\u2013\u2014\u00b7|"
# words beside "remote" that name no place
_FILLER: Final = re.compile(
    r"\b(?:fully|anywhere|friendly|eligible|first|based|work|only|within|from|in|the)\b",
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
    read = [_read(place, remote=workplace == "remote") for place in places if place.strip()]
    if not read:
        return {"remote": "Remote", "hybrid": "Hybrid"}.get(workplace, "")
    names = list(dict.fromkeys(_names(read)))
    more = len(names) - _SHOWN
    shown = ", ".join(names[:_SHOWN]) + (f" +{more}" if more > 0 else "")
    return f"{shown} (hybrid)" if workplace == "hybrid" else shown


def short_names(places: Sequence[str]) -> list[str]:
    """Return the name of each place as `format_places` shows it."""
    return _names([_read(place, remote=False) for place in places if place.strip()])


def _read(place: str, *, remote: bool) -> _Place:
    says_remote = _REMOTE.search(place) is not None
    rest = _FILLER.sub(" ", _REMOTE.sub(" ", place)) if says_remote else place
    full = " ".join(rest.split()).strip(_EDGES)
    first = full.partition(",")[0].strip(_EDGES)
    return _Place(_SHORT_COUNTRIES.get(first.casefold(), first), full, says_remote or remote)


def _names(places: Sequence[_Place]) -> list[str]:
    full_names: dict[str, set[str]] = {}
    for place in places:
        full_names.setdefault(place.name, set()).add(place.full)
    return [_shown(place, ambiguous=len(full_names[place.name]) > 1) for place in places]


def _shown(place: _Place, *, ambiguous: bool) -> str:
    name = place.full if ambiguous else place.name
    if place.remote:
        return f"Remote ({name})" if name else "Remote"
    return name


def split_places(location: str) -> list[str]:
    """Return the single places of a location that is written as one text."""
    return [part.strip() for part in re.split(r"\s*[;|•]\s*|\s+/\s+", location) if part.strip()]


def difference(old: Sequence[str], new: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the places that were dropped and those that were added, each counted once."""
    dropped, added = Counter(old) - Counter(new), Counter(new) - Counter(old)
    return list(dropped), list(added)
