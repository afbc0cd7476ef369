"""Full-text search over titles and descriptions: FTS5 on SQLite, `tsvector` on PostgreSQL.

A title is indexed with its description, once for all versions that have both, in the transaction
that stores them. Both databases get the words of `monitor.text.words`, so that they find the same.
A migration creates the index itself: the virtual table `search_words` on SQLite, a column of that
name on PostgreSQL. It is not part of the models, and SQLAlchemy knows
no statements for FTS5. So its statements are SQL text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from itertools import product
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    TextClause,
    cast,
    column,
    insert,
    literal_column,
    select,
    table,
    text,
)

from monitor.database import tables
from monitor.database.columns import table as model_table
from monitor.database.engine import insert_or_ignore
from monitor.database.json_values import in_json_list, json_list
from monitor.errors import UserError
from monitor.text.search_terms import MAX_WORDS, Term, parse_query, spaced_words, tokenize

INDEX = "search_words"
_TEXT = model_table(tables.SearchText)
_WORDS = table(INDEX, column("rowid", Integer()))
# FTS5's own table with one row for each indexed text: https://sqlite.org/fts5.html
_DOCUMENTS = table(f"{INDEX}_docsize", column("id", Integer()))
_TEXT_WORDS: ColumnElement[Any] = literal_column(f"{_TEXT.name}.{INDEX}")
# PostgreSQL's index knows no columns; a mark at each word of a title would be read from the row
_TITLE_WORDS: ColumnElement[Any] = literal_column(f"{_TEXT.name}.title_{INDEX}")
# how the text that gets its words is identified
_BY_ID, _BY_DIGEST = ":row", "(SELECT id FROM search_text WHERE digest = :row)"
_HAS_NO_WORDS: Mapping[str, ColumnElement[bool]] = {
    "sqlite": ~select(_DOCUMENTS.c.id).where(_DOCUMENTS.c.id == _TEXT.c.id).exists(),
    "postgresql": _TITLE_WORDS.is_(None),
}
_WITHOUT_WORDS = {
    dialect: select(_TEXT.c.digest).where(in_json_list(_TEXT.c.digest, "digests"), condition)
    for dialect, condition in _HAS_NO_WORDS.items()
}
_BATCH = 500  # texts in memory
_WORDS_BATCH = 50  # texts in memory as words, which take three times the memory
_MOST_TERMS = 100  # words of one search: PostgreSQL fails on a phrase of thousands


Indexed = tuple[str, str, str]  # a title, the digest of its description, the description
Words = dict[str, str]  # parameters of the statement that indexes a text


class Document(NamedTuple):
    """A title with its description, ready to be indexed."""

    row: dict[str, str]
    words: Words


def is_index(name: str | None) -> bool:
    """Return True if a table, column or index belongs to the full-text index."""
    return name is not None and INDEX in name


def rows_of(texts: Iterable[Indexed]) -> dict[str, tuple[dict[str, str], str]]:
    """Return the row of each text and its description, by the row's digest."""
    return {
        (row := _row(title, digest))["digest"]: (row, description)
        for title, digest, description in texts
    }


def document(connection: Connection, row: dict[str, str], description: str) -> Document:
    """Return a row of `rows_of` with its words."""
    return Document(row, _words(connection, row["title"], description))


def add_documents(connection: Connection, documents: Sequence[Document]) -> None:
    """Store and index texts that were not indexed a moment ago."""
    if not documents:
        return
    rows = [each.row for each in documents]
    added = connection.execute(
        insert_or_ignore(connection, _TEXT), rows, execution_options={"preserve_rowcount": True}
    )
    if added.rowcount != len(rows):  # another process was quicker
        digests = json_list([row["digest"] for row in rows])
        left = set(
            connection.scalars(_WITHOUT_WORDS[connection.dialect.name], {"digests": digests})
        )
        documents = [each for each in documents if each.row["digest"] in left]
    words = [{"row": each.row["digest"]} | each.words for each in documents]
    if words:
        connection.execute(_insert_words(connection.dialect.name, _BY_DIGEST), words)


