"""One page of a list of roles, by filters that a reader sets: quick with 100,000 postings.

The conditions, but for the words of a search, are on the posting's own row, which keeps what a
list reads. The view is asked for the rows of the page alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    SQLColumnExpression,
    and_,
    case,
    func,
    or_,
    select,
)

from monitor.config.model import Rule
from monitor.config.values import MinPay
from monitor.database.json_values import one_of
from monitor.database.search import title_matches
from monitor.database.tables import (
    Board,
    Description,
    Posting,
    PostingVersion,
    RuleMatch,
    SearchText,
)
from monitor.queries.roles import Status, left_behind
from monitor.queries.view_tables import POSTINGS, Row, columns_without, run_listing
from monitor.rules.candidates import candidate_columns, candidate_from_row, fits_all
from monitor.text.phrases import place_phrase, without_exclusions
from monitor.text.places import split_places
from monitor.text.search_terms import Term, parse_query, tokenize

Sort = Literal["new", "deadline", "pay", "company"]
PER_PAGE: Final = 50
WORKPLACES: Final = ("remote", "hybrid", "onsite")
_NEWEST: Final = (Posting.first_seen_at.desc(), Posting.id)
_PLACES_CACHED: Final = 50_000


@dataclass(frozen=True, slots=True)
class RoleList:
    """The filters of a list. An empty one lets every role through."""

    words: str = ""  # each in the title or the company's name; "two words" in a row
    companies: tuple[str, ...] = ()
    boards: tuple[str, ...] = ()
    places: tuple[str, ...] = ()  # one of them, as a rule's `locations`
    countries: tuple[str, ...] = ()  # ISO 3166 codes
    rules: tuple[Rule, ...] = ()  # all of them fit
    matched: frozenset[str] = frozenset()  # the rules whose stored matches are up to date
    status: Status = "open"
    since: datetime | None = None  # first seen since then; for closed ones, closed since then
    min_pay: MinPay | None = None  # unknown pay passes
    seniority: tuple[str, ...] = ()
    workplace: tuple[str, ...] = ()
    sort: Sort = "new"
    page: int = 1
    per_page: int = PER_PAGE


@dataclass(frozen=True, slots=True)
class RolePage:
    """The rows of a page in the columns of `postings`, and how many roles there are in all."""

    columns: tuple[str, ...]
    rows: list[Row]
    total: int


def list_roles(
    connection: Connection, wanted: RoleList, now: datetime, *, described: bool = False
) -> RolePage:
    """Return one page of roles. The description is there if `described`."""
    conditions = _conditions(connection, wanted)
    total = connection.scalar(select(func.count()).select_from(Posting).where(*conditions)) or 0
    first = (wanted.page - 1) * wanted.per_page
    names = connection.scalars(
        _sorted(select(Posting.name).where(*conditions), wanted, now)
        .limit(wanted.per_page)
        .offset(first)
    ).all()
    columns = columns_without(connection, "postings", *(() if described else ("description",)))
    query = select(*columns).select_from(POSTINGS).where(one_of(POSTINGS.c.posting, names))
    found = run_listing(connection, query)
    place = {name: number for number, name in enumerate(names)}
    return RolePage(found.columns, sorted(found.rows, key=lambda row: place[row["posting"]]), total)


def _sorted(query: Select[str], wanted: RoleList, now: datetime) -> Select[str]:
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


def _conditions(connection: Connection, wanted: RoleList) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.status != "all":
        conditions.append(Posting.state == wanted.status)
    if wanted.boards or wanted.companies:
        conditions.append(_employers(connection, wanted))
    if wanted.status == "open" and (left := left_behind(connection)):
        conditions.append(~_on_boards(left))
    conditions += _own_conditions(wanted)
    conditions += [_fits(rule.name) for rule in wanted.rules if rule.name in wanted.matched]
    if unmatched := [rule for rule in wanted.rules if rule.name not in wanted.matched]:
        conditions.append(_fits_unmatched(connection, unmatched, conditions))
    if wanted.places:
        conditions.append(_at_places(connection, wanted.places, conditions))
    conditions += [_has_word(connection, term, wanted.status) for term in parse_query(wanted.words)]
    return conditions


def _own_conditions(wanted: RoleList) -> list[ColumnElement[bool]]:
    """Return the conditions on columns of the posting's own row."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.since is not None:
        conditions.append(_since(wanted.status, wanted.since))
    for column, values in (
        (Posting.seniority, wanted.seniority),
        (Posting.workplace, wanted.workplace),
    ):
        if values:
            conditions.append(column.in_(values))
    if wanted.countries:
        conditions.append(or_(*(Posting.country.contains(code) for code in wanted.countries)))
    if wanted.min_pay is not None:
        conditions.append(_reaches(wanted.min_pay))
    return conditions


def _on_boards(names: Sequence[str]) -> ColumnElement[bool]:
    return Posting.board_id.in_(select(Board.id).where(Board.board.in_(names)))


