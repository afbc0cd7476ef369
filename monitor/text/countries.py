"""Countries by their codes and English names. Pure."""

from __future__ import annotations

from babel import Locale

from monitor.errors import UserError


def country_code(text: str) -> str:
    """Return the ISO 3166 code of `GB`, `gb` or `United Kingdom`. Raise UserError."""
    names = Locale("en").territories
    code = text.upper()
    if len(code) == 2 and code in names:  # noqa: PLR2004  # letters of a code
        return code
    folded = text.casefold()
    found = next((code for code, name in names.items() if name.casefold() == folded), None)
    if found is None:
        raise UserError(
            f"country={text}: use a code of two letters such as GB, or an English name."
        )
    return str(found)


def country_name(code: str) -> str:
    """Return the English name of a country's code."""
    return str(Locale("en").territories.get(code, code))
