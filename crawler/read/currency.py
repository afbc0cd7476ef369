"""Codes, signs and names of currencies, and which currency a shared sign means in a country.

Codes, names and who pays with what are CLDR's by way of Babel. A sign or a noun that several
currencies share ("$", "kr", "pounds") is the currency of the place's country; without a place "$"
is US dollars, "£" British pounds, "€" euros, and the rest stay unknown.

price-parser 0.5 does not serve: it finds one amount and one sign in a text that is known to be a
price, no range, period or lakh. Of 592 cases it has 7 right and 538 wrong, and it finds a price in
all 166 texts that state no pay (`docs/accuracy.md`).
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from babel import Locale
from babel.core import get_global
from babel.numbers import get_currency_name

_TODAY = date(2026, 1, 1)  # a fixed day: what is read does not depend on the clock
_LATELY = (2020, 1, 1)
_WORDS = frozenset(
    {"ALL", "AMD", "BAM", "BOB", "CUP", "GEL", "LAK", "MAD", "MOP", "PEN", "SOS", "TOP", "TRY"}
)  # read where paid with alone
SIGNS: dict[str, tuple[str, ...]] = {  # those that need no letters around them to be money
    "$": (), "£": ("GBP",), "€": ("EUR",), "¥": ("JPY", "CNY"), "₹": ("INR",), "₪": ("ILS",), "₩": ("KRW",), "₱": ("PHP",),
    "₺": ("TRY",), "₽": ("RUB",), "₴": ("UAH",), "₦": ("NGN",), "₫": ("VND",), "฿": ("THB",), "\uffe5": ("JPY", "CNY"),
}  # fmt: skip
# signs of letters, in CLDR's spelling or as people write them
_LETTERS: dict[str, tuple[str, ...]] = {
    "zł": ("PLN",), "zl": ("PLN",), "Kč": ("CZK",), "Kc": ("CZK",), "kr": ("SEK", "NOK", "DKK", "ISK"), "Ft": ("HUF",),
    "lei": ("RON", "MDL"), "RM": ("MYR",), "Rp": ("IDR",), "Rs": ("INR", "PKR", "LKR", "NPR", "MUR"), "Fr": ("CHF",), "SFr": ("CHF",),
    "лв": ("BGN",), "KSh": ("KES",), "円": ("JPY",), "元": ("CNY", "TWD"), "원": ("KRW",), "R": ("ZAR",),
    "lakh": ("INR", "PKR", "NPR", "LKR", "BDT"),
}  # fmt: skip
# letters that are money only where it is paid with
_AT_HOME = frozenset({"R", "lakh", "Fr", "kr", "Rs"})
DOLLARS = {
    "US": "USD", "U.S.": "USD", "C": "CAD", "CA": "CAD", "CAN": "CAD", "CDN": "CAD", "A": "AUD", "AU": "AUD", "NZ": "NZD", "S": "SGD",
    "SG": "SGD", "HK": "HKD", "R": "BRL", "MX": "MXN", "NT": "TWD",
}  # fmt: skip
_DOLLAR_CODES = frozenset(
    {
        "USD",
        "CAD",
        "AUD",
        "NZD",
        "SGD",
        "HKD",
        "TWD",
        "BND",
        "BSD",
        "BBD",
        "BMD",
        "JMD",
        "TTD",
        "BZD",
        "FJD",
        "NAD",
    }
)
# a "$" there may be either
_PESO_CODES = frozenset({"MXN", "CLP", "COP", "ARS", "UYU", "DOP", "CUP"})
_NOUNS = (
    "dollars pounds euros francs kroner kronor yen yuan rupees rand zlotys złotych złote forints lei korun koruna reais"
    " dirhams euro baht pesos"
)
_NOUN_CODES: dict[str, tuple[str, ...]] = {  # the nouns that CLDR's English names do not end with
    "złotych": ("PLN",), "złote": ("PLN",), "lei": ("RON", "MDL"), "korun": ("CZK",), "koruna": ("CZK",), "reais": ("BRL",),
    "euro": ("EUR",), "kronor": ("SEK",), "kroner": ("NOK", "DKK"), "rand": ("ZAR",),
}  # fmt: skip


@lru_cache(maxsize=1)
def codes() -> frozenset[str]:
    """The ISO 4217 codes of the currencies in use, and of those that ended in the last years."""
    listed = (entry for entries in get_global("territory_currencies").values() for entry in entries)
    return frozenset(
        code for code, _, end, tender in listed if tender and (end is None or tuple(end) > _LATELY)
    )


@lru_cache(maxsize=512)
def _in_use(territory: str) -> frozenset[str]:
    """Return the codes of the currencies that a country uses today."""
    listed = get_global("territory_currencies").get(territory, [])
    return frozenset(
        code
        for code, begin, end, tender in listed
        if tender and (begin or (0,)) <= _TODAY.timetuple()[:3] and not end
    )


def of_sign(sign: str, countries: frozenset[str]) -> str | None:
    """The currency of a sign, a code or a noun in these countries: "" for a bare "$", None where it may be several or no money."""
    if sign.endswith("$"):
        return DOLLARS.get(sign[:-1].upper(), "")
    if sign in codes():
        return sign if sign not in _WORDS or sign in paid_with(countries) else None
    plain = sign.rstrip(".")
    if plain.casefold() in {"dollar", "dollars"}:
        return ""
    folded = plain.casefold()
    if folded in names():
        return names()[folded]
    choices = (
        SIGNS.get(plain) or _LETTERS.get(plain) or _letters_of(plain) or nouns().get(folded, ())
    )
    return _choose(choices, countries, plain)


def of_dollar(countries: frozenset[str]) -> str | None:
    """Return the currency of a bare "$" in these countries; US dollars where none has dollars of its own, None where it may be several."""
    here = paid_with(countries)
    dollars, pesos = here & _DOLLAR_CODES, here & _PESO_CODES
    if not dollars and not pesos:
        return "USD"
    return next(iter(dollars)) if len(dollars) == 1 and not pesos else None


def _letters_of(plain: str) -> tuple[str, ...]:
    return next(
        (
            choices
            for letters, choices in _LETTERS.items()
            if letters.casefold() == plain.casefold() and len(plain) > 1
        ),
        (),
    )


def _choose(choices: tuple[str, ...], countries: frozenset[str], sign: str) -> str | None:
    here = paid_with(countries).intersection(choices)
    if len(here) == 1:
        return next(iter(here))
    if len(choices) == 1 and sign not in _AT_HOME:
        return choices[0]
    if not here and (sign in {"pounds", "pound"} or (sign in {"¥", "\uffe5"} and not countries)):
        return "GBP" if "p" in sign else "JPY"
    return None


def paid_with(countries: frozenset[str]) -> frozenset[str]:
    """The codes of the currencies that are paid with in these countries."""
    return frozenset().union(*(_in_use(country) for country in countries))


@lru_cache(maxsize=1)
def nouns() -> dict[str, tuple[str, ...]]:
    """The currencies that a noun may mean: "pounds" has six, "zlotys" one."""
    found: dict[str, tuple[str, ...]] = {}
    names = Locale("en").currencies
    for noun in _NOUNS.split():
        singular = noun.removesuffix("s")
        ends = tuple(
            code
            for code in sorted(codes())
            if names.get(code, "").casefold().split()[-1:] in ([noun], [singular])
        )
        found[noun] = found[singular] = _NOUN_CODES.get(noun) or ends
    return found


@lru_cache(maxsize=1)
def names() -> dict[str, str]:
    """The currency of each full name in English, in small letters: "swiss francs"."""
    english = Locale("en")
    found = {}
    for code in codes():
        for name in (
            english.currencies.get(code, ""),
            get_currency_name(code, count=1, locale="en"),
            get_currency_name(code, count=2, locale="en"),
        ):
            if " " in name and name.replace(" ", "").isalpha():
                found[name.casefold()] = code
    return found


@lru_cache(maxsize=1)
def patterns() -> tuple[str, str]:
    """Expressions for a currency in front of a number and behind it."""
    dollars = "|".join(re.escape(letters) for letters in sorted(DOLLARS, key=len, reverse=True))
    signs = "".join(sign for sign in SIGNS if sign != "$")
    letters = "|".join(sorted(_LETTERS, key=len, reverse=True))
    words = "|".join(sorted([*names(), *nouns()], key=len, reverse=True))
    three = "|".join(sorted(codes()))
    front = rf"(?:(?<![^\W\d_])(?:{dollars}))?\$|[{signs}]|(?<![^\W\d_])(?:{letters})\.?"
    behind = rf"(?:(?:{dollars}))?\$|[{signs}]|(?:{three}|(?:{letters})\b\.?|(?i:{words}))(?![^\W\d_])|[円元원]"
    return front, behind
