"""How rules and the index of words spell a text: one folding, and one reading of plurals. Pure.

"Møller's C++ Boxes" is `mollers cplusplus  boxes`, and an inclusive ending is no part of a word: "EntwicklerIn", "Ingénieur·e". A word fits
its singular and its plural, as far as English spelling tells.
"""

from __future__ import annotations

import re
import unicodedata

UNSPACED = (  # scripts without spaces between words: Chinese, Japanese, Thai, Lao, Khmer, Burmese
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3040-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
# vowel signs are letters to a reader, if not to Python's \w
MARKS = "\u0900-\u0fff\u1000-\u109f\u1780-\u17ff\u3099\u309a"
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
    "[\u0300-\u036f\u00ad\u0591-\u05c7\u061c\u064b-\u065f\u0670\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff]"
)
_ANY_UNSPACED = re.compile(f"[{UNSPACED}]")
_SCRIPT_CHANGE = re.compile(
    rf"(?<=[{UNSPACED}])(?=[^\W_{UNSPACED}])|(?<=[^\W_{UNSPACED}])(?=[{UNSPACED}])"
)
_FRENCH = "es|e|ses|se|euses?|trices?|rices?|nes?|eres?|fes?|tes?|les?|ives?"
# Engineer(s), Ingénieur(e), Entwickler:in, Ingenieur/-in, Ingénieur·e, Engenheiro(a)
_ENDING = re.compile(
    r"[(*:_·•∙‧./](?<=\w.)(?:"  # the sign comes first, which Python finds ten times as fast
    rf"(?<=\()(?:s|es|in|innen|as?|os?|r|ka|tka|{_FRENCH})\)|(?<=[*:_])(?:innen|in)(?!\w)|(?<=[·•∙‧])(?:s|{_FRENCH})(?!\w)"
    r"|(?<=\w\w\w\.)(?:e|se|euse|trice|rice|ne)(?!\w)|(?<=\w\w\w/)-?(?:innen|in|as?|os?|e|ne|euse|trice|rice|ka|tka)(?!\w))"
)
# EntwicklerIn, not LinkedIn
_CAPITAL_IN = re.compile(r"In(?<=(?:er|or|ur|nt|st|te)In)(?:nen)?(?!\w)")
_POSSESSIVE = re.compile(r"['\u2019](?<=\w['\u2019])(?=s\b)")
_CPP = re.compile(r"c(?<!\wc)\+\+")
_SHARP = re.compile(r"(?<!\w)([acfj])#")
_DOTNET = re.compile(r"\.net(?!\w)")
_LONG_ENOUGH = 4  # letters of a plural: "jobs", and not "iOS", "AWS" or "gas"


def plain(text: str) -> str:
    """The text in lower case, without accents and inclusive endings, and with what is written in signs made part of the word."""
    folded = _fold(_CAPITAL_IN.sub("", text) if "In" in text else text)
    folded = _ENDING.sub(lambda end: "s" if end.group() in ("(s)", "(es)") else "", folded)
    # to look for a sign takes a tenth of what an expression takes
    if "'s" in folded or "\u2019s" in folded:
        folded = _POSSESSIVE.sub("", folded)
    if "c++" in folded:
        folded = _CPP.sub("cplusplus ", folded)
    if "#" in folded:
        folded = _SHARP.sub(r"\1sharp ", folded)
    return _DOTNET.sub(" dotnet", folded) if ".net" in folded else folded


def _fold(text: str) -> str:
    if text.isascii():
        return text.lower()
    letters = (
        unicodedata.normalize("NFKD", text.replace("™", " ").replace("℠", " "))
        .casefold()
        .translate(_LETTERS)
    )
    folded = unicodedata.normalize("NFC", _DROPPED.sub("", letters))
    return _SCRIPT_CHANGE.sub(" ", folded) if _ANY_UNSPACED.search(folded) else folded


def forms(word: str) -> set[str]:
    """The word, its singular and its plural, as far as spelling tells; a few that are no words do no harm."""
    if len(word) == 1 or not word[-1].isalpha() or is_unspaced(word[-1]) or word in {"it", "us"}:
        return {word}
    singulars = {word}
    if len(word) >= _LONG_ENOUGH and word.endswith("s") and not word.endswith(("ss", "us", "is")):
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
    """Whether the letter's script has no spaces between words."""
    return _ANY_UNSPACED.match(letter) is not None
