"""Normalize a text for phrase matching.

The normal form has lower case and no accents. One sign between two words tells their separator:

    " Research Scientist/Engineer (m/f), Gemini "  →  ",research scientist/engineer(m/f),gemini,"

Words are folded by `spelling.py`. `GRADE_SIGN` joins alternative grades ("senior/staff"), and
`TIED` stands for the "and" of a fixed pair ("research and development").
"""

from __future__ import annotations

import re
from functools import lru_cache

from monitor.text.spelling import VOWEL_SIGNS, fold

# characters; the normal form of titles and places is cached for the next rule
_SHORT = 400

PREFIX = "ʘ"  # stands for the `*` of a phrase during folding: a letter that no posting has

# any separator but a single space, which stays as it is
_GAP = re.compile(rf"(?: (?=[^\w{VOWEL_SIGNS}]|_)|[^\w{VOWEL_SIGNS} ]|_)(?:[^\w{VOWEL_SIGNS}]|_)*")
_DASH = "\u2010-\u2013\u2212-"  # hyphens, en dash, minus
_PARTING = re.compile(
    rf"[,;:!?…|•·‣▪●\[\]{{}}<>—、。「」『』【】]|--|[{_DASH}]\s|\s[{_DASH}]|\.\s|\n\s*\n"
)
_SLASHES = frozenset("/\\\u2044\u2215")
_ABBREVIATION = re.compile(r"(?<!\w)(sr|jr|dr|mr|ms|st|no|mgr|eng|assoc|asst|dept)\.(?=\s)")
_ALTERNATIVES = (
    (",or ", " or "),
    ("(or ", " or "),
    (" and/or ", " or "),
    ("/or ", " or "),
    (" or/", " or "),
)

GRADE_SIGN, TIED = "¦", "⁀"  # between grades that alternate; for the "and" of a fixed pair
_GRADE = (
    r"(?:mid level|entry level|senior|staff|principal|lead|junior|mid|medior|sr|jr|associate"
    r"|graduate|distinguished|expert|intern|i{1,3}|iv)"
)
_GRADES = re.compile(rf"(?<=[ ,/(){GRADE_SIGN}])({_GRADE})(?:/| or | and )(?={_GRADE}[ ,/()])")
_PAIRS = (  # each names one kind of work
    "research and development; research and innovation; health and safety; trust and safety"
    "; food and safety; fire and safety; learning and development; mergers and acquisitions"
    "; equity and inclusion; diversity and inclusion; diversity and equity; food and beverage"
    "; oil and gas; profit and loss; supply and demand; arts and crafts; command and control"
    "; navigation and control; test and evaluation; verification and validation"
    "; terms and conditions; risk and compliance; media and entertainment; travel and expense"
    "; time and attendance; bed and breakfast; search and rescue; fraud and abuse"
    "; track and trace; pick and place; monitoring and evaluation; science and technology"
    "; wear and tear"
)
_PAIR = re.compile(rf"(?<=[ ,/()])(?:{_PAIRS.replace('; ', '|')})(?=[ ,/()])")


def normalize(text: str) -> bytes:
    """Return the normal form in UTF-8, with commas at both ends; `b","` without words."""
    return (_normalized_short if len(text) <= _SHORT else _normalized_long)(text)


def _normalized(text: str) -> bytes:
    folded = _ABBREVIATION.sub(r"\1 ", fold(text))
    normal = _GAP.sub(lambda gap: _separator(gap.group()), folded).strip(" ,/()")
    normal = f",{normal}," if normal else ","
    for written, replacement in _ALTERNATIVES:
        normal = normal.replace(written, replacement)
    if " and " in normal:
        normal = _PAIR.sub(lambda pair: pair[0].replace(" and ", TIED), normal)
    normal = _GRADES.sub(rf"\1{GRADE_SIGN}", normal)
    return normal.encode("utf-8", "replace")


# each phrase of each rule asks for the same texts; of long ones few are kept: memory stays small
_normalized_short = lru_cache(maxsize=4096)(_normalized)
_normalized_long = lru_cache(maxsize=4)(_normalized)


@lru_cache(maxsize=1024)  # texts have few different gaps
def _separator(gap: str) -> str:
    """Return the one sign for a gap between two words. "&" becomes " and "."""
    if gap in {" ", "-"}:
        return " "
    if "(" in gap:
        return "("
    if not _SLASHES.isdisjoint(gap):
        return "/"
    if _PARTING.search(gap):
        return ","
    if ")" in gap:
        return ")"
    return " and " if "&" in gap else " "
