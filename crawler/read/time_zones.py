"""Read names of time zones next to a time, and return the UTC instants that they may mean.

The names come from CLDR (`cldr.py`): "PST", "CET", "SGT", "Pacific Time". Some names have two
readings: "PST" in summer may mean standard time or the local clock. A name that two regions share
has the readings of both, unless the job is in one of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import core

from crawler.read.cldr import tables
from crawler.read.countries import time_zones_of

_MORE = {  # short names that CLDR lacks
    "KST": "Asia/Seoul", "ICT": "Asia/Bangkok", "PHT": "Asia/Manila", "PKT": "Asia/Karachi",
    "MSK": "Europe/Moscow",
    "IDT": "Asia/Jerusalem", "BRT": "America/Sao_Paulo", "ART": "America/Argentina/Buenos_Aires",
    "TRT": "Europe/Istanbul",
}  # fmt: skip
_ONLY_IN_ITS_PLACE = {
    "CST": "Asia/Shanghai",
    "IST": "Asia/Jerusalem",
    "BST": "Asia/Dhaka",
    "AST": "Asia/Riyadh",
    "PST": "Asia/Manila",
}  # read so only if the job is there
_SOME_DAY = datetime(2026, 1, 1)  # noqa: DTZ001  # a local time
_ANY_CASE = r"P[SD]?T|E[SD]?T|C[SD]?T|M[SD]?T|GMT|BST|UTC|CES?T|AoE|anywhere\son\searth"
_AMERICAN = re.compile(
    r"(pacific|eastern|central|mountain)(?:\s(standard|daylight))?(?:\stime)?", re.IGNORECASE
)
_OFFSET_PARTS = re.compile(r"([+\u2212-])\s?(\d{1,2}):?(\d\d)?$")
# short names that are also words or rare
_WORDS = frozenset(
    {"ACT", "ART", "AT", "CAT", "CHAT", "COST", "EAT", "HAT", "NT", "WAT", "WIT", "WEST", "MT"}
)
_KEPT = frozenset({"CAT", "EAT", "WAT", "WEST", "ART"})  # in capitals after a time they are zones


@lru_cache(maxsize=1)
def pattern() -> str:
    """Return a pattern for the name of a zone, without groups."""
    short = sorted(name for name in _short() if name not in _WORDS or name in _KEPT)
    long = sorted(_long(), key=len, reverse=True)
    return (
        (
            rf"(?:(?:UTC|GMT)\s?[+\u2212-]\s?\d{{1,2}}(?::?[0-5]\d)?|(?:{_ANY_CASE})\b"
            rf"|(?-i:{'|'.join(short)})\b"
            rf"|(?:{'|'.join(map(re.escape, long))})\b|{_AMERICAN.pattern}\b|[+\u2212-]\d\d:[0-5]\d"
            rf"|(?-i:[A-Z][a-z]{{2,20}}(?:\s[A-Z][a-z]{{2,20}})?)\s(?:local\s)?time\b)"
        )
        .replace("(pacific", "(?:pacific")
        .replace("(standard", "(?:standard")
    )


def instants(local: datetime, name: str, place: str) -> list[datetime]:
    """Return the UTC instants of a local time in the named zone. Empty if the name is unknown."""
    folded = " ".join(name.casefold().split())
    if folded in {"aoe", "anywhere on earth"}:
        return [_at(local, timedelta(hours=-12))]
    if offset := _OFFSET_PARTS.search(name):
        hours, minutes = int(offset[2]), int(offset[3] or 0)
        return [
            _at(local, timedelta(hours=hours, minutes=minutes) * (1 if offset[1] == "+" else -1))
        ]
    job_zones = time_zones_of(place)
    if (other := _ONLY_IN_ITS_PLACE.get(folded.upper())) and other in job_zones:
        return [_in(local, other)]
    readings = _readings(folded)
    nearby = [
        reading
        for reading in readings
        if _region(reading[0]) & {_region_of(zone) for zone in job_zones}
    ]
    return [
        moment
        for zone, kind in nearby or readings
        for moment in _both_readings(local, _own_zone(zone, kind, job_zones), kind)
    ]


def _own_zone(zone: str, kind: str, job_zones: Iterable[str]) -> str:
    """Return the job's zone for the standard time of its region: Brisbane has no other one."""
    own = [job_zone for job_zone in job_zones if _region_of(job_zone) == _region_of(zone)]
    return own[0] if kind == "standard" and len(own) == 1 else zone


def _readings(name: str) -> list[tuple[str, str]]:
    """Return the zones that a name means, each as "standard", "daylight" or "generic" time."""
    if american := _AMERICAN.fullmatch(name):
        return [(_main_zone(f"America_{american[1].title()}"), american[2] or "generic")]
    if name == "utc":
        return [("Etc/UTC", "generic")]
    meta = _short().get(name.upper()) or _long().get(name) or ()
    zones = [(_main_zone(region), kind) for region, kind in meta]
    if name.upper() in _MORE:
        zones = [(_MORE[name.upper()], "generic")]
    if not zones and name.endswith("time"):
        zones = [
            (zone, "generic")
            for zone in time_zones_of(
                name.removesuffix("time").strip().removesuffix("local").strip().title()
            )
        ]
    return zones


def _both_readings(local: datetime, zone: str, kind: str) -> Iterator[datetime]:
    """Yield the instant by the local clock, then the one by the letters of the name.

    "Noon PST" in May may mean noon in California, which has daylight time then, or noon in PST.
    """
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
    return str(core.get_global("meta_zones").get(zone, zone))


@lru_cache(maxsize=1)
def _short() -> dict[str, tuple[tuple[str, str], ...]]:
    """Return the regions that each short name may mean."""
    of_cldr, unknown = tables().short_zones, ("", "generic")
    return of_cldr | {name: tuple(sorted({unknown, *of_cldr.get(name, ())})) for name in _MORE}


@lru_cache(maxsize=1)
def _long() -> dict[str, tuple[tuple[str, str], ...]]:
    return tables().long_zones


@lru_cache(maxsize=128)
def _main_zone(region: str) -> str:
    """Return a zone of the region. Prefer one with daylight saving time."""
    zones = sorted(zone for zone, of in core.get_global("meta_zones").items() if of == region)
    changing = [
        zone for zone in zones if _offset(_SOME_DAY, zone, 1) != _offset(_SOME_DAY, zone, 7)
    ]
    return (changing or zones or ["Etc/UTC"])[0]
