"""Recognize currencies by code, sign or name, in the context of a country.

Codes, names and the currencies of each country come from CLDR through Babel. A sign or noun that
several currencies share ("$", "kr", "pounds") means the currency of the posting's country. Without
a country "$" is US dollars, "£" British pounds and "€" euros; the others stay unknown.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from babel import core

from crawler.read.cldr import tables

_TODAY = date(2026, 1, 1)  # a fixed day, so that reading does not depend on the clock
_ENDED_AFTER = (2020, 1, 1)  # older currencies are not read
_CODES_THAT_ARE_WORDS = frozenset(
    {"ALL", "AMD", "BAM", "BOB", "CUP", "GEL", "LAK", "MAD", "MOP", "PEN", "SOS", "TOP", "TRY"}
)  # read only in countries that use them
SIGNS: dict[str, tuple[str, ...]] = {  # signs that are money by themselves
    "$": (), "£": ("GBP",), "€": ("EUR",), "¥": ("JPY", "CNY"), "₹": ("INR",), "₪": ("ILS",),
    "₩": ("KRW",), "₱": ("PHP",),
    "₺": ("TRY",), "₽": ("RUB",), "₴": ("UAH",), "₦": ("NGN",), "₫": ("VND",), "฿": ("THB",),
    "\uffe5": ("JPY", "CNY"),
}  # fmt: skip
# signs made of letters, in CLDR's spelling and as people write them
_LETTERS: dict[str, tuple[str, ...]] = {
    "zł": ("PLN",), "zl": ("PLN",), "Kč": ("CZK",), "Kc": ("CZK",),
    "kr": ("SEK", "NOK", "DKK", "ISK"), "Ft": ("HUF",),
    "lei": ("RON", "MDL"), "RM": ("MYR",), "Rp": ("IDR",),
    "Rs": ("INR", "PKR", "LKR", "NPR", "MUR"), "Fr": ("CHF",), "SFr": ("CHF",),
    "лв": ("BGN",), "KSh": ("KES",), "円": ("JPY",), "元": ("CNY", "TWD"), "원": ("KRW",),
    "R": ("ZAR",), "NIS": ("ILS",),
    "lakh": ("INR", "PKR", "NPR", "LKR", "BDT"),
}  # fmt: skip
# read only in countries that use them
_LOCAL_ONLY = frozenset({"R", "lakh", "Fr", "kr", "Rs"})
DOLLARS = {
    "US": "USD", "U.S.": "USD", "C": "CAD", "CA": "CAD", "CAN": "CAD", "CDN": "CAD", "A": "AUD",
    "AU": "AUD", "NZ": "NZD", "S": "SGD",
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
# in these countries a "$" may be pesos or US dollars
_PESO_CODES = frozenset({"MXN", "CLP", "COP", "ARS", "UYU", "DOP", "CUP"})
_NOUNS = (
    "dollars pounds euros francs kroner kronor yen yuan rupees rand zlotys złotych złote forints "
    "lei korun koruna reais"
    " dirhams euro baht pesos"
)
_NOUN_CODES: dict[str, tuple[str, ...]] = {  # nouns that end no English name in CLDR
    "złotych": ("PLN",), "złote": ("PLN",), "lei": ("RON", "MDL"), "korun": ("CZK",),
    "koruna": ("CZK",), "reais": ("BRL",),
    "euro": ("EUR",), "kronor": ("SEK",), "kroner": ("NOK", "DKK"), "rand": ("ZAR",),
}  # fmt: skip


@lru_cache(maxsize=1)
def codes() -> frozenset[str]:
    """Return the ISO 4217 codes of the currencies in use, and of those that ended recently."""
    listed = (
        entry for entries in core.get_global("territory_currencies").values() for entry in entries
    )
    return frozenset(
        code
        for code, _, end, tender in listed
        if tender and (end is None or tuple(end) > _ENDED_AFTER)
    )


@lru_cache(maxsize=1)
def written_codes() -> frozenset[str]:
    """Return these codes, and "NIS", which Israelis write for ILS."""
    return codes() | {"NIS"}


@lru_cache(maxsize=512)  # there are fewer countries
def _in_use(territory: str) -> frozenset[str]:
    """Return the codes of the currencies that a country uses today."""
    listed = core.get_global("territory_currencies").get(territory, [])
    return frozenset(
        code
        for code, begin, end, tender in listed
        if tender and (begin or (0,)) <= _TODAY.timetuple()[:3] and not end
    )


def of_sign(sign: str, countries: frozenset[str]) -> str | None:
    """Return the currency code of a sign, code or noun in these countries.

    "" for a bare "$". None if it may be several currencies, or no money.
    """
    if sign.endswith("$"):
        return DOLLARS.get(sign[:-1].upper(), "")
    if sign in codes():
        return (
            sign
            if sign not in _CODES_THAT_ARE_WORDS or sign in local_currencies(countries)
            else None
        )
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
    """Return the currency code of a bare "$" in these countries.

    It is USD if none of them has its own dollar or peso. None if it may be several.
    """
    local = local_currencies(countries)
    dollars, pesos = local & _DOLLAR_CODES, local & _PESO_CODES
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
    local = local_currencies(countries).intersection(choices)
    if len(local) == 1:
        return next(iter(local))
    if len(choices) == 1 and sign not in _LOCAL_ONLY:
        return choices[0]
    if not local and (sign in {"pounds", "pound"} or (sign in {"¥", "\uffe5"} and not countries)):
        return "GBP" if "p" in sign else "JPY"
    return None


def local_currencies(countries: frozenset[str]) -> frozenset[str]:
    """Return the codes of the currencies that these countries use today."""
    return frozenset().union(*(_in_use(country) for country in countries))


@lru_cache(maxsize=1)
def nouns() -> dict[str, tuple[str, ...]]:
    """Return the currency codes that each noun may mean: six for "pounds", one for "zlotys"."""
    codes_by_noun: dict[str, tuple[str, ...]] = {}
    names = tables().currencies
    for noun in _NOUNS.split():
        singular = noun.removesuffix("s")
        ends = tuple(
            code
            for code in sorted(codes())
            if names.get(code, "").split()[-1:] in ([noun], [singular])
        )
        codes_by_noun[noun] = codes_by_noun[singular] = _NOUN_CODES.get(noun) or ends
    return codes_by_noun


@lru_cache(maxsize=1)
def names() -> dict[str, str]:
    """Return the currency code of each full English name in lower case: "swiss francs"."""
    return tables().plural_currencies


@lru_cache(maxsize=1)
def patterns() -> tuple[str, str]:
    """Return two patterns: a currency before a number, and one after it."""
    dollars = "|".join(re.escape(letters) for letters in sorted(DOLLARS, key=len, reverse=True))
    signs = "".join(sign for sign in SIGNS if sign != "$")
    letters = "|".join(sorted(_LETTERS, key=len, reverse=True))
    words = "|".join(sorted([*names(), *nouns()], key=len, reverse=True))
    three = "|".join(sorted(codes()))
    front = rf"(?:(?<![^\W\d_])(?:{dollars}))?\$|[{signs}]|(?<![^\W\d_])(?:{letters})\.?"
    after = (
        rf"(?:(?:{dollars}))?\$|[{signs}]"
        rf"|(?:{three}|(?:{letters})\b\.?|(?i:{words}))(?![^\W\d_])|[円元원]"
    )
    return front, after
