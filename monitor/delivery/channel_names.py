"""The names of Slack's channels while messages are sent: asked for, stored, and what stands under several names brought under one.

ask    at the start, at a changed configuration, and before a message to a name that has no id yet
meet   a message to a person says which direct message is theirs, also where Slack does not list them
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime

import structlog
from sqlalchemy import Connection, Engine

from monitor.channels import Listed, kind
from monitor.database import slack_channels
from monitor.delivery import channel_merge, queue
from monitor.delivery.retry_policy import QueuedDelivery
from monitor.notify.base import Named, Notifier, NotifyError, Receipt

log = structlog.get_logger()


class ChannelNames:
    """What is known of the names of `channels`, those of the configuration: of several names of one channel the first is used."""

    def __init__(
        self,
        engine: Engine,
        clock: Callable[[], datetime],
        channels: Sequence[str],
        settling: asyncio.Lock,
    ) -> None:
        self.engine = engine
        self._clock = clock
        self._channels = channels
        self._settling = settling
        # Slack's channels, as they were stored last
        self._listed: Mapping[str, Listed] | None = None
        # the same with all that was known before: name → id; None: not read yet
        self._ids: Mapping[str, str] | None = None

    def reconfigure(self, other: ChannelNames) -> None:
        """Go on with the channels of another configuration, and with a notifier that knows nothing yet."""
        self._channels, self._listed, self._ids = other._channels, None, None

    async def ask(self, notifiers: Iterable[Notifier]) -> None:
        """Ask which names are one channel. What cannot be asked now is asked before the first message to a name."""
        for notifier in notifiers:
            for channel in _to_ask(self._channels) if isinstance(notifier, Named) else ():
                try:
                    await self.recall(notifier)
                    await self._ask(notifier, channel)
                except NotifyError as error:
                    log.warning("slack channels not listed", reason=error.reason)

    async def recall(self, notifier: Notifier) -> None:
        """Give a notifier the ids that are stored, so that what has one goes out also while no list can be had."""
        if isinstance(notifier, Named) and self._ids is None:
            self._ids = (await asyncio.to_thread(slack_channels.read, self.engine)).ids
            notifier.recall(self._ids)

    async def learn(self, notifier: Notifier, channel: str, claimed: int | None = None) -> bool:
        """Learn which names are one channel, when `channel` has or may have several. Raises NotifyError.

        Return whether the claimed message, given by its row, was taken back by that.
        """
        await self.recall(notifier)
        if slack_channels.is_direct(channel) and not slack_channels.are_mixed(self._channels):
            return False
        return await self._ask(notifier, channel, claimed)

    async def _ask(self, notifier: Notifier, channel: str, claimed: int | None = None) -> bool:
        listed = await notifier.listed(channel) if isinstance(notifier, Named) else None
        async with self._settling:
            if listed is None or listed is self._listed or not isinstance(notifier, Named):
                return False
            ids, taken_back = await asyncio.to_thread(self._remember, listed, claimed)
            notifier.recall(ids)
            self._ids, self._listed = ids, listed
        return taken_back

    def _remember(
        self, listed: Mapping[str, Listed], claimed: int | None
    ) -> tuple[dict[str, str], bool]:
        with self.engine.begin() as connection:
            known = slack_channels.remember(connection, listed, self._clock())
            channel_merge.merge(connection, known.aliases(self._channels), claimed)
            return known.ids, claimed is not None and not queue.exists(connection, claimed)

    def merge(self, connection: Connection) -> None:
        """Bring what was written under another name of a channel under its one name."""
        channel_merge.merge(
            connection, slack_channels.directory(connection).aliases(self._channels)
        )

    def is_double(self, head: QueuedDelivery) -> bool:
        """Was a message that a search did not find told under another name of its channel? It is gone then."""
        with self.engine.begin() as connection:
            aliases = slack_channels.directory(connection).aliases(self._channels)
            return head.channel in {*aliases, *aliases.values()} and channel_merge.drop_double(
                connection, aliases, head.id
            )

    def meet(self, connection: Connection, channel: str, receipt: Receipt | None) -> None:
        """Store which direct message a message to a person is in, and bring its names under one."""
        if receipt is None or receipt.channel_id is None or not slack_channels.is_person(channel):
            return
        person = channel.removeprefix("slack:")
        if slack_channels.stored_id(connection, person) != receipt.channel_id:
            met = {person: Listed(receipt.channel_id, private=True)}
            known = slack_channels.remember(connection, met, self._clock())
            channel_merge.merge(connection, known.aliases(self._channels))


def _to_ask(channels: Collection[str]) -> list[str]:
    """Return a channel for each list of Slack's that says something of these: of names, and of direct messages."""
    names = [channel for channel in channels if kind(channel) == "slack"]
    named = next((name for name in names if "#" in name), "slack:#")
    return [named, *[name for name in names if slack_channels.is_direct(name)][:1]] if names else []
