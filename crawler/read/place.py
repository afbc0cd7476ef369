"""The single places of a location, and whether it says how one works there.

Boards write lists of places in one field with whatever separates them: 2,229 of 40,786 recorded
locations use ";", 306 " or ", 186 "/", 67 "|". A comma parts a town from its country and never two
places; nor does a dash ("Remote - US").
"""

from __future__ import annotations

import re

from crawler.items import Workplace
from crawler.read.text import clean

_MODELS: dict[Workplace, str] = {
    "remote": r"remote(?:ly)?(?![- ](?:friendly|optional|possible|eligible|ok|options?|considered))"
    r"|virtual|distributed|home[- ]?based|work(?:ing)? from home"
    r"|wfh|telecommut\w+|リモート|full remote|(?:100\s?% |da )?remot[oa]|zdaln(?:ie|a|y)|praca zdalna|fjernarbejde?|på distans",
    "hybrid": r"hybrid(?:e|es)?|híbrid[oa]|ibrid[oa]|hybrydow\w{1,2}|hybridní",
    "onsite": r"on[- ]?site|in[- ](?:the[- ])?office|in[- ]person|office[- ]?based|vor ort|sur site|presencial"
    r"|in sede|stacjonarn\w{1,2}|op locatie|på plats",
}
_MODEL = re.compile(
    "|".join(rf"(?P<{name}>(?<![^\W_])(?:{words})(?![^\W_]))" for name, words in _MODELS.items()),
    re.IGNORECASE,
)
_NO_PLACE = re.compile(
    r"\b(?:or|and|only|first|friendly|work|working|based|role|position|opportunity|flexible)\b|[\W_]",
    re.IGNORECASE,
)
_ANY_MODEL = "|".join(_MODELS.values())
_NEGATED = re.compile(  # "not remote", "no remote work", "remote: no", "remote is not possible"
    rf"(?<![^\W_])(?:not?|non|never|nicht|kein\w{{0,2}}|pas de|sin|nie|ikke|inte|não|ei)[\s-]{{1,2}}(?:fully |100% "
    rf"|a )?(?:{_ANY_MODEL})(?![^\W_])"
    rf"|(?<![^\W_])(?:{_ANY_MODEL})(?:\s?[:=]\s?no|\s(?:work )?(?:is )?not\s\w{{1,12}})(?![^\W_])",
    re.IGNORECASE,
)
_OR = r" (?:(?:and/or|or|oder|ou|lub|nebo|eller|oppure|sau|o)|(?<!, )OR(?=\s\S)) "
_SEPARATOR = (  # for text with single spaces only; "OR" behind a comma is Oregon
    rf"[;|•·]"
    rf"|{_OR}"
    r"| / "
    rf"|/(?=(?i:{_ANY_MODEL})(?![^\W_]))"  # "Santa Monica, CA/Remote"
    r"|(?i:(?<=remote)/)"
)
_PART = re.compile(rf"{_SEPARATOR}|((?:\([^()]*\)|\[[^\[\]]*\]|(?!{_SEPARATOR}).)+)")
_NAME = re.compile(r"[^\W\d_][^/()\[\]]+")
_DOTS = re.compile(r"\s?[•·]\s?")
_MANY_SLASHES = 20


def places(text: str) -> tuple[str, ...]:
    """The single places of a location in the board's order, each once; empty when the text names none.

    What stands in brackets stays with its place: "Remote (US or Canada)" is one.
    """
    found: dict[str, str] = {}
    for part in _PART.findall(clean(text.replace("\n", ";"))):
        for each in _towns(part.strip(" ,/")):
            if place := each.strip(" ,/"):
                found.setdefault(place.casefold(), place)
    return tuple(found.values())


def _towns(part: str) -> list[str]:
    """The towns of "Berlin/Hamburg" and "Austin, TX/Reno, NV"; "Newark/Elizabeth, NJ" is one, since its state is that of both."""
    names = part.split("/")
    if not 1 < len(names) <= _MANY_SLASHES or not all(_NAME.fullmatch(name) for name in names):
        return [part]
    return names if len({"," in name for name in names}) == 1 else [part]


def workplace(text: str) -> Workplace | None:
    """How one works there, where every place of the text says the same; else None.

    "Austin, TX; Remote" is None: a person may choose, and neither word describes the posting. A
    mark behind a dot belongs to its town: "Paris · Hybrid".
    """
    said = {_model(place) for place in places(_DOTS.sub(" \u2027 ", text))}
    return said.pop() if len(said) == 1 else None


def is_work_model(text: str) -> bool:
    """Whether the text is a way of working ("Hybrid", "In-Office or Remote") and names no place."""
    return bool(_MODEL.search(text)) and not _NO_PLACE.sub("", _MODEL.sub("", text))


def _model(place: str) -> Workplace | None:
    named = [part for part in place.split("\u2027") if not is_work_model(part)]
    said = {match.lastgroup for match in _MODEL.finditer(_NEGATED.sub(" ", place))}
    return next((name for name in _MODELS if said == {name}), None) if len(named) <= 1 else None
