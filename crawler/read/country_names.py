"""Countries by their names and codes, and by their towns, from CLDR and our own tables."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from babel import core

from crawler.read.countries import (
    codes_by_name,
    country_of_zone,
    territory_codes,
    zones_by_city,
)
from crawler.read.country_codes import (
    NAMES,
    NO_COUNTRIES,
    NO_NAMES,
    REGIONS,
    TOWNS_WITH_REGION,
)
from crawler.read.letters import fold_letters
from crawler.read.towns import SHARED, TOWNS

CODE, ALPHA_3 = 2, 3  # letters of a code


def country_of_code(code: str) -> str | None:
    """Return the country of a code of two or three letters; None if it is of none."""
    if len(code) == ALPHA_3:
        aliases = core.get_global("territory_aliases").get(code, ())
        code = str(aliases[0]) if len(aliases) == 1 else ""
    return code if code in iso_codes() else None


def countries_with_region(code: str) -> frozenset[str]:
    """Return the countries behind whose towns people write this code of a region."""
    return frozenset(country for country, codes in REGIONS.items() if code in codes.split())


@lru_cache(maxsize=1)
def iso_codes() -> frozenset[str]:
    """Return the codes of ISO 3166 with two letters."""
    return territory_codes() - frozenset(NO_COUNTRIES.split())


@lru_cache(maxsize=1)
def countries_by_name() -> dict[str, str]:
    """Return the code of each country by its folded names."""
    own = {name.replace("_", " "): code for code, names in NAMES.items() for name in names.split()}
    of_cldr = {folded(name): code for name, code in codes_by_name().items()}
    names = of_cldr | own
    return {name: names[name] for name in names.keys() - _no_names() if names[name] in iso_codes()}


@lru_cache(maxsize=1)
def countries_by_town() -> dict[str, str]:
    """Return the country of each town by its folded names."""
    by_zone = ((name, country_of_zone(zone)) for name, zone in zones_by_city().items())
    towns = {folded(name): code for name, code in by_zone if code in iso_codes()}
    towns = {name: code for name, code in towns.items() if name not in _no_names()}
    return towns | {name: code for code, names in TOWNS.items() for name in _split(names)}


@lru_cache(maxsize=1)
def shared_towns() -> dict[str, frozenset[str]]:
    """Return the countries that each name of several places may be in."""
    return {
        name: frozenset(codes.split()) for codes, names in SHARED.items() for name in _split(names)
    }


@lru_cache(maxsize=1)
def towns_with_region() -> dict[str, str]:
    """Return the country of each town with the code of its region: "como co" is in Italy."""
    return {name: code for code, names in TOWNS_WITH_REGION.items() for name in _split(names)}


@lru_cache(maxsize=1)
def _no_names() -> frozenset[str]:
    return frozenset(_split(NO_NAMES))


def folded(name: str) -> str:
    """Return a name for comparison: in lower case, without accents and points."""
    return fold_letters(name).replace(".", "").replace("&", "and")


def _split(names: str) -> Iterator[str]:
    return (folded(name.replace("_", " ")) for name in names.split())
