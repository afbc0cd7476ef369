"""Full-text search over titles and descriptions: FTS5 on SQLite, `tsvector` on PostgreSQL.

What is indexed is a title with its description, once however many versions have both; the index is
written in the transaction that stores them. Both databases are given the words that `words.py`
makes, so that they find the same. The index itself (`search_words`, a virtual table on SQLite, a
column on PostgreSQL) is made by a migration and is none of the models' tables.
"""

from __future__ import annotations

import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from itertools import product
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Table,
    TextClause,
    cast,
    column,
    insert,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy.dialects import postgresql

from monitor.database import tables
from monitor.database.engine import insert_or_ignore
from monitor.database.json_values import in_json_list, json_list
from monitor.errors import UserError
from monitor.text.search_terms import MAX_WORDS, Term, parse_query, tokenize

INDEX = "search_words"
_TEXT = typing.cast("Table", tables.SearchText.__table__)
_WORDS = table(INDEX, column("rowid", Integer()))
# FTS5's own, a row an indexed text: https://sqlite.org/fts5.html
_DOCUMENTS = table(f"{INDEX}_docsize", column("id", Integer()))
_TEXT_WORDS: ColumnElement[Any] = literal_column(f"{_TEXT.name}.{INDEX}", postgresql.TSVECTOR())
# how a text that gets its words is named
_BY_ID, _BY_DIGEST = ":row", "(SELECT id FROM search_text WHERE digest = :row)"
_INDEXED = select(_TEXT.c.digest).where(in_json_list(_TEXT.c.digest, "digests"))
_AT_ONCE = 500  # texts in memory
_IN_WORDS = 50  # texts in memory as words, which take as much again, twice
_MOST_SOUGHT = 100  # words of one search: PostgreSQL gives up on a phrase of thousands


Indexed = tuple[str, str, str]  # a title, the digest of its description, the description
Words = dict[str, str]  # parameters of the statement that indexes a text


def is_index(name: str | None) -> bool:
    """Is that table, column or index part of the full-text index, which the models do not have?"""
    return name is not None and INDEX in name


def index_texts(
    connection: Connection, texts: Iterable[Indexed], ready: Mapping[str, Words] | None = None
) -> None:
    """Index what is not indexed yet; `ready` is what `words_to_index` has made of it."""
    new = _not_indexed(connection, texts)
    if new:
        connection.execute(insert_or_ignore(connection, _TEXT), [row for row, _ in new.values()])
        _index(
            connection,
            _BY_DIGEST,
            [(digest, row["title"], description) for digest, (row, description) in new.items()],
            ready or {},
        )


def words_to_index(connection: Connection, texts: Iterable[Indexed]) -> dict[str, Words]:
    """Return the words of what is not indexed yet, by the digest of title and description."""
    new = _not_indexed(connection, texts)
    return {
        digest: _words(connection, row["title"], description)
        for digest, (row, description) in new.items()
    }


def _not_indexed(
    connection: Connection, texts: Iterable[Indexed]
) -> dict[str, tuple[dict[str, str], str]]:
    rows = {
        (row := _row(title, digest))["digest"]: (row, description)
        for title, digest, description in texts
    }
    there = connection.scalars(_INDEXED, {"digests": json_list(rows)}).all() if rows else ()
    return {digest: rows[digest] for digest in sorted(rows.keys() - there)}


def _row(title: str, description_digest: str) -> dict[str, str]:
    digest = sha256(f"{description_digest} {title}".encode()).hexdigest()
    return {"digest": digest, "title": title, "description_digest": description_digest}


def index_all(connection: Connection) -> None:
    """The whole index made anew from what is stored."""
    connection.execute(text("DELETE FROM search_text"))
    if connection.dialect.name == "sqlite":
        connection.execute(text("INSERT INTO search_words (search_words) VALUES ('delete-all')"))
    version = tables.PostingVersion
    stored = connection.execute(select(version.title, version.description_digest).distinct()).all()
    for start in range(0, len(stored), _AT_ONCE):
        connection.execute(insert(_TEXT), [_row(*row) for row in stored[start : start + _AT_ONCE]])
    index_missing(connection)


