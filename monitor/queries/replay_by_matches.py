"""Replay rules since an instant by their stored matches, without reading every content.

The decisions are those of `replay`. Only contents that a rule fits, and those after them, are read,
so that a month of 100,000 postings takes a second. A rule whose matches are not up to date is
replayed with every stored content.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from monitor.alerts.alerting import Alerting
from monitor.config.model import Rule, Settings
from monitor.database.json_values import one_of
from monitor.database.tables import Board, Posting, PostingChange, PostingVersion, RuleMatch
from monitor.queries.fitting_contents import Content, FittingContents
from monitor.queries.replay import ReplayedAlert, decide_again, replay
from monitor.rules.matcher import Explanation, VersionId
from monitor.rules.matches import rules_up_to_date

_AT_ONCE = 5_000  # postings


def replay_by_matches(
    connection: Connection, settings: Settings, since: datetime
) -> dict[str, list[ReplayedAlert]]:
    """Return the alerts by rule, oldest first. First summaries come before all else."""
    done = rules_up_to_date(connection, settings)
    matched = [rule for rule in settings.rules if rule.name in done]
    others = [rule for rule in settings.rules if rule.name not in done]
    found: dict[str, list[ReplayedAlert]] = {rule.name: [] for rule in settings.rules}
    for alert in _by_matches(connection, _with_rules(settings, matched), since):
        found[alert.rule].append(alert)
    if others:
        for alert in replay(connection, _with_rules(settings, others), since):
            found[alert.rule].append(alert)
    return found


def _with_rules(settings: Settings, rules: Sequence[Rule]) -> Settings:
    return replace(settings, rules=tuple(rules))


def _by_matches(
    connection: Connection, settings: Settings, since: datetime
) -> Iterator[ReplayedAlert]:
    if not settings.rules:
        return
    alerting = Alerting.of(settings)
    names = [rule.name for rule in settings.rules]
    fitting = FittingContents()
    changed = _changed(connection, names, since)
    for content, row in _contents(connection, changed):
        fitting.contents[row["posting_id"], row["number"]] = content
    for content, row in _contents(connection, _first(connection, names, since)):
        fitting.first.append((content, row["valid_from"]))
    yield from decide_again(connection, alerting, since, fitting)


_Explanations = Mapping[VersionId, Mapping[str, Explanation]]


def _changed(connection: Connection, names: Sequence[str], since: datetime) -> _Explanations:
    """Return what fits the contents around each change: the one after it, and the one before."""
    change, match = PostingChange, RuleMatch
    around = or_(match.version == change.version, match.version == change.version - 1)
    query = (
        select(change.posting_id, change.version, match.version, match.rule, match.words)
        .join(match, and_(match.posting_id == change.posting_id, around))
        .where(change.at >= since, one_of(match.rule, names))
        .distinct()
    )
    fits: defaultdict[VersionId, dict[str, Explanation]] = defaultdict(dict)
    for posting, after, version, rule, words in connection.execute(query):
        fits[posting, version][rule] = Explanation(rule, fits=True, words=words)
        fits[posting, after]  # also if nothing fits it any more
    return fits


def _first(connection: Connection, names: Sequence[str], since: datetime) -> _Explanations:
    """Return what fits the first contents of postings that a board's first check found."""
    match = RuleMatch
    query = (
        select(match.posting_id, match.rule, match.words)
        .join(Posting, and_(Posting.id == match.posting_id, match.version == 1))
        .where(Posting.baseline, Posting.first_seen_at >= since, one_of(match.rule, names))
    )
    fits: defaultdict[VersionId, dict[str, Explanation]] = defaultdict(dict)
    for posting, rule, words in connection.execute(query):
        fits[posting, 1][rule] = Explanation(rule, fits=True, words=words)
    return fits


def _contents(
    connection: Connection, fits: _Explanations
) -> Iterator[tuple[Content, Mapping[str, Any]]]:
    """Yield the contents of those versions in the order of their postings."""
    for ids in _portions(sorted({posting for posting, _ in fits})):
        for row in connection.execute(
            _SHOWN.where(one_of(PostingVersion.posting_id, ids))
        ).mappings():
            explained = fits.get((row["posting_id"], row["number"]))
            if explained is not None:
                yield (
                    Content(row["name"], row["company"], row["title"], row["url"], explained),
                    dict(row),
                )


def _portions(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[first : first + _AT_ONCE] for first in range(0, len(ids), _AT_ONCE))


_version = PostingVersion
_SHOWN = (
    select(
        *(_version.posting_id, _version.number, _version.valid_from),
        *(_version.title, _version.url, Posting.name),
        func.coalesce(Posting.company, Board.company).label("company"),
    )
    .join(Posting, Posting.id == _version.posting_id)
    .join(Board, Board.id == Posting.board_id)
    .order_by(_version.posting_id, _version.number)
)
