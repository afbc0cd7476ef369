"""Store which rules fit which versions, for the view `rule_matches`.

A new version is matched in the transaction that stores it. When the configuration is loaded,
`register_rules` finds rules that are new or edited. Their old matches are deleted at once. Stored
versions are then matched in small batches (`match_backlog`), after a round and between rounds, so
that a long history delays nothing. A change of channels or reminders needs no new match.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import Connection, Dialect, Engine, delete, func, insert, select, update

from monitor.config.model import Rule, Settings
from monitor.database import tables
from monitor.database.bulk import PreparedRows, insert_prepared, insert_rows, prepare_rows
from monitor.database.columns import table
from monitor.database.engine import insert_or_ignore, read_and_roll_back
from monitor.database.json_values import one_of
from monitor.database.pauses import with_pauses
from monitor.rules.candidates import candidate_from_row, candidates_query
from monitor.rules.matcher import Candidate, Matcher, VersionId
from monitor.rules.watches import with_watches

_MATCH = table(tables.RuleMatch)
_RULE = table(tables.MatchedRule)
_INTRODUCTION = table(tables.Introduction)
_BATCH = 500  # versions in one transaction


class Fit(NamedTuple):
    """A rule that fits a version."""

    rule: str
    words: str  # that say why: 'title has “research engineer”'


def find_fits(matchers: Iterable[Matcher], candidate: Candidate) -> list[Fit]:
    """Return the rules that fit."""
    explanations = [matcher.explain(candidate) for matcher in matchers]
    return [Fit(one.rule, one.words) for one in explanations if one.fits]


def prepare_fits(dialect: Dialect, fits: Iterable[Fit]) -> PreparedRows:
    """Return the rows of first versions with their rules, for `store_prepared_fits`."""
    rows = [{"rule": fit.rule, "version": 1, "words": fit.words} for fit in fits]
    return prepare_rows(dialect, _MATCH, rows)


def store_prepared_fits(
    connection: Connection, fits: PreparedRows, posting_ids: Sequence[int]
) -> None:
    """Store the rules that fit first versions: one posting's id for each fit."""
    insert_prepared(connection, fits, posting_id=posting_ids)


def store_fits(connection: Connection, versions: Iterable[tuple[int, int, Sequence[Fit]]]) -> None:
    """Store the rules that fit each version (posting id, number). None has matches yet."""
    rows = [row for posting_id, number, fits in versions for row in _rows(posting_id, number, fits)]
    insert_rows(connection, _MATCH, rows)


def delete_matches(connection: Connection, versions: Iterable[VersionId]) -> None:
    """Delete the matches of versions that were read again."""
    for posting_id, number in versions:
        connection.execute(
            delete(_MATCH).where(_MATCH.c.posting_id == posting_id, _MATCH.c.version == number)
        )


def register_rules(connection: Connection, settings: Settings) -> None:
    """Delete the matches of removed and edited rules, and add new rules to the backlog.

    A rule that is put back is a new one: its channels get a summary of what they missed. The
    personal watches count as they are stored.
    """
    companies = _companies(connection)
    rules = {rule.name: rule for rule in with_watches(connection, settings).rules}
    configured = {name: _definition(rule, companies) for name, rule in rules.items()}
    stored = {
        row.rule: row.definition
        for row in connection.execute(select(_RULE.c.rule, _RULE.c.definition))
    }
    for name, definition in stored.items():
        if definition != configured.get(name):
            connection.execute(delete(_MATCH).where(_MATCH.c.rule == name))
            connection.execute(delete(_RULE).where(_RULE.c.rule == name))
            _forget_introductions(connection, name, rules.get(name))
    new = [name for name in configured if stored.get(name) != configured[name]]
    if new:
        last = connection.execute(select(func.max(tables.PostingVersion.id))).scalar() or 0
        rows = [
            {"rule": name, "definition": configured[name], "next_id": 1, "last_id": last}
            for name in new
        ]
        connection.execute(insert(_RULE), rows)


def _forget_introductions(connection: Connection, name: str, rule: Rule | None) -> None:
    """Forget that channels had a summary of the boards that a rule no longer reads."""
    if rule is not None and (rule.watch is not None or not rule.boards):
        return
    no_longer = _INTRODUCTION.c.rule == name
    if rule is not None:
        is_read = one_of(tables.Board.board, rule.boards)
        no_longer &= _INTRODUCTION.c.board_id.not_in(select(tables.Board.id).where(is_read))
    connection.execute(delete(_INTRODUCTION).where(no_longer))


