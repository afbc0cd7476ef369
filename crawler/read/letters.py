"""Fold letters, so that names compare without case and accents."""

from __future__ import annotations

import unicodedata

# letters that Unicode does not decompose into a plain letter and an accent
_STROKED = str.maketrans({"ł": "l", "ø": "o"})


def fold_letters(name: str) -> str:
    """Return the name in lower case without accents: "zurich" for "Zürich"."""
    if name.isascii():
        return name.lower()
    plain = unicodedata.normalize("NFKD", name).casefold().translate(_STROKED)
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
