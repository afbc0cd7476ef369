"""Time zones as people name them beside a time, and the UTC instants that one may mean.

The names are CLDR's by way of Babel: "PST", "CET", "SGT", "Pacific Time", "Central European Time".
A name that means one thing by its letters and another where it is used ("PST" in summer) has both
readings, and a name that two regions share has those of both, unless the place of the job lies in
one of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import get_global

from crawler.read.territory import zones

_LOCALES = (
    "en",
    "en_GB",
    "en_IE",
    "en_AU",
    "en_NZ",
    "en_IN",
    "en_SG",
    "en_MY",
    "en_HK",
    "en_ZA",
    "en_KE",
    "en_NG",
    "en_AE",
    "id",
    "de",
    "ja",
)
_MORE = {  # short names that no locale of CLDR has
    "KST": "Asia/Seoul", "ICT": "Asia/Bangkok", "PHT": "Asia/Manila", "PKT": "Asia/Karachi", "MSK": "Europe/Moscow",
    "IDT": "Asia/Jerusalem", "BRT": "America/Sao_Paulo", "ART": "America/Argentina/Buenos_Aires", "TRT": "Europe/Istanbul",
}  # fmt: skip
_ELSEWHERE = {
    "CST": "Asia/Shanghai",
    "IST": "Asia/Jerusalem",
    "BST": "Asia/Dhaka",
    "AST": "Asia/Riyadh",
    "PST": "Asia/Manila",
}  # by place alone
_ANY_CASE = r"P[SD]?T|E[SD]?T|C[SD]?T|M[SD]?T|GMT|BST|UTC|CES?T|AoE|anywhere\son\searth"
_AMERICAN = re.compile(
    r"(pacific|eastern|central|mountain)(?:\s(standard|daylight))?(?:\stime)?", re.IGNORECASE
)
_OFFSET = r"(?:UTC|GMT)?\s?[+\u2212-]\s?\d{1,2}(?::?[0-5]\d)?"
_OFFSET_PARTS = re.compile(r"([+\u2212-])\s?(\d{1,2}):?(\d\d)?$")
# some are words, some rare
_WORDS = frozenset(
    {"ACT", "ART", "AT", "CAT", "CHAT", "COST", "EAT", "HAT", "NT", "WAT", "WIT", "WEST", "MT"}
)
_KEPT = frozenset({"CAT", "EAT", "WAT", "WEST", "ART"})  # in capitals they are zones behind a time


@lru_cache(maxsize=1)
def pattern() -> str:
    """An expression for the name of a zone, without groups."""
    short = sorted(name for name in _short() if name not in _WORDS or name in _KEPT)
    long = sorted(_long(), key=len, reverse=True)
    return (
        (
            rf"(?:(?:UTC|GMT)\s?[+\u2212-]\s?\d{{1,2}}(?::?[0-5]\d)?|(?:{_ANY_CASE})\b|(?-i:{'|'.join(short)})\b"
            rf"|(?:{'|'.join(map(re.escape, long))})\b|{_AMERICAN.pattern}\b|[+\u2212-]\d\d:[0-5]\d"
            rf"|(?-i:[A-Z][a-z]{{2,20}}(?:\s[A-Z][a-z]{{2,20}})?)\s(?:local\s)?time\b)"
        )
        .replace("(pacific", "(?:pacific")
        .replace("(standard", "(?:standard")
    )


def instants(local: datetime, name: str, place: str) -> list[datetime]:
    """The UTC instants of a wall clock's time in the zone of this name; empty when the name is not known."""
    folded = " ".join(name.casefold().split())
    if folded in {"aoe", "anywhere on earth"}:
        return [_at(local, timedelta(hours=-12))]
    if offset := _OFFSET_PARTS.search(name):
        hours, minutes = int(offset[2]), int(offset[3] or 0)
        return [
            _at(local, timedelta(hours=hours, minutes=minutes) * (1 if offset[1] == "+" else -1))
        ]
    here = zones(place)
    if (other := _ELSEWHERE.get(folded.upper())) and other in here:
        return [_in(local, other)]
    readings = _readings(folded)
    near = [
        reading for reading in readings if _region(reading[0]) & {_region_of(zone) for zone in here}
    ]
    return [moment for zone, kind in near or readings for moment in _both(local, zone, kind)]


def _readings(name: str) -> list[tuple[str, str]]:
    """The zones that a name means, each with what of it: "standard", "daylight", "generic"."""
    if american := _AMERICAN.fullmatch(name):
        return [(_home(f"America_{american[1].title()}"), american[2] or "generic")]
    if name == "utc":
        return [("Etc/UTC", "generic")]
    meta = _short().get(name.upper()) or _long().get(name) or ()
    found = [(_home(region), kind) for region, kind in meta]
    if name.upper() in _MORE:
        found = [(_MORE[name.upper()], "generic")]
    if not found and name.endswith("time"):
        found = [
            (zone, "generic")
            for zone in zones(
                name.removesuffix("time").strip().removesuffix("local").strip().title()
            )
        ]
    return found


def _both(local: datetime, zone: str, kind: str) -> Iterator[datetime]:
    """At noon "PST" in May is noon in California, on daylight time then, and noon by the letter of PST."""
    yield _in(local, zone)
    if kind != "generic":
        offsets = [_offset(local, zone, month) for month in (1, 7)]
        yield _at(local, min(offsets) if kind == "standard" else max(offsets))


def _offset(local: datetime, zone: str, month: int) -> timedelta:
    return datetime(local.year, month, 1, tzinfo=ZoneInfo(zone)).utcoffset() or timedelta()


def _in(local: datetime, zone: str) -> datetime:
    return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _at(local: datetime, offset: timedelta) -> datetime:
    return (local - offset).replace(tzinfo=UTC)


def _region(zone: str) -> set[str]:
    return {_region_of(zone)}


def _region_of(zone: str) -> str:
    return str(get_global("meta_zones").get(zone, zone))


@lru_cache(maxsize=1)
def _short() -> dict[str, tuple[tuple[str, str], ...]]:
    """The regions that each short name may mean, by CLDR's names of them."""
    found: dict[str, set[tuple[str, str]]] = {name: {("", "generic")} for name in _MORE}
    for locale in _LOCALES:
        for region, names in Locale.parse(locale).meta_zones.items():
            for kind, name in (names.get("short") or {}).items():
                if name.isascii() and name.isupper() and region != "Acre":
                    found.setdefault(name, set()).add((region, kind))
    return {name: tuple(sorted(regions)) for name, regions in found.items()}


@lru_cache(maxsize=1)
def _long() -> dict[str, tuple[tuple[str, str], ...]]:
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for region, names in Locale("en").meta_zones.items():
        for kind, name in (names.get("long") or {}).items():
            found.setdefault(name.casefold(), ((region, kind),))
    return found


@lru_cache(maxsize=128)
def _home(region: str) -> str:
    """A zone of the region, one that changes its clocks where any there does."""
    there = sorted(zone for zone, of in get_global("meta_zones").items() if of == region)
    changing = [
        zone
        for zone in there
        if len({_offset(datetime(2026, 1, 1), zone, month) for month in (1, 7)}) > 1  # noqa: DTZ001
    ]
    return (changing or there or ["Etc/UTC"])[0]
