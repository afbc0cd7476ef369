"""The ids of Slack's channels, by name, and of direct messages, by person.

A name without an id is resolved by listing all channels. Slack may rate limit that list or be slow,
so a message to a channel whose id is known from before does not wait for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Final

from monitor.channels import Channel, Listed
from monitor.notify.base import ChannelRefusedError, NotifyError
from monitor.notify.slack.client import Body, Web

# private channels need a scope that not every app has
_TYPES: Final = ("public_channel,private_channel", "public_channel")
# seconds from a list's start that messages wait for it when the ids of their channels are known
# from before
_PATIENCE: Final = 5.0


async def list_channels(web: Web) -> list[Body]:
    """Return all channels that the token can see, archived ones first. Raises NotifyError."""
    try:
        channels = [channel async for channel in _pages(web, _TYPES[0])]
    except NotifyError as error:
        if error.slack_error != "missing_scope":
            raise
        channels = [channel async for channel in _pages(web, _TYPES[1])]
    return sorted(channels, key=lambda channel: not channel.get("is_archived"))


async def _pages(web: Web, types: str) -> AsyncIterator[Body]:
    async for page in web.pages("conversations.list", {"types": types, "limit": "200"}):
        for channel in page["channels"]:
            yield channel


class ChannelDirectory:
    """The ids of one workspace, listed when they are needed."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self.ids: dict[str, str] = {}  # "#name" and "U…" → the channel's id
        self.former: Mapping[str, str] = {}  # ids from before, also of names that changed
        self.listed: Mapping[str, Listed] = {}  # the last list
        self._listing: asyncio.Task[None] | None = None
        self._patient_until = 0.0  # in the loop's time
        self._listing_people = asyncio.Lock()
        self._people_listed = False

    async def list_other_names(self, channel: Channel) -> bool:
        """List the other names of a channel. Return False if it has none, or later.

        Raises NotifyError.
        """
        if channel.has_slack_name:
            return channel.name in self.ids or await self._list(channel.name)
        if channel.is_direct_message:
            await self._list_people_once()
            return True
        return False

    async def target(self, channel: Channel) -> str:
        """Return the id to post to: a channel's, or a person's. Raises NotifyError."""
        name = channel.name
        if channel.is_slack_id:
            return name
        if name not in self.ids and not await self._list(name):
            return self.former[name]
        if name not in self.ids:
            former = self.former.get(name)
            if former not in {entry.channel_id for entry in self.listed.values()}:
                raise ChannelRefusedError(
                    f"channel_not_found: {name} does not exist, or it is private and the app is"
                    " not in it: invite it",
                    slack_error="channel_not_found",
                )
            self.ids[name] = str(former)  # the channel was renamed
        return self.ids[name]

    async def readable(self, channel: Channel) -> str | None:
        """Return the id to read from. Raises NotifyError.

        None for a direct message that was never opened: it contains no messages.
        """
        if not channel.is_person:
            return await self.target(channel)
        if channel.name not in self.ids:
            await self._list_people()
        return self.ids.get(channel.name)

    def close(self) -> None:
        if self._listing is not None:
            self._listing.cancel()

    async def _list(self, name: str) -> bool:
        """List the channels, or wait for the running list.

        Return False if the name's former id must be used meanwhile. Raises NotifyError.
        """
        known, task, time = name in self.former, self._listing, asyncio.get_running_loop().time
        if task is None or task.done():
            task = self._listing = asyncio.create_task(self._list_channels())
            self._patient_until = time() + _PATIENCE
            # nobody may wait for it any more: mark its exception as retrieved
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
        left = max(0.0, self._patient_until - time())
        ready, _ = await asyncio.wait({task}, timeout=left if known else None)
        try:
            if ready:
                task.result()
        except NotifyError as error:
            if error.permanent or not known:
                raise
            return False
        return bool(ready)

    async def _list_channels(self) -> None:
        """Store the ids of all channels. An archived one counts if no other has the name."""
        self._store(
            {
                f"#{channel['name']}".lower(): Listed(
                    channel["id"], bool(channel.get("is_private"))
                )
                for channel in await list_channels(self._web)
            }
        )

    async def _list_people_once(self) -> None:
        """List the direct messages. Without the scope, they become known when one is sent."""
        async with self._listing_people:
            if self._people_listed:
                return
            try:
                await self._list_people()
            except NotifyError as error:
                if error.slack_error != "missing_scope":
                    raise
            self._people_listed = True

    async def _list_people(self) -> None:
        chats = [chat async for chat in _pages(self._web, "im")]
        self._store(
            {chat["user"]: Listed(chat["id"], private=True) for chat in chats if chat.get("user")}
        )

    def _store(self, listed: Mapping[str, Listed]) -> None:
        """Replace the channels or the people in the list, whichever was listed."""
        are_channels = any(name.startswith("#") for name in listed)
        kept = {
            name: entry
            for name, entry in self.listed.items()
            if name.startswith("#") != are_channels
        }
        self.listed = {**kept, **listed}
        self.ids |= {name: entry.channel_id for name, entry in listed.items()}
