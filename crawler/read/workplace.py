"""Read the workplace that a location, or a field of an ATS, states.

It is stated if every place has the same one. Silence is better than a false workplace: "partially
remote", "2 days remote" and "remote possible" state none. Neither does a list of towns that has
"Remote" among them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from crawler.items import Workplace
from crawler.read.countries import zones_by_city, zones_by_state
from crawler.read.letters import fold_letters
from crawler.read.place import ANY_MODEL, MODEL, MODELS, is_work_model, places

_KEPT = 256  # readings: a board names the same few places again and again
_BEGIN, _END = r"(?<![^\W_])", r"(?![^\W_])"
_ANY, _ALL_WEEK = (
    rf"{_BEGIN}(?:{models}){_END}"
    for models in (ANY_MODEL, f"{MODELS['remote']}|{MODELS['onsite']}")
)
_NEGATED = re.compile(  # "not remote", "no remote work", "remote: no", "remote is not possible"
    rf"{_BEGIN}(?:not?|non|never|nicht|kein\w{{0,2}}|pas de|sin|nie|ikke|inte|não"
    rf"|ei)[\s-]{{1,2}}(?:fully |100% "
    rf"|a )?{_ANY}"
    rf"|{_ANY}(?:\s?[:=]\s?no|\s(?:work(?:ing)? )?(?:is )?(?:not\s\w{{1,12}}|unavailable)){_END}",
    re.IGNORECASE,
)
_NUMBER = r"(?:\d|one|two|three|four)"
_DAYS = (
    rf"(?:(?!5\+?\s?days)(?:{_NUMBER}\s?(?:-|\u2013|to|or)\s?)?{_NUMBER}\+?\s?(?:days?|times|x)\b"
    r"|(?:on )?(?:mon|tues|wednes|thurs|fri)days?\b)"
)
_SOME = (
    r"(?:partial(?:ly)?|part(?:[- ]time|ly)?|semi|temporar(?:il)?y|occasional(?:ly)?|sometimes|some"
    r"|most(?:ly)?|primarily|mainly|largely|predominantly|usually|typically|generally|initially|currently|possib(?:le|ly)|potential(?:ly)?|limited|optional(?:ly)?"
    r"|incl(?:uding|\.)?|(?:can|may|might|could) be|(?<=\()or"
    r"|prefer(?:ably|red)?|(?:ability|able|option) to work|teilweise|tageweise|partiellement"
    r"|parcialmente|parzialmente|gedeeltelijk|częściowo|del(?:vis|vist|s)|50/50|(?!100)\d{1,3}\s?%"
    rf"|{_DAYS}(?:\s?(?:a|per|/|each)\s?week)?(?:\sof)?(?:\sin)?(?:\sthe)?)"
)
_SOMETIMES = re.compile(  # "2 days remote", "partially remote", "remote work possible"
    rf"{_BEGIN}{_SOME}[\s-]{{1,2}}{_ALL_WEEK}"
    rf"|{_DAYS}\s?(?:a|per|/|each)\s?week"
    rf"|{_ALL_WEEK}(?:[\s,:(-]{{1,3}}(?:up to |min(?:imum|\.)? |at least )?{_DAYS}"
    r"|[\s(-]{1,2}(?:during|until|when|if|for now|due to|covid|temporar(?:il)?y|initially|to start"
    r"|at first|on request|by agreement|prefer(?:red|ence|ably)|capable|partiel(?:le)?|parcial"
    r"|parziale|flexib\w+(?!\s(?:hours|schedule|work)))\b|[\s,(-]{1,2}(?:after|then)\b)"
    r"|remote[- ](?:friendly|optional|possible|eligible|ok|options?|considered)"
    rf"|{_ANY}(?:[- ]work(?:ing)?)?[\s(-]{{1,2}}(?:friendly|optional|possible|eligible|ok|options?"
    r"|considered|negotiable|potential|available|allowed|is an option|möglich|nach absprache)"
    rf"{_END}",
    re.IGNORECASE,
)
_OTHER_THING = re.compile(  # "Remote Sensing Lab", "Distributed Systems Team"
    rf"{_BEGIN}(?:remote (?:sensing|monitoring|patient|sites?|operations?|islands?|support cent\w+"
    rf"|offices?|hubs?|branch(?:es)?|campus|cent(?:er|re)s?|communit(?:y|ies)|areas?|teams?)"
    rf"|remotely (?:managed|operated|monitored|controlled)|virtual (?:offices?|teams?)"
    rf"|remote[- ]first (?:company|team|culture|organi[sz]ation|employer|business)"
    rf"|virtual (?:reality|care|events?|machines?|production)"
    rf"|distributed (?:systems?|computing|cloud|energy|ledger|databases?|training|storage|teams?)"
    rf"|hybrid (?:cloud|electric|vehicles?|events?)){_END}",
    re.IGNORECASE,
)
_OR_ELSE = r"(?:&|\+|\band\b|\bplus\b)"
_CHOICE = re.compile(  # "Remote & Austin, TX", "London and Remote"
    rf"(?P<model>{_ANY}(?:\s?\([^()]{{0,60}}\))?)\s?{_OR_ELSE}(?!\s?(?:flex\w*|work|travel)\b)\s?"
    rf"|\s?{_OR_ELSE}\s?(?={_ANY})",
    re.IGNORECASE,
)
_DOTS = re.compile(r"\s?[•·]\s?")
_CODED = re.compile(r"[A-Z]{2,3}-\w")  # "US-Seattle"


@lru_cache(maxsize=_KEPT)
def workplace(text: str) -> Workplace | None:
    """Return the workplace if every place of the text states the same one. Else None.

    "Austin, TX; Remote" is None: applicants may choose. A word after a dot belongs to its town:
    "Paris · Hybrid".
    """
    several = _CHOICE.sub(r"\g<model>; ", _DOTS.sub(" \u2027 ", text))
    stated = {_stated_model(one) for place in places(several) for one in _towns(place)}
    return stated.pop() if len(stated) == 1 else None


def _towns(place: str) -> Sequence[str]:
    """Split a list with commas that names several towns: "US-Remote, US-Seattle".

    A list that has "Remote" as a part is split only if the other parts are no single place.
    """
    parts = [part.strip() for part in place.split(",")]
    if len(parts) > 1 and all(map(_CODED.match, parts)):
        return parts
    names = [fold_letters(part) for part in parts if not is_work_model(part)]
    return parts if len(names) < len(parts) and _are_several(names) else (place,)


def _are_several(names: Sequence[str]) -> bool:
    """Return True for two towns, or for a town and a state in different time zones."""
    cities, states = zones_by_city(), zones_by_state()
    towns = {name for name in names if name in cities and name not in states}
    zones = {cities.get(name) or states.get(name) or states.get(name.upper()) for name in names}
    return len(towns) > 1 or len(zones - {None}) > 1


def _stated_model(place: str) -> Workplace | None:
    named = [part for part in place.split("\u2027") if not is_work_model(part)]
    if len(named) > 1:
        return None
    text = _OTHER_THING.sub(" ", _NEGATED.sub(" ", place))
    text, sometimes = _SOMETIMES.subn(" ", text)
    stated = {match.lastgroup for match in MODEL.finditer(text)}
    return next(
        (name for name in MODELS if stated == {name} and (name == "hybrid" or not sometimes)), None
    )
