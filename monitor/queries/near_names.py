"""Name the nearest view or column for one that a person's query misspells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rapidfuzz import fuzz, process
from sqlalchemy import Engine

from monitor.database.views import VIEWS
from monitor.errors import UserError
from monitor.queries.view_tables import view_columns

_NO_COLUMN = re.compile(r"no such column: (?P<sqlite>.+)|^column (?P<other>.+?) does not exist")
_NO_TABLE = re.compile(r"no such table: (?P<sqlite>.+)|^relation (?P<other>.+?) does not exist")
_TOKEN = re.compile(r"""--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\w+|[^\s\w]""", re.DOTALL)
# what may follow a view in a query, beside its alias
_NO_ALIAS = """
    as cross except full group having inner intersect join left limit natural on order outer right
    union using where window
"""
_ALIKE = 60  # of 100

Views = Mapping[str, Sequence[str]]  # the columns of each


def unknown_name(engine: Engine, query: str, problem: str) -> UserError | None:
    """Return the error for a view or column that there is not, with the nearest name.

    `problem` is the database's message. None if it is about something else.
    """
    no_table, no_column = _NO_TABLE.search(problem), _NO_COLUMN.search(problem)
    sentence = None
    if no_table:
        sentence = unknown_view(_plain(no_table).rpartition(".")[2], VIEWS)
    elif no_column:
        views = view_columns(engine)
        qualifier, _, column = _plain(no_column).rpartition(".")
        sentence = _unknown_column(column, list(_asked(query, qualifier, views)), views)
    return UserError(sentence) if sentence else None


def unknown_view(name: str, views: Iterable[str]) -> str:
    """Return the sentence for a view that there is not."""
    if near := _nearest(name, views):
        return f"no view {name}. Did you mean {near}?"
    return f"no view {name}: `sql` reads {', '.join(views)}"


def _plain(found: re.Match[str]) -> str:
    name: str = found["sqlite"] or found["other"]
    return name.replace('"', "").strip().lower()


def _unknown_column(column: str, asked: Sequence[str], views: Views) -> str | None:
    """Return None if the query names no view: the column is one of its own then."""
    if not asked:
        return None
    missing = f"no column {column} in {' or '.join(asked)}"
    if near := _nearest(column, dict.fromkeys(name for view in asked for name in views[view])):
        return f"{missing}. Did you mean {near}?"
    if elsewhere := [view for view, columns in views.items() if column in columns]:
        return f"{missing}. The view {elsewhere[0]} has it"
    return f"{missing}: `rolewatch sql` lists the columns"


def _nearest(name: str, known: Iterable[str]) -> str | None:
    found = process.extractOne(name, list(known), scorer=fuzz.ratio, score_cutoff=_ALIKE)
    return found[0] if found else None


def _asked(query: str, qualifier: str, views: Views) -> Iterator[str]:
    """Return the views that the qualifier can mean, or that the query reads without one."""
    named = dict.fromkeys(_views_and_aliases(query, views))
    for view in dict.fromkeys(view for view, _ in named):
        if not qualifier or qualifier == view or (view, qualifier) in named:
            yield view


def _views_and_aliases(query: str, views: Views) -> Iterator[tuple[str, str]]:
    """Return each view of a query with its alias, "" for none: `postings p`, `postings AS p`."""
    tokens = [token.lower() for token in _TOKEN.findall(query)]
    for at, token in enumerate(tokens):
        if token in views:
            after = [*tokens[at + 1 : at + 3], "", ""]
            alias = after[1] if after[0] == "as" else after[0]
            yield token, alias if alias.isidentifier() and alias not in _NO_ALIAS.split() else ""