def index_missing(connection: Connection) -> None:
    """Index every stored title and description whose words are not in the index yet: after a copy, and after an upgrade that emptied it."""
    document = select(_DOCUMENTS.c.id).where(_DOCUMENTS.c.id == _TEXT.c.id).exists()
    there: ColumnElement[bool] = (
        document if connection.dialect.name == "sqlite" else _TEXT_WORDS.is_not(None)
    )
    query = (
        select(_TEXT.c.id, _TEXT.c.title, tables.Description.text)
        .join(tables.Description)
        .where(~there)
    )
    last = 0
    while some := connection.execute(
        query.where(_TEXT.c.id > last).order_by(_TEXT.c.id).limit(_AT_ONCE)
    ).all():
        _index(connection, _BY_ID, [(row.id, row.title, row.text) for row in some], {})
        last = some[-1].id


def _index(
    connection: Connection,
    named: str,
    texts: Sequence[tuple[object, str, str]],
    ready: Mapping[str, Words],
) -> None:
    """Adds the words of stored texts that have none yet: (its name, title, description)."""
    for start in range(0, len(texts), _IN_WORDS):
        some = texts[start : start + _IN_WORDS]
        rows = [
            {"row": row} | (ready.get(str(row)) or _words(connection, title, description))
            for row, title, description in some
        ]
        connection.execute(_insert_words(connection.dialect.name, named), rows)


def _words(connection: Connection, title: str, description: str) -> Words:
    """A text's words as the database's index takes them."""
    if connection.dialect.name == "sqlite":
        return {"title": " ".join(tokenize(title)), "description": " ".join(tokenize(description))}
    return {"words": _vector([*tokenize(title), "", *tokenize(description)])}


@cache
def _insert_words(dialect: str, named: str) -> TextClause:
    if dialect == "sqlite":
        # of constants
        return text(
            f"INSERT INTO search_words (rowid, title, description) VALUES ({named}, :title, :description)"  # noqa: S608
        )
    # as above
    return text(
        f"UPDATE search_text SET search_words = CAST(:words AS tsvector) WHERE id = {named}"  # noqa: S608
    )


def _vector(words: Sequence[str]) -> str:
    """The words with their places as PostgreSQL reads a tsvector; an empty word leaves a place free, so that no phrase spans it."""
    places: dict[str, list[str]] = {}
    for place, word in enumerate(words[:MAX_WORDS], 1):
        if word:
            places.setdefault(word, []).append(str(place))
    return " ".join(f"'{word}':{','.join(numbers)}" for word, numbers in places.items())


def matches_words(connection: Connection, wanted: str) -> ColumnElement[bool]:
    """Is a row of SearchText one whose title and description have all of that? Raises UserError when no word is in it."""
    terms = parse_query(wanted)
    if not terms:
        raise UserError(f"there is no word to look for in {wanted!r}")
    if sum(len(term.words) for term in terms) > _MOST_SOUGHT:
        raise UserError(f"that is more than {_MOST_SOUGHT} words to look for: give fewer")
    if connection.dialect.name == "sqlite":
        query = " AND ".join(map(_sqlite_term, terms))
        return _TEXT.c.id.in_(
            select(_WORDS.c.rowid).where(literal_column(INDEX).bool_op("MATCH")(query))
        )
    return _TEXT_WORDS.bool_op("@@")(
        cast(" & ".join(map(_postgres_term, terms)), postgresql.TSQUERY)
    )


def _sqlite_term(term: Term) -> str:
    """FTS5 knows no choice within a phrase, so each reading is a phrase of its own."""
    readings = (
        f'"{" ".join(reading)}"' + ("*" if term.prefix else "") for reading in product(*term.words)
    )
    return f"({' OR '.join(readings)})"


def _postgres_term(term: Term) -> str:
    words = (
        "(" + " | ".join(f"'{form}'{':*' if last and term.prefix else ''}" for form in forms) + ")"
        for last, forms in _places(term)
    )
    return f"({' <-> '.join(words)})"


def _places(term: Term) -> Iterator[tuple[bool, tuple[str, ...]]]:
    """The forms of each word, and whether it is the last."""
    return ((place == len(term.words), forms) for place, forms in enumerate(term.words, 1))
