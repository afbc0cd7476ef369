"""The person who asks: what they may do, and which channels they may see.

The object of an action decides, never the place of the click:

| action                    | object                           | its person | others | admins |
|---------------------------|----------------------------------|------------|--------|--------|
| View role, Why, Full diff | a posting, which everyone may see| yes        | yes    | yes    |
| Save, Remove from my list | the clicker's own list           | yes        | no way | no way |
| mute a role or a rule     | the clicker's direct message     | yes        | no     | no     |
| mute a role or a rule     | a shared channel, public or not  |            | no     | yes    |
| undo a mute               | a mute of a direct message       | yes        | no     | no     |
| undo a mute               | a mute of a shared channel       |            | no     | yes    |
| list, end, begin a watch  | the person's own watch           | yes        | no     | no     |
| list a watch              | another person's, without a name |            | no     | yes    |

A channel's name is shown to people who can see the channel: a public one to everyone, a private one
to whoever asks in it, a direct message to its person. A channel that Slack has not listed as public
counts as private. docs/slack.md has the same table for people.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection

from monitor.channels import Channel
from monitor.config.model import Rule, Settings
from monitor.database.slack_channels import Directory, directory
from monitor.slack_app.payloads import Click, SlashCommand

_PRIVATE_CHANNEL: Final = "a private channel"
_DIRECT_MESSAGE: Final = "a direct message"


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person who clicks or types, and where, with the stored list of Slack's channels."""

    user: str  # "U0ALICE001"
    channel_id: str  # "C0ROLES001", "D0ALICE001"
    channels: Directory
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

    def may_see(self, channel: str) -> bool:
        """Return whether this person may read the channel's name. Only Slack's can be hidden."""
        parts = Channel.parse(channel)
        return (
            not parts.is_slack
            or self.owns(channel)
            or channel in self.here
            or (not parts.is_direct_message and self.channels.is_public(channel))
        )

    def name(self, channel: str) -> str:
        """Return the channel as this person may read it."""
        if self.may_see(channel):
            return "your direct messages" if self.owns(channel) else channel
        return _DIRECT_MESSAGE if Channel.parse(channel).is_direct_message else _PRIVATE_CHANNEL

    def names(self, channels: Iterable[str]) -> list[str]:
        """Return the channels as this person may read them; hidden ones as `2 private channels`."""
        named = [self.name(channel) for channel in channels]
        hidden = {_PRIVATE_CHANNEL: "private channels", _DIRECT_MESSAGE: "direct messages"}
        return [
            f"{named.count(name)} {hidden[name]}"
            if name in hidden and named.count(name) > 1
            else name
            for name in dict.fromkeys(named)
        ]

    def own_rules(self, rules: Iterable[Rule]) -> list[Rule]:
        """Return the rules that this person may know: without the watches of others."""
        mine = str(Channel.slack(self.user))
        return [rule for rule in rules if rule.watch is None or mine in rule.notify]

    def visible_rules(self, rules: Iterable[Rule]) -> list[Rule]:
        """Return the rules to list for this person: admins see the watches of others too."""
        return list(rules) if self.is_admin else self.own_rules(rules)


def viewer_of(connection: Connection, settings: Settings, asked: Click | SlashCommand) -> Viewer:
    """Return the person who clicked or typed, and where."""
    known = directory(connection)
    here = frozenset(known.names(asked.channel_id))
    own = frozenset(known.all_names(str(Channel.slack(asked.user))))
    return Viewer(asked.user, asked.channel_id, known, settings.slack.admins, here, own)
