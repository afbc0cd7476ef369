"""Read the countries of a posting's places, where the text makes them clear.

A place is a list of names: "Austin, TX, USA". Each name can mean some countries. A name behind
another one narrows it: "Cambridge" may be in two countries, "Cambridge, MA" is in one. A state or a
country behind a town of that name elsewhere replaces it: "Paris, Texas". Names that do not belong
together are several places: "US, Canada". "Remote", "Cambridge" and "EMEA" give no country.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from crawler.read.countries import country_of_zone, state_key, zones_by_state
from crawler.read.country_codes import (
    COUNTRIES_FIRST,
    RARE_ALONE,
    RARE_COUNTRIES,
    STATE_OR_OTHER,
    STATES_FIRST,
    TERRITORIES,
    UNCLEAR,
)
from crawler.read.country_names import (
    ALPHA_3,
    CODE,
    countries_by_name,
    countries_by_town,
    countries_with_region,
    country_of_code,
    folded,
    iso_codes,
    shared_towns,
    towns_with_region,
)
from crawler.read.place import places

_LONGEST = 1000  # characters of a place
_PARTING = re.compile(
    r"[,;:()\[\]|•·+/]|\s[-\u2013\u2014]+\s|(?<=^[A-Z]{2})-|(?<=^[A-Z]{3})-"
    r"|(?<=^[A-Z]{2}-[A-Z]{2})-|\.(?=\w\w)"
)
# in one, "SE" and "NE" are directions
_STREET = re.compile(
    r"\s*[0-9]\S*\s+\S|\b(?:[0-9]+(?:st|nd|rd|th)|street|ave|avenue|blvd|boulevard|road|rd|highway)\b",
    re.IGNORECASE,
)
# "ON" is no Ontario there, "AT" no Austria, and "CAN BE" neither Canada nor Belgium
_WITH_CODE = re.compile(
    r"(?<![^\W_])(?:on[- ]site|in[- ](?:office|person)|at[- ]home|co[- ]working"
    r"|no[- ](?:remote|relocation|travel|visa|sponsorship)"
    r"|(?:can|may|must|to) be|you can)"
    r"(?![^\W_])",
    re.IGNORECASE,
)
_AND = re.compile(r"\s(?:and|or|&)\s")
_PREFIX = re.compile(r"[A-Z]{2,3}\s?[-\u2013\u2014:]\s")  # "CH - Shanghai": maybe an employer's own
_DIRECTIONS = frozenset({"NE", "NW", "SE", "SW"})  # before a name: "SE London"
_NOISE = re.compile(
    r"(?<![^\W_])(?:(?i:remote(?:ly)?|hybrid|on-?site|in-?office|home[- ]based|office|based|greater"
    r"|area|metro(?:politan)?|region|only|anywhere|within|the|continental|city of|hub|all of)"
    r"|in|[0-9][0-9-]*)(?![^\W_])"
)


class _Kind(IntEnum):
    TOWN = 0
    STATE = 1
    COUNTRY = 2


@dataclass(frozen=True, slots=True)
class _Name:
    """The countries that one name can mean. `clear` is the one that it means by itself, if any."""

    kind: _Kind
    codes: frozenset[str]
    clear: str | None


def country_codes(locations: Iterable[str]) -> tuple[str, ...]:
    """Return the ISO 3166 codes of the places in their order, each once. Empty if none is clear."""
    return tuple(dict.fromkeys(code for place in locations for code in _codes_of(place)))


# so many that a whole history can be labeled again: boards write the same places differently
@lru_cache(maxsize=20_000)
def _codes_of(location: str) -> tuple[str, ...]:
    return tuple(code for place in places(location[:_LONGEST]) for code in _codes_of_place(place))


def _codes_of_place(place: str) -> Iterator[str]:
    parts = _PARTING.split(_WITH_CODE.sub(" ", place))
    streets = {_bare(part) for part in parts if _STREET.search(part)}
    pieces = [piece for part in parts if (piece := _bare(part))]
    joined = " ".join(map(folded, pieces))
    if joined in UNCLEAR:
        return
    if code := towns_with_region().get(joined):
        yield code
        return
    if _is_country_first(pieces):
        yield pieces[0]
        return
    words = [
        word for piece in pieces for word in ([piece] if piece in streets else _names_in(piece))
    ]
    known = [name for word in words if (name := _name(word, alone=len(words) == 1))]
    if _PREFIX.match(place) and _contradict(known[:1], known[1:]):
        known = known[1:]
    for group in _groups(known):
        if group.clear is not None:
            yield group.clear


def _contradict(prefix: Sequence[_Name], names: Sequence[_Name]) -> bool:
    """Return True if a town behind a prefix, with its country, is in another country."""
    countries = {group.clear for group in _groups(names)} - {None}
    has_town = any(name.kind is _Kind.TOWN for name in names)
    return has_town and bool(countries) and all(name.codes.isdisjoint(countries) for name in prefix)


def _is_country_first(pieces: Sequence[str]) -> bool:
    """Return True for a country's code, a region's code and a town: "IN, TN, Chennai"."""
    return [_is_code(piece) for piece in pieces] == [True, True, False] and pieces[0] in iso_codes()


def _bare(piece: str) -> str:
    return " ".join(_NOISE.sub(" ", piece).split()).strip(" .-\u2013\u2014*")


def _names_in(piece: str) -> Iterator[str]:
    """Return the piece, or its parts if it is unknown: "US and Canada", "Fort Worth TX"."""
    if _name(piece, alone=False) is not None:
        yield piece
        return
    for part in _AND.split(piece):
        words = part.split()
        last = words.pop() if len(words) > 1 and _is_code(words[-1]) else ""
        first = words.pop(0) if len(words) > 1 and _is_code(words[0]) else ""
        first = "" if first in _DIRECTIONS else first
        town = [" ".join(words)]
        if first and len(words) > 1 and _is_code(words[0]):  # "USA VA Chantilly"
            town = [words[0], " ".join(words[1:])]
        yield from filter(None, (first, *town, last))


def _is_code(word: str) -> bool:
    return len(word) in {CODE, ALPHA_3} and word.isascii() and word.isupper()


def _groups(names: Iterable[_Name]) -> Iterator[_Name]:
    """Join the names that belong together: a town, its state and its country."""
    group: _Name | None = None
    for name in names:
        joined = name if group is None else _joined(group, name)
        if joined is None and group is not None:
            yield group
        group = joined or name
    if group is not None:
        yield group


def _joined(group: _Name, name: _Name) -> _Name | None:
    """Return what the two names mean together, or None if they are two places."""
    common = group.codes & name.codes
    kind = max(group.kind, name.kind)
    if common:
        code = next(iter(common)) if len(common) == 1 else None
        return _Name(kind, common, code or (name.clear if name.clear in common else None))
    for inner, outer in ((group, name), (name, group)):
        if inner.clear in TERRITORIES.get(outer.clear or "", "").split():
            return inner
    if group.kind < name.kind:  # "Paris, Texas"
        return name
    if name.kind is _Kind.STATE:  # "Lebanon, New Hampshire" or "Canada, Texas"
        return _Name(kind, frozenset(), None)
    return None


@lru_cache(maxsize=20_000)  # of the parts of those places
def _name(written: str, *, alone: bool) -> _Name | None:
    """Return what a name or code can mean; None if it is unknown."""
    name_key = folded(written)
    if codes := STATE_OR_OTHER.get(name_key):
        return _Name(_Kind.STATE, codes, None)
    if codes := shared_towns().get(name_key):
        return _Name(_Kind.TOWN, codes, None)
    if _is_code(written) and (name := _of_code(written, alone=alone)):
        return name
    if code := countries_by_name().get(name_key):
        return _Name(_Kind.COUNTRY, frozenset({code}), code)
    if zone := zones_by_state().get(state_key(written)):
        return _clear(_Kind.STATE, country_of_zone(zone))
    return _clear(_Kind.TOWN, countries_by_town().get(name_key))


def _clear(kind: _Kind, code: str | None) -> _Name | None:
    return _Name(kind, frozenset({code}), code) if code else None


def _of_code(code: str, *, alone: bool) -> _Name | None:
    """Return what a code in capitals can mean; None if it is unknown."""
    zone = zones_by_state().get(code)
    state = country_of_zone(zone) if zone else None
    country = country_of_code(code)
    codes = frozenset(filter(None, (state, country)))
    if not codes:
        return None
    kind = _Kind.STATE if state else _Kind.COUNTRY
    clear = _clear_meaning(code, state, country, alone=alone)
    return _Name(kind, codes | countries_with_region(code), clear)


def _clear_meaning(code: str, state: str | None, country: str | None, *, alone: bool) -> str | None:
    """Return the country of a code. "CA" is California behind a town, and unclear alone."""
    if not state or not country:
        is_rare = code in RARE_COUNTRIES.split() or (alone and code in RARE_ALONE.split())
        return None if is_rare else state or country
    if not alone and code in STATES_FIRST.split():
        return state
    return country if not alone and code in COUNTRIES_FIRST.split() else None
