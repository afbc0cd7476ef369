"""Match stored contents with today's rules, and keep those that a rule fits.

Each content is matched once and forgotten unless a rule fits it, so that half a year of fifty
boards takes seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, or_

from monitor.alerts.alerting import Alerting
from monitor.config.model import Rule
from monitor.database.tables import Posting, PostingVersion
from monitor.rules.candidates import candidate_from_row, candidates_query
from monitor.rules.matcher import Explanation

AT_ONCE = 1_000  # rows in memory

Progress = Callable[[int], None]  # contents read so far


@dataclass(frozen=True, slots=True)
class Content:
    """A stored content with the explanations of the rules that fit it."""

    posting: str | None
    company: str
    title: str
    url: str
    fits: Mapping[str, Explanation]  # by rule


Contents = Mapping[tuple[int, int], Content]  # by the posting's id and the version's number


@dataclass(frozen=True, slots=True)
class FittingContents:
    """Contents that a rule fits, with their successors."""

    contents: dict[tuple[int, int], Content] = field(default_factory=dict)
    # those of postings that a board's first check found, and when it found them
    first: list[tuple[Content, datetime]] = field(default_factory=list)


def fitting_contents(
    connection: Connection, alerting: Alerting, since: datetime, progress: Progress
) -> FittingContents:
    """Return the contents valid since then that a rule fits."""
    fitting = FittingContents()
    version = PostingVersion
    statement = _versions(alerting.settings.rules).where(
        or_(version.valid_to.is_(None), version.valid_to >= since)
    )
    rows = connection.execution_options(yield_per=AT_ONCE).execute(
        statement.order_by(version.posting_id, version.number)
    )
    followed = None
    for count, row in enumerate(rows.mappings()):
        content = _content(alerting, row)
        place = (row["posting_id"], row["number"])
        if content.fits or place == followed:
            fitting.contents[place] = content
        followed = (place[0], place[1] + 1) if content.fits else None
        is_first = row["baseline"] and row["number"] == 1 and row["first_seen_at"] >= since
        if content.fits and is_first:
            fitting.first.append((content, row["valid_from"]))
        if count % AT_ONCE == 0:
            progress(count)
    return fitting


def _versions(rules: Sequence[Rule]) -> Select[Any]:
    version = PostingVersion
    return candidates_query(
        rules,
        *(version.posting_id, version.number, version.valid_from, version.url),
        *(Posting.key, Posting.baseline, Posting.first_seen_at),
    )


def _content(alerting: Alerting, row: Mapping[Any, Any]) -> Content:
    read = candidate_from_row(row)
    explained = {name: matcher.explain(read) for name, matcher in alerting.matchers.items()}
    fits = {name: word for name, word in explained.items() if word.fits}
    return Content(f"{read.board}:{row['key']}", read.company, read.title, row["url"], fits)
