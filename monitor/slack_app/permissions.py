"""Who may do what, and who may read a channel's name. Pure.

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
from typing import Final

from monitor.channels import Channel

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
