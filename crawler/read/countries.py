"""Find the countries and time zones that a location names.

Countries, cities and zones come from CLDR (`cldr.py`), in 14 languages. It knows 423 cities, those
that a time zone is named after. This module adds the states of three federations,
each with the zone of most of its people, and some large towns. pycountry 26.2 would add 8 MB and
has English names and codes only, without zones and cities.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from babel import Locale, core

from crawler.read.cldr import tables
from crawler.read.fields import clean_text
from crawler.read.letters import fold_letters
from crawler.read.place import places

_COUNTRY_CODE, _LONGEST_STATE_CODE = 2, 3  # letters
_EAST, _MID, _MOUNTAIN, _WEST = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
)
# code and name of each state by zone; a state with two zones has that of most people
_STATES = {
    _EAST: "CT Connecticut DC DE Delaware FL Florida GA IN Indiana KY Kentucky MA Massachusetts MD "
    "Maryland ME Maine MI Michigan NC"
    " North_Carolina"
    " NH New_Hampshire NJ New_Jersey NY New_York OH Ohio PA Pennsylvania RI Rhode_Island SC "
    "South_Carolina VA Virginia VT Vermont WV"
    " West_Virginia",
    _MID: "AL Alabama AR Arkansas IA Iowa IL Illinois KS Kansas LA Louisiana MN Minnesota MO "
    "Missouri MS Mississippi ND North_Dakota"
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
_TOWNS = {  # towns that boards often name alone, and that name no zone
    _EAST: "Boston Atlanta Miami Philadelphia Pittsburgh Washington_DC Washington_D.C. "
    "New_York_City NYC Manhattan Brooklyn",
    _MID: "Austin Dallas Houston Minneapolis Nashville",
    _MOUNTAIN: "Salt_Lake_City Boulder",
    _WEST: "San_Francisco Bay_Area San_Francisco_Bay_Area SF Seattle Palo_Alto Mountain_View "
    "San_Diego San_Jose Sunnyvale Menlo_Park",
    "America/Toronto": "Montreal Ottawa Waterloo Kitchener",
    "America/Edmonton": "Calgary",
    "Australia/Sydney": "Canberra",
    "Europe/London": "Manchester Edinburgh Oxford Leeds Bristol Glasgow",
    "Europe/Berlin": "Munich Hamburg Cologne Frankfurt Stuttgart Dusseldorf",
    "Europe/Paris": "Lyon Toulouse Nantes",
    "Europe/Madrid": "Barcelona Valencia",
    "Europe/Rome": "Milan Turin",
    "Europe/Warsaw": "Krakow Wroclaw Gdansk",
    "Asia/Kolkata": "Bangalore Bengaluru Hyderabad Mumbai Pune Chennai Delhi New_Delhi Gurgaon "
    "Gurugram Noida",
    "Asia/Jerusalem": "Tel_Aviv",
    "Asia/Shanghai": "Beijing Shenzhen",
    "Asia/Tokyo": "Osaka",
}
_MAIN_ZONES = {  # for countries with small zones beside that of nearly all people
    "AR": "America/Argentina/Buenos_Aires", "CL": "America/Santiago", "CN": "Asia/Shanghai",
    "CY": "Asia/Nicosia", "DE": "Europe/Berlin",
    "EC": "America/Guayaquil", "ES": "Europe/Madrid", "MX": "America/Mexico_City",
    "MY": "Asia/Kuala_Lumpur", "NZ": "Pacific/Auckland",
    "PT": "Europe/Lisbon", "UA": "Europe/Kyiv", "UZ": "Asia/Tashkent", "US": _EAST,
}  # fmt: skip
_NAMES = {  # names that CLDR lacks
    "GB": "UK U.K. Great_Britain England Scotland Wales Northern_Ireland",
    "US": "USA U.S. U.S.A. America",
    "AE": "UAE",
    "CZ": "Czech_Republic",
    "NL": "Holland",
    "KR": "South_Korea Korea",
}
_TWO_COUNTRIES = {"georgia"}  # a state and a country: only its town decides
_NOISE = re.compile(
    r"(?<![^\W_])(?:remote(?:ly)?|hybrid|on-?site|in-?office|office|based|greater|area|metro"
    r"|region|only|anywhere|within|in"
    r"|the)(?![^\W_])",
    re.IGNORECASE,
)
_PARTING = re.compile(r"[,()\[\]/·•]|\s[-\u2013\u2014]\s")


def countries_of(place: str) -> frozenset[str]:
    """Return the ISO 3166 codes of the countries that a location names. Empty if none is known."""
    return frozenset(code for code, _ in _countries_and_zones(place) if code)


def time_zones_of(place: str) -> frozenset[str]:
    """Return the names of the known time zones of a location's places."""
    return frozenset(zone for _, zone in _countries_and_zones(place) if zone)


