"""The filters of a list of roles, as conditions on the posting's own row.

Words of a title, places and unmatched rules are read first: the condition is then a list of ids or
of locations, since neither database plans well for what it has not found yet.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from typing import Final, Literal

from sqlalchemy import ColumnElement, Connection, and_, false, or_, select

from monitor.config.model import Rule
from monitor.config.values import MinPay
from monitor.database.json_values import one_of
from monitor.database.search import title_matches
from monitor.database.tables import (
    NEWEST_VERSION,
    Board,
    Description,
    Posting,
    PostingVersion,
    RuleMatch,
)
from monitor.queries.roles import Status, left_behind, names_with_words, newest_with
from monitor.rules.candidates import candidate_columns, candidate_from_row, fits_all
from monitor.text.phrases import place_phrase, without_exclusions
from monitor.text.places import split_places
from monitor.text.search_terms import Term, parse_query, tokenize

Sort = Literal["new", "deadline", "pay", "company"]
PER_PAGE: Final = 50
WORKPLACES: Final = ("remote", "hybrid", "onsite")
_PLACES_CACHED: Final = 50_000


@dataclass(frozen=True, slots=True)
class RoleList:
    """The filters of a list. An empty one lets every role through."""

    words: str = ""  # each in the title or the company's name; "two words" in a row
    text: str = ""  # each in the title or the description
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


def conditions_of(connection: Connection, wanted: RoleList) -> list[ColumnElement[bool]]:
    """Return the conditions that a role fits all of the filters."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.status == "closed" and wanted.since is not None:
        conditions.append(Posting.state != "open")  # else SQLite walks all closed postings
    elif wanted.status != "all":
        conditions.append(Posting.state == wanted.status)
    if wanted.boards or wanted.companies:
        conditions.append(_employers(connection, wanted))
    if wanted.status == "open" and (left := left_behind(connection)):
        conditions.append(~_on_boards(left))
    conditions += _own_conditions(wanted)
    if wanted.text:
        described = names_with_words(connection, wanted.text, wanted.status)
        conditions.append(Posting.name.in_(described))
    conditions += [_fits(rule.name) for rule in wanted.rules if rule.name in wanted.matched]
    if unmatched := [rule for rule in wanted.rules if rule.name not in wanted.matched]:
        conditions.append(_fits_unmatched(connection, unmatched, conditions))
    if wanted.places:
        conditions.append(_at_places(connection, wanted.places, conditions))
    conditions += _with_words(connection, parse_query(wanted.words), wanted.status)
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
            conditions.append(one_of(column, values))
    if wanted.countries:
        codes = dict.fromkeys(wanted.countries)
        conditions.append(or_(*(Posting.country.contains(code) for code in codes)))
    if wanted.min_pay is not None:
        conditions.append(_reaches(wanted.min_pay))
    return conditions


def _on_boards(names: Sequence[str]) -> ColumnElement[bool]:
    return Posting.board_id.in_(select(Board.id).where(one_of(Board.board, names)))


def _employers(connection: Connection, wanted: RoleList) -> ColumnElement[bool]:
    """Return the condition that a role is on one of the boards, and at one of the companies."""
    conditions = [_on_boards(wanted.boards)] if wanted.boards else []
    if wanted.companies:
        folded = {company.casefold() for company in wanted.companies}
        of = _Companies.read(connection).where(lambda name: name.casefold() in folded)
        conditions.append(false() if of is None else of)
    return and_(*conditions)


@dataclass(frozen=True, slots=True)
class _Companies:
    """The names of companies: of boards by their ids, and those that postings state."""

    boards: dict[int, str]
    own: list[str]

    @classmethod
    def read(cls, connection: Connection) -> _Companies:
        own = select(Posting.company).where(Posting.company.is_not(None)).distinct()
        return cls(
            dict(connection.execute(select(Board.id, Board.company)).all()),
            [name for name in connection.scalars(own) if name is not None],
        )

    def where(self, fits: Callable[[str], bool]) -> ColumnElement[bool] | None:
        """Return the condition that a role's company has a name that fits. None if none does."""
        ids = [board for board, name in self.boards.items() if fits(name)]
        names = [name for name in self.own if fits(name)]
        if not ids and not names:
            return None
        return or_(
            and_(Posting.company.is_(None), one_of(Posting.board_id, ids)),
            one_of(Posting.company, names),
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
    query = (
        select(Posting.id, *candidate_columns(rules))
        .join(Board, Board.id == Posting.board_id)
        .join(PostingVersion, NEWEST_VERSION)
        .join(Description, Description.digest == PostingVersion.description_digest)
        .where(*others)
    )
    fits = fits_all(rules)
    rows = connection.execute(query).mappings()
    return one_of(Posting.id, [row["id"] for row in rows if fits(candidate_from_row(row))])


def _at_places(
    connection: Connection, places: Sequence[str], others: Sequence[ColumnElement[bool]]
) -> ColumnElement[bool]:
    """Return the condition that a role is at one of the places.

    The locations that the other conditions leave are few texts, which are read as a rule does.
    """
    locations = connection.scalars(select(Posting.location).where(*others).distinct())
    fitting = [text for text in locations if text and any(_is_at(place, text) for place in places)]
    workplaces = [kind for kind in WORKPLACES if any(_is_at(place, kind) for place in places)]
    return or_(one_of(Posting.location, fitting), one_of(Posting.workplace, workplaces))


@lru_cache(maxsize=_PLACES_CACHED)  # each request asks for every location of the history
def _is_at(place: str, location: str) -> bool:
    phrase = place_phrase(place)
    stated = map(without_exclusions, (location, *split_places(location)))
    return any(phrase.found_in(text) for text in stated)


def _with_words(
    connection: Connection, terms: Sequence[Term], status: Status
) -> list[ColumnElement[bool]]:
    """Return the conditions that each term is in a role's title or its company's name.

    The ids are read here, since neither database plans well for texts that it has not found yet.
    """
    terms = list(dict.fromkeys(terms))
    known = _Companies.read(connection) if terms else _Companies({}, [])
    companies = [known.where(partial(_names, term)) for term in terms]
    in_titles = [term for term, of in zip(terms, companies, strict=True) if of is None]
    conditions = [_in_titles(connection, in_titles, status)] if in_titles else []
    conditions += [
        or_(_in_titles(connection, [term], status), of)
        for term, of in zip(terms, companies, strict=True)
        if of is not None
    ]
    return conditions


def _in_titles(
    connection: Connection, terms: Sequence[Term], status: Status
) -> ColumnElement[bool]:
    """Return the condition that a role's title has all of the terms."""
    ids = newest_with(select(PostingVersion.posting_id), title_matches(connection, terms), status)
    return one_of(Posting.id, list(connection.scalars(ids)))


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
