"""Countries by their codes and English names. Pure."""

from __future__ import annotations

from functools import cache

from babel import Locale

from monitor.errors import UserError

# CLDR's codes of unions, of no known region, and for tests
_NO_COUNTRIES = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}


def country_code(text: str) -> str:
    """Return the ISO 3166 code of `GB`, `gb` or `United Kingdom`. Raise UserError."""
    names = _names()
    code = text.upper()
    if code in names:
        return code
    folded = text.casefold()
    found = next((code for code, name in names.items() if name.casefold() == folded), None)
    if found is None:
        raise UserError(
            f"country={text}: use a code of two letters such as GB, or an English name."
        )
    return found


@cache
def _names() -> dict[str, str]:
    """Return the English names by code. Continents have numbers as their codes."""
    return {
        code: name
        for code, name in Locale("en").territories.items()
        if code.isalpha() and code not in _NO_COUNTRIES
    }


def country_name(code: str) -> str:
    """Return the English name of a country's code."""
    return str(Locale("en").territories.get(code, code))
