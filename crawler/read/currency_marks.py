"""Find signs, codes and names of currencies in a text.

A text without them names no money, and need not be read for amounts.
"""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from itertools import islice

from crawler.read import currencies
from crawler.read.letters import digit_runs, without_common_signs

_NO_CAPITALS = bytes(set(range(256)) - set(string.ascii_uppercase.encode()))
_DAMAGED = {
    sign.encode().decode("cp1252"): sign for sign in ("£", "€", "\u2013", "\u2014", "\u2019")
}  # UTF-8 that was decoded as Windows-1252: "Â£"
_NAME_BEHIND = re.compile(
    r"\d\s?(?:k\s?|mil\s|tys\. |tis\. )?((?:[a-z]{2,11} )?(?:dollars?|francs?|pounds?|kron[eo]r"
    r"|rupees)|euros?|zlotys?|forints?|yen\b"
    r"|rand\b|zł|zl\b|kč|kc\b|t?kr\b|ft\b|lei\b|lakhs?|lacs?|lpa\b|cr\b|crores?\b"
    r"|ron\b)",
    re.IGNORECASE,
)
_NAMES_IN_FRONT = ("Rs", "RS", "RM", "kr", "Kr", "zł", "Rp", "Fr", "KSh", "R", "Kč", "Ft")
_ASCII_SIGNS = tuple(sign for sign in currencies.SIGNS if sign.isascii())
_MAX_NAMES = 300  # in one text; a limit for hostile texts
_BEFORE_NUMBER = 9  # characters before a number that hold the name of a currency


def repair_encoding(text: str) -> str:
    """Return the text with wrongly decoded signs repaired: "Â£" becomes "£"."""
    if "Â" in text or "â" in text:
        for damaged, sign in _DAMAGED.items():
            text = text.replace(damaged, sign)
    return text


def currency_marks(text: str) -> tuple[str, ...]:
    """Return the signs, codes and names of currencies in the text; none if it has no number.

    A line far from all of them names no money.
    """
    numbers = digit_runs(text)
    if not numbers:
        return ()
    # a search in the capitals alone takes a tenth of the time
    capitals = text.encode("utf-8", "ignore").translate(None, _NO_CAPITALS).decode()
    codes = (code for code in currencies.written_codes() if code in capitals and code in text)
    possible = _ASCII_SIGNS if without_common_signs(text).isascii() else currencies.SIGNS
    return (*(sign for sign in possible if sign in text), *codes, *_names(text, numbers))


def _names(text: str, numbers: Sequence[tuple[int, int]]) -> set[str]:
    """Return letters next to a number that name a currency or an amount: "500 kr", "Rs 18"."""
    behind = (_NAME_BEHIND.match(text, end - 1) for _, end in numbers)
    names = {match[1] for match in islice(filter(None, behind), _MAX_NAMES)}
    for word in {_word_before(text, begin) for begin, _ in numbers}:
        if word.endswith(_NAMES_IN_FRONT):
            names.update(filter(word.endswith, _NAMES_IN_FRONT))
    if text.isascii():
        return names
    return names | {letter for letter in "万萬円元원" if letter in text}


def _word_before(text: str, number: int) -> str:
    """Return the letters before a number, without a space and a point between."""
    before = text[max(0, number - _BEFORE_NUMBER) : number]
    before = before[:-1] if before[-1:].isspace() else before
    return before.removesuffix(".")
