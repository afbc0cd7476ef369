"""Titles and places in a form in which two boards of one employer can be compared. Pure.

Two ats write one role differently: "Research Engineer, Gemini" in "Mountain View, California, US"
is "Research Engineer, Gemini, DeepMind" in "Mountain View, CA, USA" elsewhere. Titles are therefore
compared without the employer's name at their ends, and places by their towns.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from typing import Final

_WORD: Final = re.compile(r"[^\W_]+[+#]*")  # "C++" and "C#" are not "C"
_BRACKETS: Final = re.compile(r"[(\[][^)\]]*[)\]]")
_TOWNS: Final = {
    "new york city": "new york",
    "nyc": "new york",
    "washington dc": "washington",
    "bangalore": "bengaluru",
}
_US: Final = """us, usa, america, united states, united states of america,
    al, ak, az, ar, ca, co, ct, dc, de, fl, ga, hi, ia, id, il, in, ks, ky, la, ma, md, me, mi, mn,
    mo, ms, mt, nc, nd, ne, nh, nj, nm, nv, ny, oh, ok, or, pa, ri, sc, sd, tn, tx, ut, va, vt, wa,
    wi, wv, wy, alabama, alaska, arizona, arkansas, california, colorado, connecticut, delaware,
    florida, georgia, hawaii, idaho, illinois, indiana, iowa, kansas, kentucky, louisiana, maine,
    maryland, massachusetts, michigan, minnesota, mississippi, missouri, montana, nebraska, nevada,
    new hampshire, new jersey, new mexico, new york, north carolina, north dakota, ohio, oklahoma,
    oregon, pennsylvania, rhode island, south carolina, south dakota, tennessee, texas, utah,
    vermont, virginia, washington, west virginia, wisconsin, wyoming"""
_GB: Final = "uk, gb, united kingdom, great britain, england, scotland, wales, northern ireland"
_CA: Final = "canada, ontario, on, british columbia, bc, quebec, qc, alberta, ab"
_COUNTRIES: Final = {
    name.strip(): country
    for country, names in (("us", _US), ("gb", _GB), ("ca", _CA))
    for name in names.split(",")
}


def plain_title(title: str, names: Collection[str]) -> str:
    """Return the title in lower case, without accents, punctuation and the employer's names.

    Names are removed at either end.
    """
    words = _words(title)
    known = sorted(filter(None, map(_words, names)), key=len, reverse=True)
    while shorter := next(filter(None, (_without(words, name) for name in known)), None):
        words = shorter
    return " ".join(words)


def _without(words: list[str], name: list[str]) -> list[str] | None:
    """Return the words without the name at one end. None if there is none to remove."""
    if words[-len(name) :] == name:
        left = words[: -len(name)]
        return (left[:-1] if left[-1:] == ["at"] else left) or None
    return (words[len(name) :] or None) if words[: len(name)] == name else None


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.replace("&", " and ")).casefold()
    return _WORD.findall("".join(letter for letter in plain if not unicodedata.combining(letter)))


def towns(places: Iterable[str]) -> dict[str, str | None]:
    """Return the town of each place, with its country if that is clear: {"london": "gb"}."""
    found = {}
    for place in places:
        parts = [" ".join(_words(part)) for part in _BRACKETS.sub(" ", place).split(",")]
        if parts[0]:
            found[_TOWNS.get(parts[0], parts[0])] = (
                _COUNTRIES.get(parts[-1]) if len(parts) > 1 else None
            )
    return found


def employer_names(companies: Iterable[str], tokens: Iterable[str]) -> set[str]:
    """Return the employer's names that titles may contain.

    A board's token is one if it is part of a company's name ("deepmind").
    """
    names = {company for company in companies if company}
    squeezed = ["".join(_words(name)) for name in names]
    return names | {
        token for token in tokens if any("".join(_words(token)) in name for name in squeezed)
    }
