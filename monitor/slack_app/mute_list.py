"""What is muted, as people read it: the titles of roles, and the mutes that concern the one who asks."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from monitor.alerts import mutes
from monitor.database.engine import AnyRow
from monitor.database.tables import Posting, PostingVersion
from monitor.notify import wording
from monitor.queries.resolve import PostingRef
from monitor.slack_app.channel import Place


def headline(connection: Connection, found: PostingRef) -> tuple[str, str]:
    """A posting's title, or its name where nobody could read it, and its URL."""
    newest = (PostingVersion.posting_id == Posting.id) & (PostingVersion.number == Posting.version)
    query = (
        select(PostingVersion.title, PostingVersion.url)
        .join(Posting, newest)
        .where(Posting.id == found.id)
    )
    row = connection.execute(query).one_or_none()
    return (
        (wording.sanitize(row.title, wording.TITLE) or found.posting, row.url)
        if row
        else (found.posting, "")
    )


def title(connection: Connection, row: AnyRow) -> str:
    """What a mute of `mutes.listed` is of: a role's title, or a rule's name."""
    if row.posting is None:
        return wording.sanitize(row.rule or "", 100)
    board, _, key = row.posting.rpartition(":")
    return headline(connection, PostingRef(row.posting_id, board, key))[0]


def visible_mutes(connection: Connection, where: Place, now: datetime) -> list[tuple[AnyRow, str]]:
    """Return the mutes of the channels that a person can see, each with its title."""
    rows = [row for row in mutes.list_mutes(connection, now) if where.may_see(row.channel)]
    return [(row, title(connection, row)) for row in rows]
