"""Channels by name: `slack:#roles`, `webhook`, `apprise:NAME`, `console`."""

from __future__ import annotations

from typing import NamedTuple


def kind(channel: str) -> str:
    """The kind of notifier: `slack` of `slack:#roles`."""
    return channel.partition(":")[0]


class Listed(NamedTuple):
    """A channel as the other side lists it."""

    channel_id: str
    private: bool
