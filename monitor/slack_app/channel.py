"""The channel of a click or a command, by the name that the configuration uses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, or_, select

from monitor.config.model import Settings
from monitor.database.slack_channels import Directory, directory
from monitor.database.tables import Delivery
from monitor.slack_app.payloads import Click, SlashCommand
from monitor.slack_app.permissions import Person


@dataclass(frozen=True, slots=True)
class Place:
    """Somebody in a channel, and what is known of Slack's channels."""

    person: Person
    known: Directory

    def may_mute(self, channel: str) -> bool:
        return self.person.may_mute(channel)

    def may_see(self, channel: str) -> bool:
        return self.person.may_see(channel, self.known.is_public)

    def name(self, channel: str) -> str:
        return self.person.name(channel, self.known.is_public)

    def names(self, channels: Iterable[str]) -> list[str]:
        return self.person.names(channels, self.known.is_public)


def place(connection: Connection, settings: Settings, asked: Click | SlashCommand) -> Place:
    """Return who asks and where."""
    known = directory(connection)
    here, own = (
        frozenset(known.names(asked.channel_id)),
        frozenset(known.all_names(f"slack:{asked.user}")),
    )
    return Place(Person(asked.user, asked.channel_id, settings.slack.admins, here, own), known)


def told_here(connection: Connection, settings: Settings, where: Place, click: Click) -> str | None:
    """Return the channel of a click under the name that its alerts are written for; None where rules tell nothing."""
    for rule in settings.rules:
        for channel in rule.notify:
            own = where.person.in_direct_message and where.person.owns(channel)
            if own or where.known.channel_id(channel) == click.channel_id:
                return where.known.aliases(settings.channels()).get(channel, channel)
    return _sent_here(connection, click)


def _sent_here(connection: Connection, click: Click) -> str | None:
    """Return the channel that this message, or else any message there, was sent to."""
    here = select(Delivery.channel).where(
        Delivery.channel_id == click.channel_id, Delivery.state == "sent"
    )
    mine = here.where(or_(Delivery.ts == click.ts, Delivery.ts == click.thread_ts))
    found = (
        connection.scalar(query.limit(1)) for query in (mine, here.order_by(Delivery.id.desc()))
    )
    return next((str(channel) for channel in found if channel is not None), None)
