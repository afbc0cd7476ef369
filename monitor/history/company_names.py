"""Compare the names of companies, without their legal forms. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_WORDS: Final = re.compile(r"[^\W_]+(?:[.&'\u2019][^\W_]+)*")
# Legal forms, as they stand at a name's end. "Labs", "Research" and "Group" are parts of names.
_FORMS: Final = """
    ab ag aps as asa bv co corp corporation gmbh inc incorporated kg kk kft limited llc llp
    lp ltd mbh nv oy oyj pbc plc pte pty sa sarl sas se spa srl ug
"""
_LEGAL_FORMS: Final = frozenset(_FORMS.split())


def is_same_company(one: str, other: str) -> bool:
    """Return True if the names differ only in case, punctuation and legal form.

    "Example Labs" and "EXAMPLE LABS, Inc." are the same.
    """
    return _without_form(one) == _without_form(other)


@lru_cache(maxsize=256)  # every job of a list names its company
def _without_form(name: str) -> tuple[str, ...]:
    """Return the name's words without its legal form. A name that is only that stays as it is."""
    words = tuple(word.casefold().replace(".", "") for word in _WORDS.findall(name))
    kept = words
    while len(kept) > 1 and kept[-1] in _LEGAL_FORMS:
        kept = kept[:-1]
    return kept
