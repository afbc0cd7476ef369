"""Find the channel, the role and the visible mutes that a click or command is about."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, or_, select

from monitor.alerts import mutes
from monitor.config.model import Settings
from monitor.database.columns import AnyRow
from monitor.database.json_values import one_of
from monitor.database.tables import NEWEST_VERSION, Card, Delivery, Posting, PostingVersion
from monitor.messages import CardMessage, load
from monitor.notify import wording
from monitor.queries.resolve import PostingRef
from monitor.slack_app.payloads import Click
from monitor.slack_app.viewer import Viewer


def alerted_channel(
    connection: Connection, settings: Settings, viewer: Viewer, click: Click
) -> str | None:
    """Return the configured name of the click's channel. None if no alert goes there."""
    for rule in settings.rules:
        for channel in rule.notify:
            own = viewer.in_direct_message and viewer.owns(channel)
            if own or viewer.channels.channel_id(channel) == click.channel_id:
                return viewer.channels.aliases(settings.channels()).get(channel, channel)
    return _delivered_channel(connection, click)


def _delivered_channel(connection: Connection, click: Click) -> str | None:
    """Return the channel that this message was sent to, else the last delivery's there."""
    here = select(Delivery.channel).where(
        Delivery.channel_id == click.channel_id, Delivery.state == "sent"
    )
    clicked = here.where(or_(Delivery.ts == click.ts, Delivery.ts == click.thread_ts))
    found = (
        connection.scalar(query.limit(1)) for query in (clicked, here.order_by(Delivery.id.desc()))
    )
    return next((str(channel) for channel in found if channel is not None), None)


def rules_of_card(
    connection: Connection, viewer: Viewer, channel: str, posting_id: int
) -> list[str]:
    """Return the rules that the channel's card of a posting names, without personal watches."""
    names = viewer.channels.all_names(channel)
    rows = connection.scalars(
        select(Card.message).where(Card.posting_id == posting_id, one_of(Card.channel, names))
    )
    messages = [message for row in rows if isinstance(message := load(row), CardMessage)]
    why = (one for message in messages for one in message.why)
    named = (one.rule for one in why if one.watch is None and one.fit_change != "rule removed")
    return list(dict.fromkeys(named))


def title_and_url(connection: Connection, posting: PostingRef) -> tuple[str, str]:
    """Return a posting's title and URL. Without a version: its name and an empty text."""
    row = _newest_version(connection, posting)
    if row is None:
        return posting.posting, ""
    return wording.sanitize(row.title, wording.TITLE_LIMIT) or posting.posting, row.url


def deadline_text(connection: Connection, posting: PostingRef) -> str:
    """Return a posting's deadline in its own words, where they say more than the date shown."""
    row = _newest_version(connection, posting)
    written = (row.deadline_text if row else None) or ""
    is_stamp = row is not None and wording.parse_instant(written) == row.deadline_at is not None
    return "" if is_stamp else written


def _newest_version(connection: Connection, posting: PostingRef) -> AnyRow | None:
    version = PostingVersion
    columns = select(version.title, version.url, version.deadline_text, version.deadline_at)
    query = columns.join(Posting, NEWEST_VERSION).where(Posting.id == posting.id)
    return connection.execute(query).one_or_none()


def mute_title(connection: Connection, mute: AnyRow) -> str:
    """Return the muted role's title, or the muted rule's name."""
    if mute.posting is None:
        return wording.sanitize(mute.rule or "", 100)
    board, _, key = mute.posting.rpartition(":")
    return title_and_url(connection, PostingRef(mute.posting_id, board, key))[0]


def visible_mutes(
    connection: Connection, viewer: Viewer, now: datetime
) -> list[tuple[AnyRow, str]]:
    """Return the active mutes of the channels that the person can see, each with its title."""
    rows = [row for row in mutes.list_mutes(connection, now) if viewer.may_see(row.channel)]
    return [(row, mute_title(connection, row)) for row in rows]
