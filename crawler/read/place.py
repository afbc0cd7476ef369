"""The single places of a location, and whether it says how one works there.

Boards write lists of places in one field with whatever separates them: 2,229 of 40,786 recorded locations use ";", 306 " or ",
186 "/", 67 "|". A comma parts a town from its country and never two places; nor does a dash ("Remote - US").
"""

from __future__ import annotations

import re

from crawler.items import Workplace
from crawler.read.text import clean

_MODELS: dict[Workplace, str] = {
    "remote": r"remote(?:ly)?(?![- ]friendly)|virtual|distributed|home[- ]?based|work(?:ing)? from home|wfh|telecommut\w+|リモート",
    "hybrid": r"hybrid",
    "onsite": r"on[- ]?site|in[- ](?:the[- ])?office|in[- ]person|office[- ]?based",
}
_MODEL = re.compile("|".join(rf"(?P<{name}>(?<![^\W_])(?:{words})(?![^\W_]))" for name, words in _MODELS.items()), re.IGNORECASE)
_NO_PLACE = re.compile(r"\b(?:or|and|only|first|friendly|work|working|based|role|position|opportunity|flexible)\b|[\W_]", re.IGNORECASE)

_ANY_MODEL = "|".join(_MODELS.values())
_SEPARATOR = (  # for text with single spaces only
    r"[;|•·]"
    r"| (?:and/or|or) "
    r"| / "
    rf"|/(?=(?:{_ANY_MODEL})(?![^\W_]))"  # "Santa Monica, CA/Remote", but not "Newark/Elizabeth, NJ"
    r"|(?<=remote)/"
)
_PART = re.compile(rf"{_SEPARATOR}|((?:\([^()]*\)|\[[^\[\]]*\]|(?!{_SEPARATOR}).)+)", re.IGNORECASE)


def places(text: str) -> tuple[str, ...]:
    """The single places of a location in the board's order, each once; empty when the text names none.

    What stands in brackets stays with its place: "Remote (US or Canada)" is one.
    """
    found: dict[str, str] = {}
    for part in _PART.findall(clean(text.replace("\n", ";"))):
        if place := part.strip(" ,/"):
            found.setdefault(place.casefold(), place)
    return tuple(found.values())


def workplace(text: str) -> Workplace | None:
    """How one works there, where every place of the text says the same; else None.

    "Austin, TX; Remote" is None: a person may choose, and neither word describes the posting.
    """
    said = {_model(place) for place in places(text)}
    return said.pop() if len(said) == 1 else None


def is_work_model(text: str) -> bool:
    """Whether the text is a way of working ("Hybrid", "In-Office or Remote") and names no place."""
    return bool(_MODEL.search(text)) and not _NO_PLACE.sub("", _MODEL.sub("", text))


def _model(place: str) -> Workplace | None:
    said = {match.lastgroup for match in _MODEL.finditer(place)}
    return next((name for name in _MODELS if said == {name}), None)
