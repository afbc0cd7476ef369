"""One posting in full: its row and description, now or then, and the posting that it repeats."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.orm import aliased

from crawler.labels import labels
from monitor.database.columns import to_the_minute
from monitor.database.json_values import one_of
from monitor.database.tables import Board, BoardCheck, Posting, PostingChange
from monitor.errors import UserError
from monitor.history.merged_checks import last_by
from monitor.queries.resolve import PostingRef
from monitor.queries.view_tables import POSTINGS, VERSIONS, Row, all_columns, reader, run_listing

# what a version has of its own
CONTENT = (
    "title",
    "location",
    "department",
    "employment_type",
    "workplace",
    "pay_min",
    "pay_max",
    "pay_currency",
    "pay_period",
    "pay_text",
    "pay_year_min",
    "pay_year_max",
    "deadline_at",
    "deadline_text",
    "url",
)


def describe(
    connection: Connection,
    found: PostingRef,
    version: int | None = None,
    as_of: datetime | None = None,
) -> Row:
    """Return the columns of `postings`. Those of its content are None if it was never read.

    With a version, or with the moment `as_of`, the content is that version's. Raises UserError when
    there is none.
    """
    here = (POSTINGS.c.board == found.board, POSTINGS.c.key == found.key)
    row = run_listing(
        connection, select(all_columns("postings")).select_from(POSTINGS).where(*here)
    ).rows[0]
    versions = _versions(connection, found)
    if as_of is not None:
        return _as_of(connection, found, row, versions, as_of)
    wanted = version if version is not None else row["version"]
    content = next((each for each in versions if each["version"] == wanted), None)
    if content is None and version is not None:
        raise UserError(f"{found.posting} has no version {version}: it has {_span(versions)}")
    return _with_content(row, content)


def _versions(connection: Connection, found: PostingRef) -> Sequence[Row]:
    here = (VERSIONS.c.board == found.board, VERSIONS.c.posting == found.posting)
    statement = select(
        all_columns("posting_versions"),
        VERSIONS.c.valid_from.label("from_at"),
        VERSIONS.c.valid_to.label("to_at"),
    )
    return run_listing(
        connection, statement.select_from(VERSIONS).where(*here).order_by(VERSIONS.c.version)
    ).rows


def _span(versions: Sequence[Row]) -> str:
    return (
        f"versions 1 to {len(versions)}"
        if len(versions) > 1
        else f"{len(versions)} version{'' if len(versions) == 1 else 's'}"
    )


def _with_content(row: Row, content: Row | None) -> Row:
    if content is None:
        return {**row, "description": None}
    own = {name: content[name] for name in (*CONTENT, "description", "version")}
    return {**row, **own, **({} if own["version"] == row["version"] else _labels_of(content))}


def _labels_of(content: Row) -> Row:
    """Return the labels of an older version, which the view has of the newest alone."""
    read = labels(content["title"] or "", content["location"] or "", ())
    return {"country": "; ".join(read.countries) or None, "seniority": read.seniority}


def _as_of(
    connection: Connection, found: PostingRef, row: Row, versions: Sequence[Row], moment: datetime
) -> Row:
    """Return the posting as it was known at that moment. The ATS's own times are today's."""
    begun = [version for version in versions if version["from_at"] <= moment]
    if not begun:
        raise UserError(
            f"{row['posting']} was not known at {to_the_minute(moment)}: it was first seen at "
            f"{_first(versions)}"
        )
    content = begun[-1]
    ended = content["to_at"] is not None and content["to_at"] <= moment
    state = (
        {"state": "closed", "closed_at": content["to_at"]}
        if ended
        else {"state": "open", "closed_at": None}
    )
    return {
        **_with_content(row, content),
        **state,
        "last_seen_at": _last_seen(connection, found, row, content["from_at"], moment),
    }


def _last_seen(
    connection: Connection, found: PostingRef, row: Row, begun: datetime, moment: datetime
) -> datetime:
    """Return the time of the last check by that moment that saw the posting.

    `begun` is when the content of that moment began. The next closing says until when it was seen.
    """
    checked = _last_check(connection, found, moment)
    closing = select(PostingChange.not_before).where(
        PostingChange.posting_id == found.id, PostingChange.kind == "closed"
    )
    missed = connection.scalar(
        closing.where(PostingChange.at > begun).order_by(PostingChange.at).limit(1)
    )
    last: Any = missed or reader("last_seen_at")(row["last_seen_at"])
    seen: datetime = last if checked is None else min(checked, last)
    return seen


def _last_check(connection: Connection, found: PostingRef, moment: datetime) -> datetime | None:
    """Return the time of the board's last good check by that moment."""
    good = (
        select(BoardCheck.finished_at, BoardCheck.merged_instants)
        .join(Posting, Posting.board_id == BoardCheck.board_id)
        .where(
            Posting.id == found.id, BoardCheck.result != "failure", BoardCheck.finished_at <= moment
        )
        .order_by(BoardCheck.finished_at.desc())
    )
    row = connection.execute(good.limit(1)).one_or_none()
    return None if row is None else last_by(moment, row.finished_at, row.merged_instants)


def _first(versions: Sequence[Row]) -> str:
    return to_the_minute(versions[0]["from_at"]) if versions else "a later time"


def repost_words(connection: Connection, postings: Iterable[str]) -> dict[str, str]:
    """Return by posting name what it repeats: `a repost of greenhouse:deepmind:59 (…)`.

    Postings that repeat none are left out.
    """
    names = set(postings)
    keys = sorted({name.split(":", 2)[-1] for name in names})
    first = aliased(Posting)
    query = (
        select(Board.board, Posting.key, first.name.label("first"), Posting.repost_reason)
        .join(Posting, Posting.board_id == Board.id)
        .join(first, first.id == Posting.repost_of)
        .where(one_of(Posting.key, keys))
    )
    words = {}
    for row in connection.execute(query):
        if f"{row.board}:{row.key}" in names:
            words[f"{row.board}:{row.key}"] = f"a repost of {row.first}" + (
                f" ({row.repost_reason})" if row.repost_reason else ""
            )
    return words
