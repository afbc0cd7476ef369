"""Fits of rules now: open postings of each rule, rules that fit nothing, why one posting fits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from monitor.config.model import Rule, Settings
from monitor.database.tables import BoardCheck, Posting, PostingVersion, RuleMatch
from monitor.errors import UserError
from monitor.queries.resolve import PostingRef
from monitor.queries.titles import spelling
from monitor.rules.candidates import candidate_from_row, candidates_query
from monitor.rules.matcher import Explanation, Matcher
from monitor.rules.matches import rules_up_to_date

_AT_ONCE = 1_000  # rows in memory


def open_fits(connection: Connection, rules: Sequence[Rule]) -> dict[str, int]:
    """Return how many open postings each rule fits, by its name."""
    matchers = [Matcher(rule) for rule in rules]
    counts = dict.fromkeys((rule.name for rule in rules), 0)
    is_open = (Posting.state == "open", PostingVersion.valid_to.is_(None))
    for row in _contents(connection, candidates_query(rules).where(*is_open)):
        for matcher in matchers:
            counts[matcher.rule.name] += matcher.explain(candidate_from_row(row)).fits
    return counts


def fit_nothing(connection: Connection, rules: Iterable[Rule]) -> list[Rule]:
    """Return the rules that fit no stored content. Empty while nothing is stored."""
    left = {rule.name: Matcher(rule) for rule in rules}
    if not left or connection.scalar(select(PostingVersion.id).limit(1)) is None:
        return []
    for row in _contents(connection, candidates_query([matcher.rule for matcher in left.values()])):
        content = candidate_from_row(row)
        left = {
            name: matcher for name, matcher in left.items() if not matcher.explain(content).fits
        }
        if not left:
            break
    return [matcher.rule for matcher in left.values()]


def unmatched(connection: Connection, settings: Settings) -> list[Rule]:
    """Return the configured rules that fit nothing, by the matches that rounds have stored."""
    if connection.scalar(select(PostingVersion.id).limit(1)) is None:
        return []
    some = set(connection.scalars(select(RuleMatch.rule).distinct()))
    done = rules_up_to_date(connection, settings)
    return [rule for rule in settings.rules if rule.name in done and rule.name not in some]


def nothing(connection: Connection, rule: Rule) -> str:
    """Return a sentence: `chef: fits nothing in the stored history. Did you mean “chief”?`."""
    near = spelling(connection, (*rule.any, *rule.all))
    return f"{rule.name}: fits nothing in the stored history" + (
        f". Did you mean “{near}”?" if near else ""
    )


def first_check(connection: Connection) -> datetime | None:
    """Return when a board was first read."""
    first: datetime | None = connection.scalar(
        select(func.min(BoardCheck.finished_at)).where(BoardCheck.result != "failure")
    )
    return first


def explain(
    connection: Connection, rules: Sequence[Rule], found: PostingRef, version: int | None = None
) -> list[Explanation]:
    """Return each rule's explanation of a posting's content: the newest, or that of a version.

    Raises UserError for a posting that could never be read.
    """
    number = Posting.version if version is None else version
    wanted = (Posting.id == found.id, PostingVersion.number == number)
    row = connection.execute(candidates_query(rules).where(*wanted)).mappings().one_or_none()
    if row is None:
        raise UserError(
            f"{found.posting} is listed, but could not be read yet, so no rule can be tested on it"
        )
    content = candidate_from_row(row)
    return [Matcher(rule).explain(content) for rule in rules]


def _contents(connection: Connection, query: Select[Any]) -> Iterable[dict[str, object]]:
    rows = connection.execution_options(yield_per=_AT_ONCE).execute(query)
    return (dict(row) for row in rows.mappings())
