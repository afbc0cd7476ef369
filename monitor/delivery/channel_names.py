"""Learn which names are one Slack channel while messages are sent, and store that.

ask       at a start, at a changed configuration, and before a message to a name without an id
record    a message to a person shows which direct message is theirs, even if Slack lists none

The rows under several names are merged by `channel_merge.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime

import structlog
from sqlalchemy import Connection, Engine

from monitor.channels import Channel, Listed
from monitor.database import slack_channels
from monitor.delivery import channel_merge
from monitor.delivery.open_items import QueuedDelivery
from monitor.notify.base import Named, Notifier, NotifyError, Receipt

log = structlog.get_logger()


class ChannelNames:
    """The names of the configured `channels`. Of several names of one channel the first is used."""

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
        # Slack's channels as stored last
        self._listed: Mapping[str, Listed] | None = None
        # all known ids by name; None: not read yet
        self._ids: Mapping[str, str] | None = None

    def reconfigure(self, other: ChannelNames) -> None:
        """Take over the channels of another configuration, with a new notifier."""
        self._channels, self._listed, self._ids = other._channels, None, None

    def use(self, channels: Sequence[str]) -> None:
        """Use the channels that are configured now. Slack is asked again only for others."""
        if tuple(channels) != tuple(self._channels):
            self._channels, self._listed = channels, None

    async def ask(self, notifiers: Iterable[Notifier]) -> None:
        """Merge by the names known from before, then ask which names are one channel.

        A failure is retried before the next message.
        """
        async with self._settling:
            await asyncio.to_thread(self._merge_known)
        for notifier in notifiers:
            for channel in _to_ask(self._channels) if isinstance(notifier, Named) else ():
                try:
                    await self.load_former_ids(notifier)
                    await self._ask(notifier, channel)
                except NotifyError as error:
                    log.warning("slack_channels_not_listed", reason=error.reason)

    async def load_former_ids(self, notifier: Notifier) -> None:
        """Give a notifier the ids stored before, so that it can send while Slack lists nothing."""
        if isinstance(notifier, Named) and self._ids is None:
            self._ids = (await asyncio.to_thread(slack_channels.read, self.engine)).ids
            notifier.set_former_ids(self._ids)

    async def ask_if_needed(
        self, notifier: Notifier, channel: str, claimed: int | None = None
    ) -> bool:
        """Ask which names are one channel, if `channel` may have several. Raises NotifyError.

        Return whether that took back the claimed message, given by its row id.
        """
        await self.load_former_ids(notifier)
        parts = Channel.parse(channel)
        if parts.is_direct_message and not slack_channels.are_mixed(self._channels):
            return False
        return await self._ask(notifier, channel, claimed)

    async def _ask(self, notifier: Notifier, channel: str, claimed: int | None = None) -> bool:
        listed = await notifier.listed(channel) if isinstance(notifier, Named) else None
        async with self._settling:
            if listed is None or listed is self._listed or not isinstance(notifier, Named):
                return False
            ids, taken_back = await asyncio.to_thread(self._remember, listed, claimed)
            notifier.set_former_ids(ids)
            self._ids, self._listed = ids, listed
        return taken_back

    def _remember(
        self, listed: Mapping[str, Listed], claimed: int | None
    ) -> tuple[dict[str, str], bool]:
        with self.engine.begin() as connection:
            known = slack_channels.remember(connection, listed, self._clock())
            channel_merge.merge(connection, known.aliases(self._channels), claimed)
            taken_back = claimed is not None and not channel_merge.is_stored(connection, claimed)
            return known.ids, taken_back

    def _merge_known(self) -> None:
        with self.engine.begin() as connection:
            self.merge(connection)

    def merge(self, connection: Connection) -> None:
        """Merge the rows under other names of a channel into its one name."""
        channel_merge.merge(
            connection, slack_channels.directory(connection).aliases(self._channels)
        )

    def is_double(self, head: QueuedDelivery) -> bool:
        """Delete a message that no search found, if another name of its channel has its alerts.

        Return whether it was deleted.
        """
        with self.engine.begin() as connection:
            aliases = slack_channels.directory(connection).aliases(self._channels)
            return head.channel in {*aliases, *aliases.values()} and channel_merge.drop_double(
                connection, aliases, head.id
            )

    def record_channel_id(
        self, connection: Connection, channel: str, receipt: Receipt | None
    ) -> None:
        """Store the direct message that a message to a person is in, and merge its names."""
        parts = Channel.parse(channel)
        if receipt is None or receipt.channel_id is None or not parts.is_person:
            return
        person = parts.name
        if slack_channels.stored_id(connection, person) != receipt.channel_id:
            met = {person: Listed(receipt.channel_id, private=True)}
            known = slack_channels.remember(connection, met, self._clock())
            channel_merge.merge(connection, known.aliases(self._channels))


def _to_ask(channels: Collection[str]) -> list[str]:
    """Return a channel for each list to ask Slack for: of names, and of direct messages."""
    known = [part for part in map(Channel.parse, channels) if part.is_slack]
    if not known:
        return []
    named = next((part for part in known if part.has_slack_name), Channel.slack("#"))
    direct = [part for part in known if part.is_direct_message]
    return [str(part) for part in (named, *direct[:1])]
