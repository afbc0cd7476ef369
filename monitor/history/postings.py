"""The statements that write postings, versions and changes. `posting_rows.py` makes their rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, Update, bindparam, func, select, update

from monitor.config.values import Kind
from monitor.database import tables
from monitor.database.bulk import PreparedRows, insert_prepared, insert_rows
from monitor.database.columns import table
from monitor.database.json_values import in_json_list, json_list
from monitor.history.reposts import Repost

# Core tables: the ORM's own inserts and updates cost half as much again
_POSTING = table(tables.Posting)
_VERSION = table(tables.PostingVersion)
_CHANGE = table(tables.PostingChange)
_IDS = select(_POSTING.c.key, _POSTING.c.id).where(
    _POSTING.c.board_id == bindparam("board"), in_json_list(_POSTING.c.key, "keys")
)
_CHANGE_POSTING = update(_POSTING).where(_POSTING.c.id == bindparam("row"))
_MARK_PROBED = (
    update(_POSTING).where(in_json_list(_POSTING.c.id, "ids")).values(probed_at=bindparam("at"))
)
_CHANGE_VERSION = update(_VERSION).where(
    _VERSION.c.posting_id == bindparam("posting"), _VERSION.c.number == bindparam("which")
)
_END = _CHANGE_VERSION.values(valid_to=bindparam("at"))
_SUPERSEDE = _CHANGE_VERSION.values(superseded=True)
_REPLACE = _CHANGE_VERSION.values(valid_to=bindparam("at"), superseded=True)


def add_postings(connection: Connection, new: PreparedRows) -> dict[str, int]:
    """Store new postings of one board. Return their ids by key."""
    rows = new.rows
    if not rows:
        return {}
    insert_prepared(connection, new)
    keys = json_list([str(row["key"]) for row in rows])
    added = connection.execute(_IDS, {"board": rows[0]["board_id"], "keys": keys})
    return {row.key: row.id for row in added}


def change_posting(connection: Connection, posting_id: int, **columns: object) -> None:
    """Change columns of one posting."""
    connection.execute(_CHANGE_POSTING, columns | {"row": posting_id})


def change_postings(connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Change postings in one statement. Rows have the id as `row`, and the same columns."""
    if rows:
        connection.execute(_CHANGE_POSTING, rows)


def mark_probed(connection: Connection, ids: Iterable[int], at: datetime) -> None:
    """Store when these postings were probed."""
    numbers = list(ids)
    if numbers:
        connection.execute(_MARK_PROBED, {"at": at, "ids": json_list(numbers)})


def mark_reposts(connection: Connection, reposts: Mapping[int, Repost]) -> None:
    """Store which posting each of these repeats, and why. The reposts are given by id."""
    rows = [
        {"row": posting_id, "repost_of": one.id, "repost_reason": one.reason}
        for posting_id, one in reposts.items()
    ]
    change_postings(connection, rows)


def add_first_versions(connection: Connection, ids: Sequence[int], versions: PreparedRows) -> None:
    """Store the first versions of the postings with these ids."""
    insert_prepared(connection, versions, posting_id=ids)


def add_versions(connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Store new versions."""
    insert_rows(connection, _VERSION, rows)


def add_changes(connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Store rows of the change table."""
    insert_rows(connection, _CHANGE, rows)


def last_changes(
    connection: Connection, kind: Kind, ids: Collection[int], *, before: datetime
) -> dict[int, datetime]:
    """Return when each posting last had a change of that kind, by id."""
    if not ids:
        return {}
    query = (
        select(_CHANGE.c.posting_id, func.max(_CHANGE.c.at).label("at"))
        .where(in_json_list(_CHANGE.c.posting_id, "ids"), _CHANGE.c.kind == kind)
        .where(_CHANGE.c.at < before)
        .group_by(_CHANGE.c.posting_id)
    )
    rows = connection.execute(query, {"ids": json_list(ids)})
    return {row.posting_id: row.at for row in rows}


def end_versions(connection: Connection, versions: Iterable[tuple[int, int]], at: datetime) -> None:
    """End these versions, given as the posting's id and the version's number."""
    _change_versions(connection, _END, versions, at=at)


def supersede_versions(connection: Connection, versions: Iterable[tuple[int, int]]) -> None:
    """Mark these versions as no longer the newest."""
    _change_versions(connection, _SUPERSEDE, versions)


def replace_versions(
    connection: Connection, versions: Iterable[tuple[int, int]], at: datetime
) -> None:
    """End and supersede versions whose successors begin at that moment."""
    _change_versions(connection, _REPLACE, versions, at=at)


def _change_versions(
    connection: Connection, change: Update, versions: Iterable[tuple[int, int]], **values: object
) -> None:
    rows = [{"posting": posting_id, "which": number} | values for posting_id, number in versions]
    if rows:
        connection.execute(change, rows)


def amend_version(
    connection: Connection, posting_id: int, number: int, columns: Mapping[str, object]
) -> None:
    """Overwrite a version with the same content read better: the board edited nothing."""
    version = (_VERSION.c.posting_id == posting_id, _VERSION.c.number == number)
    connection.execute(update(_VERSION).where(*version).values(**columns))
