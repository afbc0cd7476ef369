"""Channels by name: `slack:#roles`, `webhook`, `apprise:NAME`, `console`."""

from __future__ import annotations

import re
from typing import Final, NamedTuple, Self


class Channel(NamedTuple):
    """The two parts of a channel's name: `slack` and `#roles` for `slack:#roles`."""

    kind: str  # which notifier: slack, webhook, apprise, console
    name: str  # within its kind; empty for webhook and console

    @classmethod
    def parse(cls, channel: str) -> Self:
        """Return the parts of a channel's name, which is taken as valid."""
        kind, _, name = channel.partition(":")
        return cls(kind, name)

    def __str__(self) -> str:
        """Return the name as it is stored and configured: `slack:#roles`."""
        return f"{self.kind}:{self.name}" if self.name else self.kind


def kind(channel: str) -> str:
    """Return the kind of notifier: `slack` for `slack:#roles`."""
    return Channel.parse(channel).kind


class Listed(NamedTuple):
    """A channel as the workspace lists it."""

    channel_id: str
    private: bool


# the ids of Slack's conversations and people, without the prefix "slack:"
SLACK_CHANNEL_ID: Final = re.compile("[CGD][A-Z0-9]{5,}")
SLACK_USER_ID: Final = re.compile("[UW][A-Z0-9]{5,}")


def is_direct_message(channel: str) -> bool:
    """Return whether the channel is one person's conversation: `slack:U…` or `slack:D…`."""
    name = channel.removeprefix("slack:")
    return name != channel and bool(
        SLACK_USER_ID.fullmatch(name) or (name.startswith("D") and SLACK_CHANNEL_ID.fullmatch(name))
    )
