"""Channels by name: `slack:#roles`, `webhook`, `apprise:NAME`, `console`."""

from __future__ import annotations

import re
from typing import Final, NamedTuple


def kind(channel: str) -> str:
    """Return the kind of notifier: `slack` of `slack:#roles`."""
    return channel.partition(":")[0]


class Listed(NamedTuple):
    """A channel as the other side lists it."""

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
