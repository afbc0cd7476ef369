"""Make `cldr.json` from Babel's data: `python -m crawler.read.cldr_from_babel`, after an upgrade.

A name that two countries, cities or months have belongs to the first, in the order of `LANGUAGES`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import product
from pathlib import Path

import msgspec
from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.numbers import get_currency_name

from crawler.read.cldr import NamedZones, Tables, Units
from crawler.read.currencies import codes
from crawler.read.letters import fold_letters

LANGUAGES = ("en", "de", "fr", "es", "nl", "pl", "cs", "sv", "da", "nb", "ro", "it", "pt", "fi")
_PERIODS = ("hour", "day", "week", "month", "year")
_ZONE_LOCALES = (
    "en en_GB en_IE en_AU en_NZ en_IN en_SG en_MY en_HK en_ZA en_KE en_NG en_AE id de ja"
)
_COUNTRY_CODE = 2  # letters
_WORLD = "001"  # the country of the zone UTC
_SHORTEST_NAME = 3  # letters of a month or weekday
_WITHOUT_UNITS = frozenset({"fi"})


def make_tables() -> Tables:
    """Return the names as the installed Babel has them."""
    territories = tuple(
        sorted(code for code in map(str, Locale("en").territories) if len(code) == _COUNTRY_CODE)
    )
    return Tables(
        months=_months(),
        weekdays=_weekdays(),
        territories=territories,
        countries=_countries(territories),
        month_first=dict(_month_first((*territories, _WORLD))),
        cities=_cities(),
        short_zones=_short_zones(),
        long_zones=_long_zones(),
        currencies={code: name.casefold() for code, name in _currencies().items()},
        plural_currencies=_plural_currencies(),
        units={period: _units(period) for period in _PERIODS},
    )


def _months() -> dict[str, int]:
    numbers: dict[str, int] = {}
    for language in LANGUAGES:
        for form, width in product(("format", "stand-alone"), ("wide", "abbreviated")):
            for number, written in Locale(language).months[form][width].items():
                name = written.rstrip(".")
                if len(name) >= _SHORTEST_NAME:
                    numbers.setdefault(name.casefold(), number)
                    numbers.setdefault(fold_letters(name), number)
    return numbers


def _weekdays() -> dict[str, int]:
    numbers: dict[str, int] = {}
    for language in LANGUAGES:
        for width in ("wide", "abbreviated"):
            for number, written in Locale(language).days["format"][width].items():
                name = written.rstrip(".")
                if len(name) >= _SHORTEST_NAME:
                    numbers.setdefault(name.casefold(), number)
    return numbers


def _countries(territories: Collection[str]) -> dict[str, str]:
    codes_by_name: dict[str, str] = {}
    for language in LANGUAGES:
        for code, name in Locale(language).territories.items():
            if code in territories:
                codes_by_name.setdefault(fold_letters(name), code)
    return codes_by_name


def _month_first(territories: Collection[str]) -> Iterator[tuple[str, bool | None]]:
    for country in territories:
        try:
            pattern = str(Locale.parse(f"und_{country}").date_formats["short"].pattern)
            is_first = pattern.index("M") < pattern.index("d")
        except (UnknownLocaleError, ValueError):
            continue
        yield country, None if pattern.startswith("y") else is_first


def _cities() -> dict[str, str]:
    cities: dict[str, str] = {}
    for zone in get_global("zone_territories"):
        if "/" in zone and not zone.startswith("Etc/"):
            cities.setdefault(fold_letters(zone.rpartition("/")[2].replace("_", " ")), zone)
    for language in LANGUAGES:
        for zone, names in Locale(language).time_zones.items():
            if "city" in names and zone in get_global("zone_territories"):
                cities.setdefault(fold_letters(names["city"]), zone)
    return cities


def _short_zones() -> NamedZones:
    regions_by_name: dict[str, set[tuple[str, str]]] = {}
    for locale in _ZONE_LOCALES.split():
        for region, names in Locale.parse(locale).meta_zones.items():
            for kind, name in (names.get("short") or {}).items():
                if name.isascii() and name.isupper() and region != "Acre":
                    regions_by_name.setdefault(name, set()).add((region, kind))
    return {name: tuple(sorted(regions)) for name, regions in regions_by_name.items()}


def _long_zones() -> NamedZones:
    regions_by_name: NamedZones = {}
    for region, names in Locale("en").meta_zones.items():
        for kind, name in (names.get("long") or {}).items():
            regions_by_name.setdefault(name.casefold(), ((region, kind),))
    return regions_by_name


def _currencies() -> dict[str, str]:
    names = Locale("en").currencies
    return {code: names[code] for code in sorted(codes()) if code in names}


def _plural_currencies() -> dict[str, str]:
    """Return the code of each name that is more than one word: "swiss francs"."""
    codes_by_name = {}
    for code, written in _currencies().items():
        counted = (get_currency_name(code, count=count, locale="en") for count in (1, 2))
        for name in (written, *counted):
            if " " in name and name.replace(" ", "").isalpha():
                codes_by_name[name.casefold()] = code
    return codes_by_name


def _units(period: str) -> Units:
    """Return the nouns of a period, and its forms with "per", in all languages."""
    nouns: set[str] = set()
    forms: set[str] = set()
    for language in LANGUAGES:
        if language in _WITHOUT_UNITS:
            continue
        # Babel has no public access to these forms
        lengths = Locale(language)._data["unit_patterns"][f"duration-{period}"]  # noqa: SLF001
        for length in ("long", "short"):
            for form, pattern in lengths[length].items():
                words = re.sub(r"[\s\xa0\u202f]", " ", pattern.replace("{0}", "")).strip()
                words = words.removeprefix("de ")
                if len(words) > len("/mo"):  # "/M" may be a million, "d." a date
                    (forms if form == "per" else nouns).add(words)
    return Units(tuple(sorted(nouns)), tuple(sorted(forms)))


def main() -> None:
    made = msgspec.json.format(msgspec.json.encode(make_tables()), indent=1)
    Path(__file__).with_name("cldr.json").write_bytes(made + b"\n")


if __name__ == "__main__":
    main()
