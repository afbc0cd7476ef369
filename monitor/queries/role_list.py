"""One page of a list of roles, by filters that a reader sets: quick with 100,000 postings.

The conditions, but for the words of a search, are on the posting's own row, which keeps what a
list reads. The view is asked for the rows of the page alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    SQLColumnExpression,
    and_,
    case,
    func,
    select,
)

from monitor.database.json_values import one_of
from monitor.database.tables import Board, Posting, RuleMatch
from monitor.queries.role_conditions import RoleList, conditions_of
from monitor.queries.view_tables import POSTINGS, Row, columns_without, run_listing

_NEWEST: Final = (Posting.first_seen_at.desc(), Posting.id)


@dataclass(frozen=True, slots=True)
class RolePage:
    """The rows of a page in the columns of `postings`, and how many roles there are in all."""

    columns: tuple[str, ...]
    rows: list[Row]
    total: int


def count_roles(connection: Connection, wanted: RoleList) -> int:
    """Return how many roles there are on all pages of a list."""
    return _count(connection, conditions_of(connection, wanted))


def _count(connection: Connection, conditions: Sequence[ColumnElement[bool]]) -> int:
    query = select(func.count()).select_from(Posting).where(*conditions)
    return connection.scalar(query) or 0


def list_roles(
    connection: Connection, wanted: RoleList, now: datetime, *, described: bool = False
) -> RolePage:
    """Return one page of roles. The description is there if `described`."""
    conditions = conditions_of(connection, wanted)
    total = _count(connection, conditions)
    first = (wanted.page - 1) * wanted.per_page
    # the ids alone: their order is read from an index
    ids = connection.scalars(
        _sorted(select(Posting.id).where(*conditions), wanted, now)
        .limit(wanted.per_page)
        .offset(first)
    ).all()
    columns = columns_without(connection, "postings", *(() if described else ("description",)))
    named = dict(
        connection.execute(select(Posting.id, Posting.name).where(one_of(Posting.id, ids))).all()
    )
    query = (
        select(*columns)
        .select_from(POSTINGS)
        .where(one_of(POSTINGS.c.posting, list(named.values())))
    )
    found = run_listing(connection, query)
    place = {named[one]: number for number, one in enumerate(ids)}
    return RolePage(found.columns, sorted(found.rows, key=lambda row: place[row["posting"]]), total)


def _sorted(query: Select[int], wanted: RoleList, now: datetime) -> Select[int]:
    if wanted.sort == "company":
        query = query.join(Board, Board.id == Posting.board_id)
        company = func.lower(func.coalesce(Posting.company, Board.company))
        return query.order_by(company, *_NEWEST)
    return query.order_by(*_order(wanted, now), *_NEWEST)


def _order(wanted: RoleList, now: datetime) -> list[SQLColumnExpression[Any]]:
    """Return what comes before the newest: the next deadline, or the highest pay of a currency."""
    if wanted.sort == "deadline":
        ahead = Posting.deadline_at >= now
        return [
            case((ahead, 0), else_=1),
            case((ahead, Posting.deadline_at)).asc().nulls_last(),
        ]
    if wanted.sort == "pay":
        pay = Posting.pay_year_max
        own = wanted.min_pay.currency if wanted.min_pay else ""
        return [
            case((pay.is_(None), 2), (Posting.pay_currency == own, 0), else_=1),
            Posting.pay_currency,
            pay.desc(),
        ]
    return []


def rules_that_fit(
    connection: Connection, postings: Sequence[str], rules: Sequence[str]
) -> dict[str, list[str]]:
    """Return the rules that fit each posting, in their order. Postings without any are left out."""
    match = RuleMatch
    query = (
        select(Posting.name, match.rule)
        .join(match, and_(match.posting_id == Posting.id, match.version == Posting.version))
        .where(one_of(Posting.name, postings), one_of(match.rule, rules))
    )
    found: dict[str, list[str]] = {}
    for name, rule in connection.execute(query):
        found.setdefault(name, []).append(rule)
    return {name: sorted(fitting, key=rules.index) for name, fitting in found.items()}
