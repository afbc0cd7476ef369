"""Fold texts and words for rules and for the search index, so that both spell alike. Pure.

"Møller's C++ Boxes" becomes `mollers cplusplus  boxes`. Inclusive endings are dropped:
"EntwicklerIn", "Ingénieur·e". A word also matches its English singular and plural.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

UNSPACED = (  # scripts without spaces between words: Chinese, Japanese, Thai, Lao, Khmer, Burmese
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3040-\u30fa\u30fc-\u30ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
# vowel signs, which Python's \w leaves out
VOWEL_SIGNS = "\u0900-\u0fff\u1000-\u109f\u1780-\u17ff\u3099\u309a"
_LETTERS = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "\u0131": "i",
        "ħ": "h",
        "™": " ",
        "®": " ",
        "©": " ",
        "℠": " ",
    }
)
_DROPPED = re.compile(
    "[\u0300-\u036f\u00ad\u0591-\u05c7\u061c\u064b-\u065f\u0670\u200b-\u200f\u202a-\u202e"
    "\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff]"
)
_FRENCH = "es|e|ses|se|euses?|trices?|rices?|nes?|eres?|fes?|tes?|les?|ives?"
# Engineer(s), Ingénieur(e), Entwickler:in, Ingenieur/-in, Ingénieur·e, Engenheiro(a)
_ENDING = re.compile(
    r"[(*:_·•∙‧./](?<=\w.)(?:"  # a pattern that begins with the sign is ten times as fast
    rf"(?<=\()(?:s|es|in|innen|as?|os?|r|ka|tka|{_FRENCH})\)"
    rf"|(?<=[*:_])(?:innen|in)(?!\w)|(?<=[·•∙‧])(?:s|{_FRENCH})(?!\w)"
    r"|(?<=\w\w\w\.)(?:e|se|euse|trice|rice|ne)(?!\w)"
    r"|(?<=\w\w\w/)-?(?:innen|in|as?|os?|e|ne|euse|trice|rice|ka|tka)(?!\w))"
)
# EntwicklerIn, not LinkedIn
_CAPITAL_IN = re.compile(r"In(?<=(?:er|or|ur|nt|st|te)In)(?:nen)?(?!\w)")
_POSSESSIVE = re.compile(r"['\u2019](?<=\w['\u2019])(?=s\b)")
_CPP = re.compile(r"c(?<!\wc)\+\+")
_SHARP = re.compile(r"(?<!\w)([acfj])#")
_DOTNET = re.compile(r"\.net(?!\w)")
_SHORTEST_PLURAL = 4  # letters: "jobs", but not "iOS", "AWS" or "gas"


def fold(text: str) -> str:
    """Return the text in lower case, without accents and inclusive endings.

    Signs that belong to a word are spelled out: "c++" is `cplusplus`, ".net" is `dotnet`.
    """
    folded = _fold_letters(_CAPITAL_IN.sub("", text) if "In" in text else text)
    folded = _ENDING.sub(lambda end: "s" if end.group() in ("(s)", "(es)") else "", folded)
    # a substring test takes a tenth of the time of a pattern, and a single sign a tenth of that
    if ("'" in folded and "'s" in folded) or ("\u2019" in folded and "\u2019s" in folded):
        folded = _POSSESSIVE.sub("", folded)
    if "+" in folded and "c++" in folded:
        folded = _CPP.sub("cplusplus ", folded)
    if "#" in folded:
        folded = _SHARP.sub(r"\1sharp ", folded)
    return _DOTNET.sub(" dotnet", folded) if ".net" in folded else folded


def _fold_letters(text: str) -> str:
    if text.isascii():
        return text.lower()
    letters = (
        unicodedata.normalize("NFKD", text.replace("™", " ").replace("℠", " "))
        .casefold()
        .translate(_LETTERS)
    )
    folded = unicodedata.normalize("NFC", _DROPPED.sub("", letters))
    return _script_change().sub(" ", folded) if _any_unspaced().search(folded) else folded


# compiling them takes 5 ms, which a program that reads ASCII alone does not spend
@cache
def _any_unspaced() -> re.Pattern[str]:
    return re.compile(f"[{UNSPACED}]")


@cache
def _script_change() -> re.Pattern[str]:
    return re.compile(
        rf"(?<=[{UNSPACED}])(?=[^\W_{UNSPACED}])|(?<=[^\W_{UNSPACED}])(?=[{UNSPACED}])"
    )


def word_forms(word: str) -> set[str]:
    """Return the word with its singular and its plural by English spelling.

    Some forms do not exist ("boxeses"). They match nothing and do no harm.
    """
    if len(word) == 1 or not word[-1].isalpha() or is_unspaced(word[-1]) or word in {"it", "us"}:
        return {word}
    singulars = {word}
    if (
        len(word) >= _SHORTEST_PLURAL
        and word.endswith("s")
        and not word.endswith(("ss", "us", "is"))
    ):
        singulars.add(word[:-1])
        if word.endswith(("ses", "xes", "zes", "ches", "shes", "oes")):
            singulars.add(word[:-2])
        if word.endswith("ies"):
            singulars.add(word[:-3] + "y")
        if word.endswith("ses"):
            singulars.add(word[:-2] + "is")
    return singulars.union(*(_plural(singular) for singular in singulars))


def _plural(word: str) -> set[str]:
    if word.endswith("y") and word[-2:-1] not in set("aeiou"):
        return {word[:-1] + "ies"}
    if word.endswith("sis"):
        return {word[:-2] + "es"}
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return {word + "es"}
    return {word + "s"}


def is_unspaced(letter: str) -> bool:
    """Return True if the script of the letter has no spaces between words."""
    return not letter.isascii() and _any_unspaced().match(letter) is not None
