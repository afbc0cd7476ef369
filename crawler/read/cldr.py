"""Names of months, countries, cities, zones, currencies and periods in many languages, from CLDR.

`cldr.json` has them. Babel's own data takes 0.4 s and many megabytes to load, for a thousandth of
which we have a use. `cldr_from_babel.py` made the file, and a test compares the two.

Readers load in threads, so each imports `babel` before `babel.core`: of two threads that begin at
either end, each would wait for the other.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

import msgspec

NamedZones = dict[str, tuple[tuple[str, str], ...]]  # regions, with the kind of time, by name


class Units(msgspec.Struct, frozen=True, gc=False):
    """The names of one period of time in all languages."""

    nouns: tuple[str, ...]  # "Monat"
    forms: tuple[str, ...]  # with "per": "pro Monat", "/mies."


class Tables(msgspec.Struct, frozen=True, gc=False):
    """The names. Those of months, weekdays, countries and cities are folded."""

    months: dict[str, int]  # from 1
    weekdays: dict[str, int]  # Monday is 0
    territories: tuple[str, ...]  # codes of two letters
    countries: dict[str, str]  # code by name
    # by country whether 03/04 is March 4; None where the year comes first
    month_first: dict[str, bool | None]
    cities: dict[str, str]  # zone by name
    short_zones: NamedZones
    long_zones: NamedZones
    currencies: dict[str, str]  # English name in lower case, by code
    plural_currencies: dict[str, str]  # code by English name in lower case, with one and with many
    units: dict[str, Units]  # by period


# made by the import: a thread that decodes while another makes the form crashes at half of it
_decoder = msgspec.json.Decoder(Tables)


@lru_cache(maxsize=1)
def tables() -> Tables:
    """Return the names, read once."""
    return _decoder.decode(files("crawler.read").joinpath("cldr.json").read_bytes())
