"""The full-text index of titles and descriptions: FTS5 on SQLite, `tsvector` on PostgreSQL.

A title is indexed with its description, once for all versions that have both, in the transaction
that stores them. Both databases get the words of `monitor.text.search_terms`, so that they find the
same. `search.py` asks the index.

A migration creates the index itself: the virtual table `search_words` on SQLite, a column of that
name on PostgreSQL. It is not part of the models, and SQLAlchemy knows no statements for FTS5. So
its statements are SQL text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    TextClause,
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
from monitor.text.search_terms import MAX_WORDS, spaced_words, tokenize

INDEX = "search_words"
_TEXT = model_table(tables.SearchText)
# FTS5's own table with one row for each indexed text: https://sqlite.org/fts5.html
_DOCUMENTS = table(f"{INDEX}_docsize", column("id", Integer()))
# PostgreSQL's columns of the words: its index knows no fields, and a mark at each word of a title
# would be read from the row
TEXT_WORDS: ColumnElement[Any] = literal_column(f"{_TEXT.name}.{INDEX}")
TITLE_WORDS: ColumnElement[Any] = literal_column(f"{_TEXT.name}.title_{INDEX}")
# how the text that gets its words is identified
_BY_ID, _BY_DIGEST = ":row", "(SELECT id FROM search_text WHERE digest = :row)"
_HAS_NO_WORDS: Mapping[str, ColumnElement[bool]] = {
    "sqlite": ~select(_DOCUMENTS.c.id).where(_DOCUMENTS.c.id == _TEXT.c.id).exists(),
    "postgresql": TITLE_WORDS.is_(None),
}
_WITHOUT_WORDS = {
    dialect: select(_TEXT.c.digest).where(in_json_list(_TEXT.c.digest, "digests"), condition)
    for dialect, condition in _HAS_NO_WORDS.items()
}
_BATCH = 500  # texts in memory
_WORDS_BATCH = 50  # texts in memory as words, which take three times the memory


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
