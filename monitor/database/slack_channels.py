"""Slack's channels as the workspace last listed them: names, ids, and which are private.

Slack gives names and ids only on request, so both are stored in `slack_channel`. A former name
keeps its id there until another channel takes it: a renamed channel is still the same channel. A
direct message is stored under its person: `U…` has the id `D…`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, insert, select, update

from monitor.channels import Channel, Listed
from monitor.config.model import Settings
from monitor.database.engine import read_transaction
from monitor.database.json_values import one_of
from monitor.database.tables import SlackChannel


def are_mixed(channels: Collection[str]) -> bool:
    """Return True if some are `slack:U…` and some `slack:D…`, so that two may be the same."""
    parts = [Channel.parse(channel) for channel in channels]
    return any(part.is_person for part in parts) and any(part.is_conversation for part in parts)


@dataclass(frozen=True, slots=True)
class Directory:
    """Every channel that Slack has listed, by name, and every direct message, by person."""

    channels: Mapping[str, Listed]  # "#roles" or "U…" → its id

    @property
    def ids(self) -> dict[str, str]:
        """Return the id of each name."""
        return {name: listed.channel_id for name, listed in self.channels.items()}

    def channel_id(self, channel: str) -> str | None:
        """Return the id of `slack:#roles`, `slack:C…` or `slack:U…`.

        None for an unknown name and for a channel that is not Slack's. A person whose direct
        message is unknown has the person's own id.
        """
        parts = Channel.parse(channel)
        if not parts.is_slack:
            return None
        known = self.channels.get(parts.name)
        return known.channel_id if known else None if parts.has_slack_name else parts.name

    def key(self, channel: str) -> str:
        """Return a key that all names of one channel share: its id, or the name without one."""
        return self.channel_id(channel) or str(Channel.parse(channel))

    def may_be_doubled(self, channels: Iterable[str]) -> bool:
        """Return True if a channel may be among them twice: as an id, and as an unknown name."""
        parts = [part for part in map(Channel.parse, channels) if part.is_slack]
        unknown = any(part.has_slack_name and part.name not in self.channels for part in parts)
        return unknown and not all(part.has_slack_name or part.is_direct_message for part in parts)

    def is_public(self, channel: str) -> bool:
        """Return True if Slack has listed this channel as public."""
        private = {
            listed.private
            for listed in self.channels.values()
            if listed.channel_id == self.channel_id(channel)
        }
        return private == {False}

    def is_known(self, person: str) -> bool:
        """Return True if the direct message of `slack:U…` is known."""
        return Channel.parse(person).name in self.channels

    def all_names(self, channel: str) -> list[str]:
        """Return every name of a channel, given by any of them; that one alone without an id."""
        channel_id = self.channel_id(channel)
        return list(
            dict.fromkeys(
                [str(Channel.parse(channel)), *(self.names(channel_id) if channel_id else ())]
            )
        )

    def names(self, channel_id: str) -> list[str]:
        """Return every name of that channel: `slack:C…`, then its names and former names."""
        named = [
            str(Channel.slack(name))
            for name, listed in self.channels.items()
            if listed.channel_id == channel_id
        ]
        return [str(Channel.slack(channel_id)), *named]

    def applied(self, settings: Settings) -> Settings:
        """Return the settings with one name for each channel whose names are known."""
        return replace(settings, aliases=self.aliases(settings.channels()))

    def aliases(self, used: Iterable[str]) -> dict[str, str]:
        """Map every other name of a channel to its first name in `used`, the configured ones."""
        aliases: dict[str, str] = {}
        chosen: set[str] = set()
        for channel in used:
            channel_id = self.channel_id(channel)
            if channel_id is not None and channel_id not in chosen:
                chosen.add(channel_id)
                aliases |= {name: channel for name in self.names(channel_id) if name != channel}
        return aliases


def directory(connection: Connection) -> Directory:
    """Return the stored channels."""
    rows = connection.execute(
        select(SlackChannel.name, SlackChannel.channel_id, SlackChannel.private).order_by(
            SlackChannel.name
        )
    )
    return Directory({row.name: Listed(row.channel_id, row.private) for row in rows})


def stored_id(connection: Connection, name: str) -> str | None:
    """Return the id that is stored for a name: `#roles`, `U…`."""
    return connection.scalar(select(SlackChannel.channel_id).where(SlackChannel.name == name))


def remember(connection: Connection, listed: Mapping[str, Listed], now: datetime) -> Directory:
    """Store Slack's list. Return all known channels. Names that are not in the list stay."""
    known = directory(connection).channels
    moved = [name for name, old in known.items() if name in listed and listed[name] != old]
    if moved:
        connection.execute(delete(SlackChannel).where(one_of(SlackChannel.name, moved)))
    new = [name for name, now_listed in listed.items() if known.get(name) != now_listed]
    if new:
        rows = [
            {
                "name": name,
                "channel_id": listed[name].channel_id,
                "private": listed[name].private,
                "seen_at": now,
            }
            for name in new
        ]
        connection.execute(insert(SlackChannel), rows)
    same = [name for name in listed if name not in new]
    connection.execute(
        update(SlackChannel).where(one_of(SlackChannel.name, same)).values(seen_at=now)
    )
    return Directory({**known, **listed})


def read(engine: Engine) -> Directory:
    """Return the stored channels, read in a transaction of its own."""
    with read_transaction(engine) as connection:
        return directory(connection)
