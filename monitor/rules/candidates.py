"""Read stored versions as candidates that rules are matched against."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, literal

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


def candidate_from_row(row: Mapping[Any, Any]) -> Candidate:
    """Return the candidate of a row that has the columns of `candidate_columns`."""
    return Candidate(
        board=row[_PREFIX + "board"],
        company=row[_PREFIX + "company"],
        title=row[_PREFIX + "title"],
        department=row[_PREFIX + "department"],
        description=row[_PREFIX + "description"],
        location=row[_PREFIX + "location"],
        locations=tuple(row[_PREFIX + "locations"]),
        workplace=row[_PREFIX + "workplace"],
        pay_min=row[_PREFIX + "pay_min"],
        pay_max=row[_PREFIX + "pay_max"],
        pay_currency=row[_PREFIX + "pay_currency"],
        pay_period=row[_PREFIX + "pay_period"],
    )


def fits_all(rules: Sequence[Rule]) -> Callable[[Candidate], bool]:
    """Return a function that is true for candidates that fit all of the rules."""
    matchers = [Matcher(rule) for rule in rules]
    return lambda candidate: all(matcher.explain(candidate).fits for matcher in matchers)
