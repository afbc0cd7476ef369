"""The plain form of a text in which phrases are looked for.

Lower case, no accents, words parted by a single sign that says what stood between them:

    " Research Scientist/Engineer (m/f/d), Gemini "  →  ",research scientist/engineer(m/f/d),gemini,"

Words are spelled as `spelling.py` spells them, grades that alternate are joined by `GRADE_SIGN`,
and the "and" of a fixed pair is `TIED`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from monitor.text.spelling import MARKS
from monitor.text.spelling import plain as spelled

# characters; titles and places come again for every rule, descriptions are kept only while theirs
# is looked at
_SHORT = 400

PREFIX = "ʘ"  # stands for the `*` of a phrase while it is folded: a letter that no posting has

# all but a single space, which stays what it is
_GAP = re.compile(rf"(?: (?=[^\w{MARKS}]|_)|[^\w{MARKS} ]|_)(?:[^\w{MARKS}]|_)*")
_DASH = "\u2010-\u2013\u2212-"  # hyphens, en dash, minus
_PARTING = re.compile(
    rf"[,;:!?…|•·‣▪●\[\]{{}}<>—、。「」『』【】]|--|[{_DASH}]\s|\s[{_DASH}]|\.\s|\n\s*\n"
)
_SLASHES = frozenset("/\\\u2044\u2215")
_ABBREVIATION = re.compile(r"(?<!\w)(sr|jr|dr|mr|ms|st|no|mgr|eng|assoc|asst|dept)\.(?=\s)")
_WORDS = (
    (",or ", " or "),
    ("(or ", " or "),
    (" and/or ", " or "),
    ("/or ", " or "),
    (" or/", " or "),
)

GRADE_SIGN, TIED = "¦", "⁀"  # between grades that alternate; for the "and" of a fixed pair
_GRADE = (
    r"(?:mid level|entry level|senior|staff|principal|lead|junior|mid|medior|sr|jr|associate|graduate|distinguished|expert|intern"
    r"|i{1,3}|iv)"
)
_GRADES = re.compile(rf"(?<=[ ,/(){GRADE_SIGN}])({_GRADE})(?:/| or | and )(?={_GRADE}[ ,/()])")
_PAIRS = (  # they name one kind of work
    "research and development; research and innovation; health and safety; trust and safety; food and safety; fire and safety"
    "; learning and development; mergers and acquisitions; equity and inclusion; diversity and inclusion; diversity and equity"
    "; food and beverage; oil and gas; profit and loss; supply and demand; arts and crafts; command and control; navigation and control"
    "; test and evaluation; verification and validation; terms and conditions; risk and compliance; media and entertainment"
    "; travel and expense; time and attendance; bed and breakfast; search and rescue; fraud and abuse; track and trace; pick and place"
    "; monitoring and evaluation; science and technology; wear and tear"
)
_PAIR = re.compile(rf"(?<=[ ,/()])(?:{_PAIRS.replace('; ', '|')})(?=[ ,/()])")


def normalize(text: str) -> bytes:
    """The text in the plain form of this module, UTF-8; `b","` at both ends, and that alone for a text without words."""
    return (_normalized_short if len(text) <= _SHORT else _normalized_long)(text)


def _normalized(text: str) -> bytes:
    plain = _GAP.sub(
        lambda gap: _separator(gap.group()), _ABBREVIATION.sub(r"\1 ", spelled(text))
    ).strip(" ,/()")
    plain = f",{plain}," if plain else ","
    for written, read in _WORDS:
        plain = plain.replace(written, read)
    if " and " in plain:
        plain = _PAIR.sub(lambda pair: pair[0].replace(" and ", TIED), plain)
    plain = _GRADES.sub(rf"\1{GRADE_SIGN}", plain)
    return plain.encode("utf-8", "replace")


_normalized_short = lru_cache(maxsize=4096)(_normalized)
_normalized_long = lru_cache(maxsize=4)(_normalized)


@lru_cache(maxsize=1024)  # a language has few of them
def _separator(gap: str) -> str:
    """Return the gap between two words as one sign; " and " is written out so that "R&D" is "R and D"."""
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
