"""Load recently closed postings (candidates for a repost), and the stored reposts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.orm import aliased

from crawler.items import Posting
from monitor.database import tables
from monitor.database.json_values import in_json_list, json_list
from monitor.history.reposts import (
    RECENTLY,
    FormerPosting,
    JobNumbers,
    Repost,
    RepostOf,
    find_repost,
    title_and_places,
)

_posting, _version = tables.Posting, tables.PostingVersion
_first = aliased(_posting)
_REPEATS = (
    select(_posting.id, _first.name, _posting.repost_reason, _first.closed_at)
    .join(_first, _first.id == _posting.repost_of)
    .where(in_json_list(_posting.id, "ids"))
)
_FORMER = select(
    _posting.id,
    _posting.requisition,
    _posting.internal_job,
    _version.title,
    _version.location,
    _version.locations,
    _posting.missing_since,
).join(_version, tables.NEWEST_VERSION)


def find_reposts(
    connection: Connection,
    board_id: int,
    new: Iterable[Posting],
    missing: Collection[int],
    at: datetime,
) -> dict[str, Repost]:
    """Return the new postings that repeat a recently closed one or one of `missing`, by key."""
    new = list(new)
    former = _former_postings(connection, board_id, missing, at) if new else []
    if not former:
        return {}
    others = _listed(connection, board_id, missing)
    faces = {
        title_and_places(posting.title, posting.locations, posting.location) for posting in new
    }
    texts = load_texts(connection, [one.id for one in former if one.face in faces])
    former = [replace(one, text=texts.get(one.id)) for one in former]
    found = {posting.key: find_repost(posting, former, others) for posting in new}
    return {key: repost for key, repost in found.items() if repost}


def _former_postings(
    connection: Connection, board_id: int, missing: Collection[int], at: datetime
) -> list[FormerPosting]:
    """Return the postings that recently closed, and those that this check misses."""
    left = _FORMER.where(_posting.board_id == board_id, _posting.closed_at >= at - RECENTLY)
    rows = list(connection.execute(left.where(_posting.state == "closed")))
    if missing:
        rows += connection.execute(
            _FORMER.where(in_json_list(_posting.id, "ids")), {"ids": json_list(missing)}
        )
    return [
        FormerPosting(
            posting_id,
            JobNumbers(requisition, internal_job),
            title_and_places(title, locations, location),
            missing_since or at,
        )
        for posting_id, requisition, internal_job, title, location, locations, missing_since in rows
    ]


def _listed(connection: Connection, board_id: int, missing: Collection[int]) -> list[JobNumbers]:
    """Return the numbers of the board's other open postings."""
    query = select(_posting.id, _posting.requisition, _posting.internal_job)
    rows = connection.execute(query.where(_posting.board_id == board_id, _posting.state == "open"))
    return [JobNumbers(row.requisition, row.internal_job) for row in rows if row.id not in missing]


def reposts_by_posting(connection: Connection, ids: Collection[int]) -> dict[int, RepostOf]:
    """Return the posting that each of these repeats, by id."""
    rows = connection.execute(_REPEATS, {"ids": json_list(ids)}) if ids else ()
    return {row.id: RepostOf(row.name, row.repost_reason or "", row.closed_at) for row in rows}


def load_texts(connection: Connection, ids: Collection[int]) -> Mapping[int, str]:
    """Return the description of each posting, by its id."""
    if not ids:
        return {}
    text = tables.Description
    query = (
        select(_posting.id, text.text)
        .join(_version, tables.NEWEST_VERSION)
        .join(text, text.digest == _version.description_digest)
        .where(in_json_list(_posting.id, "ids"))
    )
    return {row.id: row.text for row in connection.execute(query, {"ids": json_list(ids)})}
