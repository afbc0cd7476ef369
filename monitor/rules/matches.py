"""Which rules fit which versions, kept for the view `rule_matches`.

A new version is matched in the transaction that stores it. A rule that is new or edited is noticed
when the configuration is taken up: its old matches go at once, and what is stored is matched with
it bit by bit (`catch_up`), after a round and between rounds, so that a long history holds up
nothing. What only says where a rule tells is no edit.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import Connection, Engine, and_, delete, func, insert, select, update

from crawler.items import Posting
from monitor.config.model import Rule, Settings
from monitor.database import tables
from monitor.database.engine import AnyRow, insert_or_ignore, read_and_roll_back, table
from monitor.rules.candidates import candidate_columns
from monitor.rules.candidates import candidate_from_row as stored_candidate
from monitor.rules.matcher import Candidate, Matcher

_MATCH = table(tables.RuleMatch)
_RULE = table(tables.MatchedRule)
_ADD_MATCHES = insert(_MATCH)
_AT_ONCE = 500  # versions in one transaction
VersionContent = tuple[int, int, Posting]  # a version: its posting's id, its number, its content


def candidate_of_posting(board: str, company: str, posting: Posting) -> Candidate:
    """The posting as rules read it."""
    pay = posting.pay
    return Candidate(
        board=board,
        company=posting.company or company,
        title=posting.title,
        department=posting.department,
        description=posting.description,
        location=posting.location,
        locations=posting.locations,
        workplace=posting.workplace,
        pay_min=pay.minimum if pay else None,
        pay_max=pay.maximum if pay else None,
        pay_currency=pay.currency if pay else None,
        pay_period=pay.period if pay else None,
    )


def store_matches(
    connection: Connection,
    board: str,
    company: str,
    matchers: Sequence[Matcher],
    versions: Sequence[VersionContent],
) -> None:
    """Stores which of the rules fit these versions of a board, none of which was matched before."""
    rows: list[dict[str, object]] = []
    for posting_id, number, posting in versions:
        rows += _fitting(
            matchers, candidate_of_posting(board, company, posting), posting_id, number
        )
    if rows:
        connection.execute(_ADD_MATCHES, rows)


def delete_matches(connection: Connection, versions: Iterable[VersionContent]) -> None:
    """Drops the matches of versions whose content was read better, so that they can be matched again."""
    for posting_id, number, _ in versions:
        connection.execute(
            delete(_MATCH).where(_MATCH.c.posting_id == posting_id, _MATCH.c.version == number)
        )


def register_rules(connection: Connection, settings: Settings) -> None:
    """The rules of the configuration against those that were matched: what is gone or edited is dropped, what is new is to be matched."""
    companies = _companies(connection)
    wanted = {rule.name: _definition(rule, companies) for rule in settings.rules}
    stored = {
        row.rule: row.definition
        for row in connection.execute(select(_RULE.c.rule, _RULE.c.definition))
    }
    for name, definition in stored.items():
        if definition != wanted.get(name):
            connection.execute(delete(_MATCH).where(_MATCH.c.rule == name))
            connection.execute(delete(_RULE).where(_RULE.c.rule == name))
    new = [name for name in wanted if stored.get(name) != wanted[name]]
    if new:
        last = connection.execute(select(func.max(tables.PostingVersion.id))).scalar() or 0
        rows = [
            {"rule": name, "definition": wanted[name], "next_id": 1, "last_id": last}
            for name in new
        ]
        connection.execute(insert(_RULE), rows)


def matched(connection: Connection, settings: Settings) -> set[str]:
    """Return the names of the rules with which everything stored has been matched, as they are written now."""
    companies = _companies(connection)
    rows = connection.execute(
        select(_RULE.c.rule, _RULE.c.definition).where(_RULE.c.next_id > _RULE.c.last_id)
    )
    done = {row.rule: row.definition for row in rows}
    return {
        rule.name for rule in settings.rules if done.get(rule.name) == _definition(rule, companies)
    }


def _companies(connection: Connection) -> str:
    """What the boards' employers are called, which decides where a rule reads that."""
    return "".join(
        map(
            repr,
            connection.execute(
                select(tables.Board.board, tables.Board.company).order_by(tables.Board.board)
            ),
        )
    )


