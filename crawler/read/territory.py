"""The countries and time zones that a location names.

Countries, cities and zones are CLDR's by way of Babel, in the languages below; 423 cities are known
because a time zone is named after them. What CLDR lacks is here: the states of three federations
with the zone most of their people live in, and a few large towns. pycountry 26.2 has names and
codes too, but neither zones nor cities, and its names are English alone; it would add 8 MB.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import get_global

from crawler.read.place import places

LANGUAGES = ("en", "de", "fr", "es", "nl", "pl", "cs", "sv", "da", "nb", "ro", "it", "pt", "fi")
_EAST, _MID, _MOUNTAIN, _WEST = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
)
# a state's code and name, and its zone; a state with two zones has the one of most people
_STATES = {
    _EAST: "CT Connecticut DC DE Delaware FL Florida GA IN Indiana KY Kentucky MA Massachusetts MD Maryland ME Maine MI Michigan NC"
    " North_Carolina"
    " NH New_Hampshire NJ New_Jersey NY New_York OH Ohio PA Pennsylvania RI Rhode_Island SC South_Carolina VA Virginia VT Vermont WV"
    " West_Virginia",
    _MID: "AL Alabama AR Arkansas IA Iowa IL Illinois KS Kansas LA Louisiana MN Minnesota MO Missouri MS Mississippi ND North_Dakota"
    " NE Nebraska"
    " OK Oklahoma SD South_Dakota TN Tennessee TX Texas WI Wisconsin",
    _MOUNTAIN: "CO Colorado ID Idaho MT Montana NM New_Mexico UT Utah WY Wyoming",
    _WEST: "CA California NV Nevada OR Oregon WA Washington Washington_State",
    "America/Phoenix": "AZ Arizona",
    "Pacific/Honolulu": "HI Hawaii",
    "America/Anchorage": "AK Alaska",
    "America/Toronto": "ON Ontario QC Quebec",
    "America/Vancouver": "BC British_Columbia",
    "America/Edmonton": "AB Alberta",
    "America/Winnipeg": "MB Manitoba",
    "America/Regina": "SK Saskatchewan",
    "America/Halifax": "NS Nova_Scotia NB New_Brunswick PE Prince_Edward_Island",
    "America/St_Johns": "NL Newfoundland",
    "Australia/Sydney": "NSW New_South_Wales ACT",
    "Australia/Melbourne": "VIC Victoria",
    "Australia/Brisbane": "QLD Queensland",
    "Australia/Adelaide": "South_Australia",
    "Australia/Perth": "Western_Australia",
}
_TOWNS = {  # towns that boards often name alone, and no zone is named after
    _EAST: "Boston Atlanta Miami Philadelphia Pittsburgh Washington_DC Washington_D.C. New_York_City NYC Manhattan Brooklyn",
    _MID: "Austin Dallas Houston Minneapolis Nashville",
    _MOUNTAIN: "Salt_Lake_City Boulder",
    _WEST: "San_Francisco Bay_Area San_Francisco_Bay_Area SF Seattle Palo_Alto Mountain_View San_Diego San_Jose Sunnyvale Menlo_Park",
    "America/Toronto": "Montreal Ottawa Waterloo Kitchener",
    "America/Edmonton": "Calgary",
    "Australia/Sydney": "Canberra",
    "Europe/London": "Manchester Edinburgh Oxford Leeds Bristol Glasgow",
    "Europe/Berlin": "Munich Hamburg Cologne Frankfurt Stuttgart Dusseldorf",
    "Europe/Paris": "Lyon Toulouse Nantes",
    "Europe/Madrid": "Barcelona Valencia",
    "Europe/Rome": "Milan Turin",
    "Europe/Warsaw": "Krakow Wroclaw Gdansk",
    "Asia/Kolkata": "Bangalore Bengaluru Hyderabad Mumbai Pune Chennai Delhi New_Delhi Gurgaon Gurugram Noida",
    "Asia/Jerusalem": "Tel_Aviv",
    "Asia/Shanghai": "Beijing Shenzhen",
    "Asia/Tokyo": "Osaka",
}
_MAIN_ZONES = {  # where a country has small zones beside the one that nearly everybody lives in
    "AR": "America/Argentina/Buenos_Aires", "CL": "America/Santiago", "CN": "Asia/Shanghai", "CY": "Asia/Nicosia", "DE": "Europe/Berlin",
    "EC": "America/Guayaquil", "ES": "Europe/Madrid", "MX": "America/Mexico_City", "MY": "Asia/Kuala_Lumpur", "NZ": "Pacific/Auckland",
    "PT": "Europe/Lisbon", "UA": "Europe/Kyiv", "UZ": "Asia/Tashkent", "US": _EAST,
}  # fmt: skip
_NAMES = {  # names that CLDR does not use
    "GB": "UK U.K. Great_Britain England Scotland Wales Northern_Ireland",
    "US": "USA U.S. U.S.A. America",
    "AE": "UAE",
    "CZ": "Czech_Republic",
    "NL": "Holland",
    "KR": "South_Korea Korea",
}
_TWO_COUNTRIES = {"georgia"}  # a state and a country: its town decides, else nothing
_NOISE = re.compile(
    r"(?<![^\W_])(?:remote(?:ly)?|hybrid|on-?site|in-?office|office|based|greater|area|metro|region|only|anywhere|within|in"
    r"|the)(?![^\W_])",
    re.IGNORECASE,
)
_PARTING = re.compile(r"[,()\[\]/·•]|\s[-\u2013\u2014]\s")


def territories(place: str) -> frozenset[str]:
    """The ISO 3166 codes of the countries that a location names; empty when it names none that is known."""
    return frozenset(code for code, _ in _found(place) if code)


def zones(place: str) -> frozenset[str]:
    """The names of the time zones of a location's places, as far as they are known."""
    return frozenset(zone for _, zone in _found(place) if zone)


