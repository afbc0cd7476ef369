"""Ask the full-text index of titles and descriptions (`search_index.py`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    cast,
    column,
    literal_column,
    select,
    table,
)

from monitor.database import tables
from monitor.database.columns import table as model_table
from monitor.database.search_index import INDEX, TEXT_WORDS, TITLE_WORDS
from monitor.errors import UserError
from monitor.text.search_terms import Term, parse_query

_TEXT = model_table(tables.SearchText)
_WORDS = table(INDEX, column("rowid", Integer()))
_MOST_TERMS = 100  # words of one search: PostgreSQL fails on a phrase of thousands


def matches_words(connection: Connection, query: str) -> ColumnElement[bool]:
    """Return the condition that a SearchText has all terms of the query. Raise UserError."""
    terms = parse_query(query)
    if not terms:
        raise UserError(f"there is no word to search for in {query!r}")
    if sum(len(term.words) for term in terms) > _MOST_TERMS:
        raise UserError(f"that is more than {_MOST_TERMS} words to search for: give fewer")
    if connection.dialect.name == "sqlite":
        return _sqlite_match(" AND ".join(map(_sqlite_term, terms)))
    return _postgres_match(TEXT_WORDS, terms)


def title_matches(connection: Connection, terms: Sequence[Term]) -> ColumnElement[bool]:
    """Return the condition that the title of a SearchText has all of the terms."""
    if connection.dialect.name == "sqlite":
        return _sqlite_match(f"title : ({' AND '.join(map(_sqlite_term, terms))})")
    return _postgres_match(TITLE_WORDS, terms)


def _sqlite_match(query: str) -> ColumnElement[bool]:
    found = select(_WORDS.c.rowid).where(literal_column(INDEX).bool_op("MATCH")(query))
    return _TEXT.c.id.in_(found)


def _postgres_match(words: ColumnElement[Any], terms: Sequence[Term]) -> ColumnElement[bool]:
    from sqlalchemy.dialects.postgresql import TSQUERY  # 30 ms  # noqa: PLC0415

    return words.bool_op("@@")(cast(" & ".join(map(_postgres_term, terms)), TSQUERY))


def _sqlite_term(term: Term) -> str:
    """Return the term for FTS5, which has no alternatives within a phrase: one phrase for each."""
    phrases = (
        f'"{" ".join(words)}"' + ("*" if term.prefix else "") for words in product(*term.words)
    )
    return f"({' OR '.join(phrases)})"


def _postgres_term(term: Term) -> str:
    words = (
        "(" + " | ".join(f"'{form}'{':*' if last and term.prefix else ''}" for form in forms) + ")"
        for last, forms in _places(term)
    )
    return f"({' <-> '.join(words)})"


def _places(term: Term) -> Iterator[tuple[bool, tuple[str, ...]]]:
    """Return for each word whether it is the last, and its forms."""
    return ((place == len(term.words), forms) for place, forms in enumerate(term.words, 1))
