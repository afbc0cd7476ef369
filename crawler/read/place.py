"""Split a location into single places.

Boards write several places into one field, with different separators. Of 40,786 recorded locations
2,229 use ";", 306 " or ", 186 "/" and 67 "|". A comma separates a town from its country, never two
places. Neither does a dash ("Remote - US").
"""

from __future__ import annotations

import re
from functools import lru_cache

from crawler.items import Workplace
from crawler.read.text import clean

MODELS: dict[Workplace, str] = {
    "remote": r"remote(?:ly)?(?![- ](?:friendly|optional|possible|eligible|ok|options?|considered))"
    r"|virtual|distributed|home[- ]?based|work(?:ing)? from home"
    r"|wfh|telecommut\w+|リモート|full remote|(?:100\s?% |da )?remot[oa]|zdaln(?:ie|a|y)"
    r"|praca zdalna|fjernarbejde?|på distans",
    "hybrid": r"hybrid(?:e|es)?(?: remote)?|híbrid[oa]|ibrid[oa]|hybrydow\w{1,2}|hybridní",
    "onsite": r"on[- ]?site|in[- ](?:the[- ])?office|in[- ]person|office[- ]?based|vor ort"
    r"|sur site|presencial"
    r"|in sede|stacjonarn\w{1,2}|op locatie|på plats",
}
MODEL = re.compile(
    "|".join(rf"(?P<{name}>(?<![^\W_])(?:{words})(?![^\W_]))" for name, words in MODELS.items()),
    re.IGNORECASE,
)
_NO_PLACE = re.compile(
    r"\b(?:or|and|only|first|friendly|work|working|based|role|position|opportunity|flexible)\b"
    r"|[\W_]",
    re.IGNORECASE,
)
ANY_MODEL = "|".join(MODELS.values())
_OR = r" (?:(?:and/or|or|oder|ou|lub|nebo|eller|oppure|sau|o)|(?<!, )OR(?=\s\S)) "
_SEPARATOR = (  # for text with single spaces only; "OR" behind a comma is Oregon
    rf"[;|•·]"
    rf"|{_OR}"
    r"| / "
    rf"|/(?=(?i:{ANY_MODEL})(?![^\W_]))"  # "Santa Monica, CA/Remote"
    r"|(?i:(?<=remote)/)"
)
_PART = re.compile(rf"{_SEPARATOR}|((?:\([^()]*\)|\[[^\[\]]*\]|(?!{_SEPARATOR}).)+)")
_NAME = re.compile(r"[^\W\d_][^/()\[\]]+")
_A_WEEK = re.compile(r"\b(?:days?|times|x)\s?/\s?(?:week|wk|month)\b", re.IGNORECASE)
_MANY_SLASHES = 20
_KEPT = 256  # readings: a board names the same few places again and again


@lru_cache(maxsize=_KEPT)
def places(text: str) -> tuple[str, ...]:
    """Return the single places of a location in the board's order, without duplicates.

    Text in brackets belongs to its place: "Remote (US or Canada)" is one. Empty without a place.
    """
    unique: dict[str, str] = {}
    for part in _PART.findall(clean(text.replace("\n", ";"))):
        for town in _towns(part.strip(" ,/")):
            if place := town.strip(" ,/"):
                unique.setdefault(place.casefold(), place)
    return tuple(unique.values())


def _towns(part: str) -> list[str]:
    """Split "Berlin/Hamburg" and "Austin, TX/Reno, NV" into towns.

    "Newark/Elizabeth, NJ" stays whole, since both towns are in that state.
    """
    names = part.split("/")
    if (
        _A_WEEK.search(part)
        or not 1 < len(names) <= _MANY_SLASHES
        or not all(_NAME.fullmatch(name) for name in names)
    ):
        return [part]
    return names if len({"," in name for name in names}) == 1 else [part]


def place_of(*parts: object) -> str:
    """Return a place that is given in parts as one line: "Austin, Texas, United States".

    A part that repeats the last one is left out, as in "Singapore, Singapore".
    """
    names = [clean(part) for part in parts if isinstance(part, str)]
    names = [name for name in names if name]
    return ", ".join(
        name for at, name in enumerate(names) if name != names[-1] or at == len(names) - 1
    )


@lru_cache(maxsize=_KEPT)
def is_work_model(text: str) -> bool:
    """Return True for a workplace without a place: "Hybrid", "In-Office or Remote"."""
    return bool(MODEL.search(text)) and not _NO_PLACE.sub("", MODEL.sub("", text))