def rules_up_to_date(connection: Connection, settings: Settings) -> set[str]:
    """Return the names of the rules that are matched with every stored version."""
    companies = _companies(connection)
    rows = connection.execute(
        select(_RULE.c.rule, _RULE.c.definition).where(_RULE.c.next_id > _RULE.c.last_id)
    )
    done = {row.rule: row.definition for row in rows}
    return {
        rule.name for rule in settings.rules if done.get(rule.name) == _definition(rule, companies)
    }


def _companies(connection: Connection) -> str:
    """Return the company of every board as one text. A rule on `company` depends on it."""
    query = select(tables.Board.board, tables.Board.company).order_by(tables.Board.board)
    return "".join(map(repr, connection.execute(query)))


def _definition(rule: Rule, companies: str) -> str:
    """Return the digest of everything that decides whether the rule fits."""
    conditions = (
        rule.any,
        rule.all,
        rule.none,
        rule.read_in,
        rule.none_in,
        rule.locations,
        rule.boards,
        rule.min_pay,
    )
    reads_companies = "company" in (*rule.read_in, *rule.none_in)
    return sha256(repr((conditions, companies if reads_companies else "")).encode()).hexdigest()


def match_backlog(
    engine: Engine, settings: Settings, seconds: float, clock: Callable[[], float] = time.monotonic
) -> bool:
    """Match stored versions with new rules for about this long. Return True if some are left."""
    with read_and_roll_back(engine) as connection:
        rules = with_watches(connection, settings).rules
    matchers = {rule.name: Matcher(rule) for rule in rules}
    until = clock() + seconds
    while True:
        with read_and_roll_back(engine) as connection:
            batch = _match_batch(connection, matchers)
        if batch is None:
            return False
        with engine.begin() as connection:
            _store_batch(connection, batch)
        if clock() >= until:
            return True


class _Backlog(NamedTuple):
    """A rule, and the ids of the versions that it is not matched with yet."""

    rule: str
    definition: str
    next_id: int
    last_id: int


class _Batch(NamedTuple):
    """The matches of the next versions with some rules, computed before the write transaction."""

    rules: list[_Backlog]
    rows: list[dict[str, object]]
    next_id: int


def _match_batch(connection: Connection, matchers: dict[str, Matcher]) -> _Batch | None:
    """Match the next versions with the rules that have the longest backlog. None if none has one.

    Rules that stand at the same version share a batch.
    """
    columns = (_RULE.c[name] for name in _Backlog._fields)
    query = select(*columns).where(_RULE.c.next_id <= _RULE.c.last_id)
    rows = connection.execute(query.order_by(_RULE.c.next_id, _RULE.c.last_id))
    backlog = [_Backlog._make(row) for row in rows]
    together = [
        row
        for row in backlog
        if (row.next_id, row.last_id) == (backlog[0].next_id, backlog[0].last_id)
    ]
    known = [matchers[row.rule] for row in together if row.rule in matchers]
    if not known:
        return None
    first, last = backlog[0].next_id, min(backlog[0].last_id, backlog[0].next_id + _BATCH - 1)
    return _Batch(together, _match_stored(connection, known, first, last), last + 1)


def _store_batch(connection: Connection, batch: _Batch) -> None:
    """Store the matches of those rules that nobody changed since the batch was read."""
    unchanged: set[str] = set()
    for row in batch.rules:
        is_unchanged = (
            _RULE.c.rule == row.rule,
            _RULE.c.definition == row.definition,
            _RULE.c.next_id == row.next_id,
        )
        advance = update(_RULE).where(*is_unchanged).values(next_id=batch.next_id)
        if connection.execute(advance).rowcount:
            unchanged.add(row.rule)
    rows = [row for row in batch.rows if row["rule"] in unchanged]
    if rows:
        connection.execute(insert_or_ignore(connection, _MATCH), rows)


def _match_stored(
    connection: Connection, matchers: Sequence[Matcher], first: int, last: int
) -> list[dict[str, object]]:
    """Return the match rows of the versions with these ids."""
    version = tables.PostingVersion
    rules = [matcher.rule for matcher in matchers]
    query = candidates_query(rules, version.posting_id, version.number)
    stored = connection.execute(query.where(version.id.between(first, last)))
    rows: list[dict[str, object]] = []
    for row in with_pauses(stored.mappings()):
        fits = find_fits(matchers, candidate_from_row(row))
        rows += _rows(row["posting_id"], row["number"], fits)
    return rows


def _rows(posting_id: int, version: int, fits: Iterable[Fit]) -> list[dict[str, object]]:
    return [
        {"rule": fit.rule, "posting_id": posting_id, "version": version, "words": fit.words}
        for fit in fits
    ]
