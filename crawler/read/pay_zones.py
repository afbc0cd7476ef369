"""Find the pay zone of a place by the zones' titles."""

from __future__ import annotations

import re
from collections.abc import Sequence

from crawler.read.place import is_work_model

# keys as `_key` makes them
_ALSO = {
    "new york": ("ny", "nyc", "city new york"),
    "francisco san": ("sf",),
    "angeles los": ("la",),
}
_COUNTRIES = {
    "usa": "us",
    "united states": "us",
    "united states of america": "us",
    "u.s.": "us",
    "united kingdom": "uk",
    "great britain": "uk",
}
# other names of two letters are states, which resemble short names of cities
_SHORT = frozenset({"us", "uk", "eu"})
_APART = re.compile(
    r"\b(?:outside|except|excluding|excl|not|non|other|rest|without|elsewhere)\b", re.IGNORECASE
)
_SEPARATOR = re.compile(r"[/,;|&+()\[\]:\u2013\u2014]|\s-\s|\b(?:or|and)\b")


def named_in(titles: Sequence[str], place: str, address: Sequence[str]) -> list[int]:
    """Return the indexes of the titles that name the place. Empty if none does.

    The most exact name that any title has decides: the whole place, the city, then the rest.

    `address` has the city, the region and the country of the place, if they are known.
    """
    parts = [_parts(title) for title in titles]
    for names in _names(place, address):
        matching = [index for index, title in enumerate(parts) if title & names]
        if matching:
            return matching
    return []


def _parts(title: str) -> set[str]:
    """Return the single names in a title. Empty for a title with an exception ("outside NYC")."""
    return (
        set()
        if _APART.search(title)
        else {_key(part) for part in _SEPARATOR.split(title.casefold())} - {""}
    )


def _names(place: str, address: Sequence[str]) -> list[set[str]]:
    """Return the names of a place, most exact first: all of it, its city, region and country."""
    city, *around = [part for part in _SEPARATOR.split(place.casefold()) if part.strip()] or [""]
    cities = {_key(name) for name in (city, *address[:1]) if name and not is_work_model(name)}
    wider = {_key(name) for name in (*around, *address[1:])}
    return [
        {_key(place.casefold())},
        cities | {name for city in cities for name in _ALSO.get(city, ())},
        {name for name in wider if len(name) > len("CA") or name in _SHORT},
    ]


def _key(name: str) -> str:
    """Return a name for comparison: one spelling of each country, words sorted."""
    plain = " ".join(re.sub(r"[^\w.' ]", " ", name.casefold()).split())
    plain = _COUNTRIES.get(plain, plain)
    return " ".join(sorted(plain.split()))