def _row(title: str, description_digest: str) -> dict[str, str]:
    digest = sha256(f"{description_digest} {title}".encode()).hexdigest()
    return {"digest": digest, "title": title, "description_digest": description_digest}


def index_all(connection: Connection) -> None:
    """Build the whole index again from the stored texts."""
    connection.execute(text("DELETE FROM search_text"))
    if connection.dialect.name == "sqlite":
        connection.execute(text("INSERT INTO search_words (search_words) VALUES ('delete-all')"))
    version = tables.PostingVersion
    stored = connection.execute(select(version.title, version.description_digest).distinct()).all()
    for start in range(0, len(stored), _BATCH):
        connection.execute(insert(_TEXT), [_row(*row) for row in stored[start : start + _BATCH]])
    index_missing(connection)


def index_missing(connection: Connection) -> None:
    """Index every stored text that is not in the index: after a copy, or an upgrade emptied it."""
    query = (
        select(_TEXT.c.id, _TEXT.c.title, tables.Description.text)
        .join(tables.Description)
        .where(_HAS_NO_WORDS[connection.dialect.name])
    )
    last = 0
    while batch := connection.execute(
        query.where(_TEXT.c.id > last).order_by(_TEXT.c.id).limit(_BATCH)
    ).all():
        _index(connection, [(row.id, row.title, row.text) for row in batch])
        last = batch[-1].id


def _index(connection: Connection, texts: Sequence[tuple[int, str, str]]) -> None:
    """Add the words of stored texts that have none: (id, title, description)."""
    for start in range(0, len(texts), _WORDS_BATCH):
        batch = texts[start : start + _WORDS_BATCH]
        rows = [
            {"row": row} | _words(connection, title, description)
            for row, title, description in batch
        ]
        connection.execute(_insert_words(connection.dialect.name, _BY_ID), rows)


def _words(connection: Connection, title: str, description: str) -> Words:
    """Return a text's words as parameters of the statement that indexes it."""
    if connection.dialect.name == "sqlite":
        return {"title": spaced_words(title), "description": spaced_words(description)}
    in_title = tokenize(title)
    return {"words": _vector([*in_title, "", *tokenize(description)]), "title": _vector(in_title)}


@cache
def _insert_words(dialect: str, named: str) -> TextClause:
    if dialect == "sqlite":
        # constants, here and below
        return text(
            f"INSERT INTO search_words (rowid, title, description) VALUES"  # noqa: S608
            f" ({named}, :title, :description)"
        )
    return text(
        "UPDATE search_text SET search_words = CAST(:words AS tsvector),"  # noqa: S608
        f" title_search_words = CAST(:title AS tsvector) WHERE id = {named}"
    )


def _vector(words: Sequence[str]) -> str:
    """Return the words with their positions as a tsvector.

    An empty word leaves a position free, so that no phrase spans it.
    """
    places: dict[str, list[str]] = {}
    for place, word in enumerate(words[:MAX_WORDS], 1):
        if word:
            places.setdefault(word, []).append(str(place))
    return " ".join(f"'{word}':{','.join(numbers)}" for word, numbers in places.items())


def matches_words(connection: Connection, query: str) -> ColumnElement[bool]:
    """Return the condition that a SearchText has all terms of the query. Raise UserError."""
    terms = parse_query(query)
    if not terms:
        raise UserError(f"there is no word to search for in {query!r}")
    if sum(len(term.words) for term in terms) > _MOST_TERMS:
        raise UserError(f"that is more than {_MOST_TERMS} words to search for: give fewer")
    if connection.dialect.name == "sqlite":
        return _sqlite_match(" AND ".join(map(_sqlite_term, terms)))
    return _postgres_match(_TEXT_WORDS, terms)


def title_matches(connection: Connection, terms: Sequence[Term]) -> ColumnElement[bool]:
    """Return the condition that the title of a SearchText has all of the terms."""
    if connection.dialect.name == "sqlite":
        return _sqlite_match(f"title : ({' AND '.join(map(_sqlite_term, terms))})")
    return _postgres_match(_TITLE_WORDS, terms)


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