def _employers(connection: Connection, wanted: RoleList) -> ColumnElement[bool]:
    """Return the condition that a role is on one of the boards, and at one of the companies."""
    conditions = [_on_boards(wanted.boards)] if wanted.boards else []
    if wanted.companies:
        folded = {company.casefold() for company in wanted.companies}
        conditions.append(_of_companies(connection, lambda name: name.casefold() in folded))
    return and_(*conditions)


def _of_companies(connection: Connection, fits: Any) -> ColumnElement[bool]:  # noqa: ANN401
    """Return the condition that a role's company has a name for which `fits` returns True."""
    boards = connection.execute(select(Board.id, Board.company)).all()
    own = connection.scalars(
        select(Posting.company).where(Posting.company.is_not(None)).distinct()
    ).all()
    ids = [row.id for row in boards if fits(row.company)]
    names = [name for name in own if name is not None and fits(name)]
    return or_(
        and_(Posting.company.is_(None), Posting.board_id.in_(ids)),
        Posting.company.in_(names),
    )


def _since(status: Status, since: datetime) -> ColumnElement[bool]:
    seen, closed = Posting.first_seen_at >= since, Posting.closed_at >= since
    return {"open": seen, "closed": closed, "all": or_(seen, closed)}[status]


def _reaches(minimum: MinPay) -> ColumnElement[bool]:
    """Return the condition that pay is not known to be below the minimum."""
    return or_(
        Posting.pay_year_max.is_(None),
        Posting.pay_currency.is_(None),
        Posting.pay_currency != minimum.currency,
        Posting.pay_year_max >= minimum.amount,
    )


def _fits(rule: str) -> ColumnElement[bool]:
    match = RuleMatch
    return (
        select(match.posting_id)
        .where(match.posting_id == Posting.id, match.version == Posting.version, match.rule == rule)
        .exists()
    )


def _fits_unmatched(
    connection: Connection, rules: Sequence[Rule], others: Sequence[ColumnElement[bool]]
) -> ColumnElement[bool]:
    """Return the condition that rules fit which no daemon has matched with the history yet."""
    version = PostingVersion
    query = (
        select(Posting.id, *candidate_columns(rules))
        .join(Board, Board.id == Posting.board_id)
        .join(version, and_(version.posting_id == Posting.id, version.number == Posting.version))
        .join(Description, Description.digest == version.description_digest)
        .where(*others)
    )
    fits = fits_all(rules)
    rows = connection.execute(query).mappings()
    return one_of(Posting.id, [row["id"] for row in rows if fits(candidate_from_row(row))])


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


def _at_places(
    connection: Connection, places: Sequence[str], others: Sequence[ColumnElement[bool]]
) -> ColumnElement[bool]:
    """Return the condition that a role is at one of the places.

    The locations that the other conditions leave are few texts, which are read as a rule does.
    """
    query = select(Posting.location, Posting.workplace).where(*others).distinct()
    fitting = [
        (location, workplace)
        for location, workplace in connection.execute(query)
        if any(_is_at(place, location or "", workplace or "") for place in places)
    ]
    return or_(*(_located(fitting, workplace) for workplace in (None, *WORKPLACES)))


def _located(
    fitting: Sequence[tuple[str | None, str | None]], workplace: str | None
) -> ColumnElement[bool]:
    locations = [location for location, how in fitting if how == workplace and location is not None]
    return and_(
        one_of(Posting.location, locations), Posting.workplace.is_not_distinct_from(workplace)
    )


@lru_cache(maxsize=_PLACES_CACHED)
def _is_at(place: str, location: str, workplace: str) -> bool:
    phrase = place_phrase(place)
    stated = map(without_exclusions, (location, *split_places(location)))
    return any(phrase.found_in(text) for text in (*stated, workplace) if text)


def _has_word(connection: Connection, term: Term, status: Status) -> ColumnElement[bool]:
    """Return the condition that a title has the term, or a company's name has its words."""
    texts = select(SearchText.title, SearchText.description_digest).where(
        title_matches(connection, term)
    )
    found = texts.cte(f"found_{abs(hash(term))}").prefix_with("MATERIALIZED")
    version = PostingVersion
    newest = and_(
        version.description_digest == found.c.description_digest,
        version.title == found.c.title,
        ~version.superseded,
    )
    ids = select(version.posting_id).select_from(found).join(version, newest)
    if status != "all":
        is_open = version.valid_to.is_(None)
        ids = ids.where(is_open if status == "open" else ~is_open)
    return or_(Posting.id.in_(ids), _of_companies(connection, lambda name: _names(term, name)))


def _names(term: Term, company: str) -> bool:
    """Return whether a company's name has the term's words in a row."""
    words, size = tokenize(company), len(term.words)
    for start in range(len(words) - size + 1):
        pairs = zip(term.words, words[start : start + size], strict=True)
        fits = [word in forms for forms, word in pairs]
        if term.prefix:
            fits[-1] = any(words[start + size - 1].startswith(form) for form in term.words[-1])
        if all(fits):
            return True
    return False
