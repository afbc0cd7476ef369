"""Leave out postings that a rule cannot fit, in SQL, before the others are matched in Python.

A phrase fits a plain text only if the text has the phrase's letters in the same order: the normal
form of a plain text (`text/normal_form.py`) has no letter that the text has not, and a phrase
allows more between its letters, but nothing else in their place. A plain text is ASCII without
signs that are spelled out, as "&" is. All others are matched in Python.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, Connection, func, or_

from monitor.config.model import Rule
from monitor.database.columns import table
from monitor.database.tables import Board, Posting, PostingVersion
from monitor.text.phrases import letters_of

# all of ASCII but control characters, "#", "&" and "+"
_NOT_PLAIN: Final = "*[^ -\"$%'-*,-~]*"
_SPELLED_OUT: Final = "%.n%e%t%"  # an ending within is dropped: ".n(a)et"
_MOST_PHRASES: Final = 50  # SQLite limits the depth of a condition
_MOST_LETTERS: Final = 200  # and the length of a pattern
_FIELDS: Final[dict[str, ColumnElement[str]]] = {
    "title": table(PostingVersion).c.title,
    "department": table(PostingVersion).c.department,
    "company": func.coalesce(Posting.company, Board.company),
}


def may_fit(connection: Connection, rules: Sequence[Rule]) -> list[ColumnElement[bool]]:
    """Return conditions on a join of Board, Posting and PostingVersion.

    Each posting that fits the rules meets them. On PostgreSQL there are none: which letters its
    ILIKE takes for the same depends on the locale.
    """
    if connection.dialect.name != "sqlite":
        return []
    conditions = [
        _has_one(rule.read_in, phrases)
        for rule in rules
        for phrases in (rule.any, *((phrase,) for phrase in rule.all))
    ]
    return [condition for condition in conditions if condition is not None]


def _has_one(fields: Sequence[str], phrases: Sequence[str]) -> ColumnElement[bool] | None:
    """Return the condition that a field may have one of the phrases. None if it cannot be asked."""
    known = [found for phrase in phrases[: _MOST_PHRASES + 1] if (found := letters_of(phrase))]
    if not known or len(known) < len(phrases) or not set(fields) <= set(_FIELDS):
        return None
    return or_(*(may_have(_FIELDS[field], letters) for field in fields for letters in known))


def may_have(text: ColumnElement[str], letters: str) -> ColumnElement[bool]:
    """Return the condition that a text has the letters in this order, or is not plain."""
    pattern = "%".join(["", *letters[:_MOST_LETTERS], ""])
    return or_(
        text.like(pattern),
        text.op("GLOB")(_NOT_PLAIN),
        text.like(_SPELLED_OUT),
        func.instr(text, func.char(0)) > 0,  # LIKE and GLOB end there
    )
