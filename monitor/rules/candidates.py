"""Read stored versions as candidates that rules are matched against."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select

from monitor.config.model import Rule
from monitor.database.tables import Board, Description, Posting, PostingVersion
from monitor.rules.matcher import Candidate, Matcher

_PREFIX = "read_"  # keeps our column names apart from those of a view in the same query
_VERSION_COLUMNS = (
    "title",
    "department",
    "location",
    "locations",
    "workplace",
    "pay_min",
    "pay_max",
    "pay_currency",
    "pay_period",
)
_ROW_COLUMNS = {
    name: _PREFIX + name for name in ("board", "company", "description", *_VERSION_COLUMNS)
}


def candidate_columns(rules: Sequence[Rule]) -> list[ColumnElement[Any]]:
    """Return the columns that `candidate_from_row` needs.

    They belong to a join of Board, Posting, PostingVersion and Description. The description is
    selected only if a rule reads it.
    """
    reads_text = any("description" in (*rule.read_in, *rule.none_in) for rule in rules)
    columns = {
        "board": Board.board,
        "company": func.coalesce(Posting.company, Board.company),
        "description": Description.text if reads_text else literal(""),
    }
    columns |= {name: getattr(PostingVersion, name) for name in _VERSION_COLUMNS}
    return [column.label(_PREFIX + name) for name, column in columns.items()]


def candidates_query(rules: Sequence[Rule], *columns: Any) -> Select[Any]:  # noqa: ANN401  # of any of the tables
    """Select these columns of every stored version, and those that `candidate_from_row` needs."""
    return (
        select(*columns, *candidate_columns(rules))
        .select_from(PostingVersion)
        .join(Posting, Posting.id == PostingVersion.posting_id)
        .join(Board, Board.id == Posting.board_id)
        .join(Description, Description.digest == PostingVersion.description_digest)
    )


def candidate_from_row(row: Mapping[Any, Any]) -> Candidate:
    """Return the candidate of a row that has the columns of `candidate_columns`."""
    fields = {name: row[column] for name, column in _ROW_COLUMNS.items()}
    return Candidate(**fields | {"locations": tuple(fields["locations"])})


def fits_all(rules: Sequence[Rule]) -> Callable[[Candidate], bool]:
    """Return a function that is true for candidates that fit all of the rules."""
    matchers = [Matcher(rule) for rule in rules]
    return lambda candidate: all(matcher.explain(candidate).fits for matcher in matchers)