@lru_cache(maxsize=2048)  # postings share few places
def _countries_and_zones(place: str) -> tuple[tuple[str | None, str | None], ...]:
    """Return country and zone of each single place."""
    return tuple(_country_and_zone(part) for part in places(place[:1000]))


def _country_and_zone(place: str) -> tuple[str | None, str | None]:
    names = [
        name
        for piece in _PARTING.split(place)
        if (name := " ".join(_NOISE.sub(" ", piece).split()).strip(" .-"))
    ]
    known = [_lookup(name, alone=len(names) == 1) for name in names]
    towns = [zones_by_city().get(fold_letters(name)) for name in names]
    if exact := next((zone for zone in towns if zone and country_of_zone(zone) == names[-1]), None):
        return names[-1], exact  # "Berlin, DE" is not in Delaware
    country = next((code for code, _ in reversed(known) if code), None)
    zone = next((zone for zone in towns if zone and country in {None, country_of_zone(zone)}), None)
    zone = zone or next((zone for _, zone in reversed(known) if zone), None)
    return country or (country_of_zone(zone) if zone else None), zone


def _lookup(name: str, *, alone: bool) -> tuple[str | None, str | None]:
    """Return country and zone of one name or code.

    "CA" after a town is California. Alone it may also be Canada and gives nothing.
    """
    is_code = len(name) == _COUNTRY_CODE and name.isupper()
    if fold_letters(name) in _TWO_COUNTRIES or (
        is_code and alone and name in zones_by_state() and name in territory_codes()
    ):
        return None, None
    if zone := zones_by_state().get(state_key(name)):
        return country_of_zone(zone), zone
    code = (
        name if is_code and name in territory_codes() else codes_by_name().get(fold_letters(name))
    )
    return code, _zone_of_country(code) if code else None


def country_name(code: object) -> str:
    """Return the English name of a country by its ISO 3166 code of two letters; else the code."""
    written = clean_text(code)
    name: str | None = Locale("en").territories.get(written.upper())
    return name or written


def _zone_of_country(code: str) -> str | None:
    zones = core.get_global("territory_zones").get(code, [])
    return zones[0] if len(zones) == 1 else _MAIN_ZONES.get(code)


def country_of_zone(zone: str) -> str | None:
    """Return the code of the country that has the time zone."""
    country: str | None = core.get_global("zone_territories").get(zone)
    return country


def _names_and_values(table: dict[str, str]) -> Iterator[tuple[str, str]]:
    for value, names in table.items():
        for name in names.split():
            yield name.replace("_", " "), value


@lru_cache(maxsize=1)
def zones_by_state() -> dict[str, str]:
    """Return the zone of each state by its code or folded name: see `state_key`."""
    return {state_key(name): zone for name, zone in _names_and_values(_STATES)}


def names_of_state(written: str) -> frozenset[str]:
    """Return the code and the name of a state in a federation by either; empty for no state."""
    return _names_of_states().get(state_key(written), frozenset())


@lru_cache(maxsize=1)
def _names_of_states() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for in_zone in _STATES.values():
        code = ""
        for name in in_zone.split():
            code = name if name.isupper() else code
            found.setdefault(code or name, set()).add(name.replace("_", " "))
    return {state_key(name): frozenset(names) for names in found.values() for name in names}


def state_key(name: str) -> str:
    """Return a code as written, and a name folded."""
    return name if len(name) <= _LONGEST_STATE_CODE else fold_letters(name)


@lru_cache(maxsize=1)
def territory_codes() -> frozenset[str]:
    """Return the codes of two letters that CLDR knows: those of ISO 3166, and a few others."""
    return frozenset(tables().territories)


@lru_cache(maxsize=1)
def codes_by_name() -> dict[str, str]:
    """Return the code of each country by its names in all languages."""
    own = {fold_letters(name): code for name, code in _names_and_values(_NAMES)}
    return own | {name: code for name, code in tables().countries.items() if name not in own}


@lru_cache(maxsize=1)
def zones_by_city() -> dict[str, str]:
    """Return the zone of each city by its names in all languages."""
    own = {fold_letters(name): zone for name, zone in _names_and_values(_TOWNS)}
    return own | {name: zone for name, zone in tables().cities.items() if name not in own}
