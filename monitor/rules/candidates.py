"""A stored content as the rules read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, literal

from monitor.config.model import Rule
from monitor.database.tables import Board, Description, Posting, PostingVersion
from monitor.rules.matcher import Candidate, Matcher

_READ = "read_"  # before the names of our columns, so that they may stand beside a view's
_VERSION = (
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
    """What `candidate` reads of a row of Board, Posting, PostingVersion and Description joined; the text only when a rule reads it."""
    text = (
        Description.text
        if any("description" in (*rule.within, *rule.none_in) for rule in rules)
        else literal("")
    )
    columns = {
        "board": Board.board,
        "company": func.coalesce(Posting.company, Board.company),
        "description": text,
    }
    columns |= {name: getattr(PostingVersion, name) for name in _VERSION}
    return [column.label(_READ + name) for name, column in columns.items()]


def candidate_from_row(row: Mapping[Any, Any]) -> Candidate:
    """The content of a row that has `candidate_columns`."""
    return Candidate(
        board=row[_READ + "board"],
        company=row[_READ + "company"],
        title=row[_READ + "title"],
        department=row[_READ + "department"],
        description=row[_READ + "description"],
        location=row[_READ + "location"],
        locations=tuple(row[_READ + "locations"]),
        workplace=row[_READ + "workplace"],
        pay_min=row[_READ + "pay_min"],
        pay_max=row[_READ + "pay_max"],
        pay_currency=row[_READ + "pay_currency"],
        pay_period=row[_READ + "pay_period"],
    )


def fits_all(rules: Sequence[Rule]) -> Callable[[Candidate], bool]:
    """Whether a content fits every one of the rules."""
    matchers = [Matcher(rule) for rule in rules]
    return lambda content: all(matcher.explain(content).fits for matcher in matchers)