@lru_cache(maxsize=2048)
def _found(place: str) -> tuple[tuple[str | None, str | None], ...]:
    """Country and zone of each single place."""
    return tuple(_single(part) for part in places(place[:1000]))


def _single(place: str) -> tuple[str | None, str | None]:
    names = [
        name
        for piece in _PARTING.split(place)
        if (name := " ".join(_NOISE.sub(" ", piece).split()).strip(" .-"))
    ]
    known = [_lookup(name, alone=len(names) == 1) for name in names]
    towns = [_cities().get(_key(name)) for name in names]
    if own := next((zone for zone in towns if zone and _country_of(zone) == names[-1]), None):
        return names[-1], own  # "Berlin, DE", which is not in Delaware
    country = next((code for code, _ in reversed(known) if code), None)
    zone = next((zone for zone in towns if zone and country in {None, _country_of(zone)}), None)
    zone = zone or next((zone for _, zone in reversed(known) if zone), None)
    return country or (_country_of(zone) if zone else None), zone


def _lookup(name: str, *, alone: bool) -> tuple[str | None, str | None]:
    """Country and zone of one name or code: "CA" behind a town is California, alone it may be Canada."""
    is_code = len(name) == 2 and name.isupper()  # noqa: PLR2004
    if _key(name) in _TWO_COUNTRIES or (
        is_code and alone and name in _states() and name in _codes()
    ):
        return None, None
    states = _states()
    if zone := states.get(name if len(name) <= 3 else _key(name)):  # noqa: PLR2004
        return _country_of(zone), zone
    code = name if is_code and name in _codes() else _countries().get(_key(name))
    return code, _zone_of_country(code) if code else None


def _zone_of_country(code: str) -> str | None:
    of_it = get_global("territory_zones").get(code, [])
    return of_it[0] if len(of_it) == 1 else _MAIN_ZONES.get(code)


def _country_of(zone: str) -> str | None:
    found: str | None = get_global("zone_territories").get(zone)
    return found


def _key(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.casefold().replace("ł", "l").replace("ø", "o"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def _spread(table: dict[str, str]) -> Iterator[tuple[str, str]]:
    for value, names in table.items():
        for name in names.split():
            yield name.replace("_", " "), value


@lru_cache(maxsize=1)
def _states() -> dict[str, str]:
    return {name if len(name) <= 3 else _key(name): zone for name, zone in _spread(_STATES)}  # noqa: PLR2004


@lru_cache(maxsize=1)
def _codes() -> frozenset[str]:
    return frozenset(code for code in map(str, Locale("en").territories) if len(code) == 2)  # noqa: PLR2004


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    """The code of each country by its names in all languages."""
    found = {_key(name): code for name, code in _spread(_NAMES)}
    for language in LANGUAGES:
        for code, name in Locale(language).territories.items():
            if code in _codes():
                found.setdefault(_key(name), code)
    return found


@lru_cache(maxsize=1)
def _cities() -> dict[str, str]:
    """The zone of each city that one is named after, in all languages."""
    found = {_key(name): zone for name, zone in _spread(_TOWNS)}
    for zone in get_global("zone_territories"):
        if "/" in zone and not zone.startswith("Etc/"):
            found.setdefault(_key(zone.rpartition("/")[2].replace("_", " ")), zone)
    for language in LANGUAGES:
        for zone, names in Locale(language).time_zones.items():
            if "city" in names and zone in get_global("zone_territories"):
                found.setdefault(_key(names["city"]), zone)
    return found


@lru_cache(maxsize=64)
def zone_info(name: str) -> ZoneInfo:
    return ZoneInfo(name)
