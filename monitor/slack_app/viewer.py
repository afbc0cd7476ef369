"""The person who asks: what they may do, which channels and which mutes they may see.

The object of an action decides, never the place of the click:

| action                    | object                           | its person | others | admins |
|---------------------------|----------------------------------|------------|--------|--------|
| View role, Why, Full diff | a posting, which everyone may see| yes        | yes    | yes    |
| Save, Remove from my list | the clicker's own list           | yes        | no way | no way |
| mute a role or a rule     | the clicker's direct message     | yes        | no     | no     |
| mute a role or a rule     | a shared channel, public or not  |            | no     | yes    |
| undo a mute               | a mute of a direct message       | yes        | no     | no     |
| undo a mute               | a mute of a shared channel       |            | no     | yes    |

A channel's name is shown to people who can see the channel: a public one to everyone, a private one
to whoever asks in it, a direct message to its person. A channel that Slack has not listed as public
counts as private. docs/slack.md has the same table for people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, or_, select

from monitor.alerts import mutes
from monitor.channels import Channel
from monitor.config.model import Settings
from monitor.database.engine import AnyRow
from monitor.database.slack_channels import Directory, directory
from monitor.database.tables import Delivery, Posting, PostingVersion
from monitor.notify import wording
from monitor.queries.resolve import PostingRef
from monitor.slack_app.payloads import Click, SlashCommand

_PRIVATE_CHANNEL: Final = "a private channel"
_DIRECT_MESSAGE: Final = "a direct message"


@dataclass(frozen=True, slots=True)
class Person:
    """A person who clicks or types, and where."""

    user: str  # "U0ALICE001"
    channel_id: str  # "C0ROLES001", "D0ALICE001"
    admins: Iterable[str] = ()
    # every name of that channel: "slack:#roles", "slack:C0ROLES001"
    here: frozenset[str] = field(default_factory=frozenset)
    # every name of this person's direct message: "slack:U0ALICE001", "slack:D0ALICE001"
    own: frozenset[str] = field(default_factory=frozenset)

    @property
    def is_admin(self) -> bool:
        return self.user in self.admins

    @property
    def in_direct_message(self) -> bool:
        return Channel.slack(self.channel_id).is_conversation

    def owns(self, channel: str) -> bool:
        """Return whether it is this person's own direct message."""
        return (
            channel == str(Channel.slack(self.user))
            or channel in self.own
            or (self.in_direct_message and channel == str(Channel.slack(self.channel_id)))
        )

    def may_mute(self, channel: str) -> bool:
        """Return whether this person may mute there and undo a mute there."""
        return self.owns(channel) or (
            self.is_admin and not Channel.parse(channel).is_direct_message
        )

    def may_see(self, channel: str, is_public: Callable[[str], bool]) -> bool:
        """Return whether this person may read the channel's name. Only Slack's can be hidden."""
        parts = Channel.parse(channel)
        return (
            not parts.is_slack
            or self.owns(channel)
            or channel in self.here
            or (not parts.is_direct_message and is_public(channel))
        )

    def name(self, channel: str, is_public: Callable[[str], bool]) -> str:
        """Return the channel as this person may read it."""
        if self.may_see(channel, is_public):
            return "your direct messages" if self.owns(channel) else channel
        return _DIRECT_MESSAGE if Channel.parse(channel).is_direct_message else _PRIVATE_CHANNEL

    def names(self, channels: Iterable[str], is_public: Callable[[str], bool]) -> list[str]:
        """Return the channels as this person may read them; hidden ones as `2 private channels`."""
        named = [self.name(channel, is_public) for channel in channels]
        hidden = {_PRIVATE_CHANNEL: "private channels", _DIRECT_MESSAGE: "direct messages"}
        return [
            f"{named.count(name)} {hidden[name]}"
            if name in hidden and named.count(name) > 1
            else name
            for name in dict.fromkeys(named)
        ]


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person in a channel, with the stored list of Slack's channels."""

    person: Person
    channels: Directory

    def may_mute(self, channel: str) -> bool:
        return self.person.may_mute(channel)

    def may_see(self, channel: str) -> bool:
        return self.person.may_see(channel, self.channels.is_public)

    def name(self, channel: str) -> str:
        return self.person.name(channel, self.channels.is_public)

    def names(self, channels: Iterable[str]) -> list[str]:
        return self.person.names(channels, self.channels.is_public)


def viewer_of(connection: Connection, settings: Settings, asked: Click | SlashCommand) -> Viewer:
    """Return the person who clicked or typed, and where."""
    known = directory(connection)
    here = frozenset(known.names(asked.channel_id))
    own = frozenset(known.all_names(str(Channel.slack(asked.user))))
    return Viewer(Person(asked.user, asked.channel_id, settings.slack.admins, here, own), known)


def alerted_channel(
    connection: Connection, settings: Settings, viewer: Viewer, click: Click
) -> str | None:
    """Return the configured name of the click's channel. None if no alert goes there."""
    for rule in settings.rules:
        for channel in rule.notify:
            own = viewer.person.in_direct_message and viewer.person.owns(channel)
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


def title_and_url(connection: Connection, posting: PostingRef) -> tuple[str, str]:
    """Return a posting's title and URL. Without a version: its name and an empty text."""
    newest = (PostingVersion.posting_id == Posting.id) & (PostingVersion.number == Posting.version)
    query = (
        select(PostingVersion.title, PostingVersion.url)
        .join(Posting, newest)
        .where(Posting.id == posting.id)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return posting.posting, ""
    return wording.sanitize(row.title, wording.TITLE_LIMIT) or posting.posting, row.url


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
