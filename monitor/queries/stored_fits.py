"""The rules that fit stored versions, by the stored matches.

A rule whose matches are not up to date is matched here, with the asked versions alone. Its matches
are not up to date while the daemon works on its backlog, or if no daemon has read the configuration
yet. Personal watches have matches too. They are their owners' own, so callers name the rules.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from sqlalchemy import Connection, select

from monitor.config.model import Rule
from monitor.database.json_values import one_of
from monitor.database.tables import PostingVersion, RuleMatch
from monitor.rules.candidates import candidate_from_row, candidates_query
from monitor.rules.matcher import Matcher, VersionId

StoredFits = dict[VersionId, dict[str, str]]  # the words that fit, by rule


def fits_of(
    connection: Connection,
    rules: Iterable[Rule],
    done: Collection[str],
    versions: Collection[VersionId],
) -> StoredFits:
    """Return the rules that fit these versions, in the order of the configuration.

    `done`: names of the rules whose matches are up to date (`rules_up_to_date`).
    """
    known = list(rules)
    fits: StoredFits = {version_id: {} for version_id in versions}
    if not known or not versions:
        return fits
    stored = [rule.name for rule in known if rule.name in done]
    stale = [rule for rule in known if rule.name not in done]
    found = [*_stored(connection, stored, versions), *_matched(connection, stale, versions)]
    order = {rule.name: number for number, rule in enumerate(known)}
    for version_id, rule, words in sorted(found, key=lambda one: order[one[1]]):
        if version_id in fits:
            fits[version_id][rule] = words
    return fits


def _stored(
    connection: Connection, names: Sequence[str], versions: Collection[VersionId]
) -> Iterator[tuple[VersionId, str, str]]:
    if not names:
        return
    match = RuleMatch
    query = select(match.posting_id, match.version, match.rule, match.words).where(
        one_of(match.posting_id, _postings(versions)), one_of(match.rule, names)
    )
    for row in connection.execute(query):
        yield (row.posting_id, row.version), row.rule, row.words


def _matched(
    connection: Connection, rules: Sequence[Rule], versions: Collection[VersionId]
) -> Iterator[tuple[VersionId, str, str]]:
    if not rules:
        return
    matchers = [Matcher(rule) for rule in rules]
    version = PostingVersion
    query = candidates_query(rules, version.posting_id, version.number)
    asked = one_of(version.posting_id, _postings(versions))
    for row in connection.execute(query.where(asked)).mappings():
        version_id = (row["posting_id"], row["number"])
        if version_id in versions:
            candidate = candidate_from_row(row)
            for matcher in matchers:
                explained = matcher.explain(candidate)
                if explained.fits:
                    yield version_id, explained.rule, explained.words


def _postings(versions: Collection[VersionId]) -> list[int]:
    return sorted({posting for posting, _ in versions})
