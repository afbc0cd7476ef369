"""Read the labels that a migration has emptied, of every posting at once.

A posting's country and seniority are stored, so that a million postings can be counted by them.
Their reader belongs to this version and not to the history of the tables, so no migration calls it.
"""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import Connection, bindparam, select, update

from crawler.labels import labels
from monitor.database.json_values import in_json_list, json_list
from monitor.database.tables import NEWEST_VERSION, Posting, PostingVersion

_AT_ONCE = 10_000  # postings in memory
_UNLABELED = (
    select(Posting.id, PostingVersion.title, PostingVersion.location, PostingVersion.locations)
    .join(PostingVersion, NEWEST_VERSION)
    .where(Posting.id > bindparam("after"), Posting.country.is_(None))
    .order_by(Posting.id)
    .limit(_AT_ONCE)
)
_LABEL = (
    update(Posting)
    .where(in_json_list(Posting.id, "ids"))
    .values(country=bindparam("countries"), seniority=bindparam("level"))
)


def label_missing(connection: Connection) -> None:
    """Store the labels of all postings that have none yet."""
    last = 0
    while rows := connection.execute(_UNLABELED, {"after": last}).all():
        last = rows[-1].id
        by_labels: dict[tuple[str, str], list[int]] = defaultdict(list)
        for row in rows:
            read = labels(row.title, row.location, row.locations)
            by_labels["; ".join(read.countries), read.seniority or ""].append(row.id)
        for (countries, level), ids in by_labels.items():
            values = {"ids": json_list(ids), "countries": countries, "level": level}
            connection.execute(_LABEL, values)