def _definition(rule: Rule, companies: str) -> str:
    """The digest of all that decides whether the rule fits; what companies are called too, where it reads that."""
    decides = (
        rule.any,
        rule.all,
        rule.none,
        rule.within,
        rule.none_in,
        rule.locations,
        rule.boards,
        rule.min_pay,
    )
    reads_companies = "company" in (*rule.within, *rule.none_in)
    return sha256(repr((decides, companies if reads_companies else "")).encode()).hexdigest()


def match_backlog(
    engine: Engine, settings: Settings, seconds: float, clock: Callable[[], float] = time.monotonic
) -> bool:
    """Matches stored versions with the rules that are new; gives whether something is left when the time is over."""
    matchers = {rule.name: Matcher(rule) for rule in settings.rules}
    until = clock() + seconds
    while True:
        with read_and_roll_back(engine) as connection:
            matched = _match_some(connection, matchers)
        if matched is None:
            return False
        with engine.begin() as connection:
            _store(connection, matched)
        if clock() >= until:
            return True


class _Matched(NamedTuple):
    """What some rules say of the next versions, read before anything is written."""

    rules: list[AnyRow]
    rows: list[dict[str, object]]
    next_id: int


def _match_some(connection: Connection, matchers: dict[str, Matcher]) -> _Matched | None:
    """Match the next versions with the rules that have come as far as the one that is furthest behind; None when none is behind."""
    behind = connection.execute(
        select(_RULE)
        .where(_RULE.c.next_id <= _RULE.c.last_id)
        .order_by(_RULE.c.next_id, _RULE.c.last_id)
    ).all()
    together = [
        row
        for row in behind
        if (row.next_id, row.last_id) == (behind[0].next_id, behind[0].last_id)
    ]
    known = [matchers[row.rule] for row in together if row.rule in matchers]
    if not known:
        return None
    first, last = behind[0].next_id, min(behind[0].last_id, behind[0].next_id + _AT_ONCE - 1)
    return _Matched(together, _matches(connection, known, first, last), last + 1)


def _store(connection: Connection, matched: _Matched) -> None:
    """Store the matches of the rules that are still as they were read."""
    there: set[str] = set()
    for row in matched.rules:
        mine = (
            _RULE.c.rule == row.rule,
            _RULE.c.definition == row.definition,
            _RULE.c.next_id == row.next_id,
        )
        if connection.execute(update(_RULE).where(*mine).values(next_id=matched.next_id)).rowcount:
            there.add(row.rule)
    rows = [row for row in matched.rows if row["rule"] in there]
    if rows:
        connection.execute(insert_or_ignore(connection, _MATCH), rows)


def _matches(
    connection: Connection, matchers: Sequence[Matcher], first: int, last: int
) -> list[dict[str, object]]:
    """The matches of the versions with those ids."""
    version, posting = tables.PostingVersion, tables.Posting
    columns = candidate_columns([matcher.rule for matcher in matchers])
    query = (
        select(version.posting_id, version.number, *columns)
        .join(posting, posting.id == version.posting_id)
        .join(tables.Board, tables.Board.id == posting.board_id)
        .join(tables.Description, tables.Description.digest == version.description_digest)
        .where(and_(version.id >= first, version.id <= last))
    )
    rows: list[dict[str, object]] = []
    for row in connection.execute(query).mappings():
        rows += _fitting(matchers, stored_candidate(row), row["posting_id"], row["number"])
    return rows


def _fitting(
    matchers: Iterable[Matcher], content: Candidate, posting_id: int, version: int
) -> list[dict[str, object]]:
    explained = [matcher.explain(content) for matcher in matchers]
    return [
        {"rule": one.rule, "posting_id": posting_id, "version": version, "words": one.words}
        for one in explained
        if one.fits
    ]
