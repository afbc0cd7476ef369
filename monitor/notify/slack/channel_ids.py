"""Which id each Slack channel has: channels by name, direct messages by person, and what was known before Slack is asked.

A name that has no id yet is asked for with all others in one list. Slack may ask to wait for that
list, or be slow: whoever has an id from before goes on with it meanwhile.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from typing import Final

from monitor.channels import Listed
from monitor.notify.base import ChannelRefusedError, NotifyError
from monitor.notify.slack.client import Body, Web

_ID: Final = re.compile("[CGD][A-Z0-9]{5,}")
_USER: Final = re.compile("[UW][A-Z0-9]{5,}")
# private ones need a scope that not every app has
_TYPES: Final = ("public_channel,private_channel", "public_channel")
# seconds that a message waits for a list when the id of its channel is known from before
_PATIENCE: Final = 5.0


def bare(channel: str) -> str:
    """Return `#roles` of `slack:#Roles`, as Slack spells it, and `C0ROLES001` of `slack:C0ROLES001`."""
    name = channel.removeprefix("slack:")
    return name.lower() if name.startswith("#") else name


def is_user(name: str) -> bool:
    """Is it a person's id, to whom a direct message goes?"""
    return _USER.fullmatch(name) is not None


class Names:
    """The ids of one workspace."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self.ids: dict[str, str] = {}  # "#name" and "U…" → the channel's id
        # the same from before, with names that channels had once
        self.former: Mapping[str, str] = {}
        self.listed: Mapping[str, Listed] = {}  # as Slack listed them last
        self._listing: asyncio.Task[None] | None = None
        self._meeting = asyncio.Lock()
        self._met = False  # people's direct messages were asked for

    async def learn(self, name: str) -> bool:
        """Ask for what says which other names a channel has. Return False when there is nothing to ask, or not now. Raises NotifyError."""
        if name.startswith("#"):
            return name in self.ids or await self._list(name)
        if name.startswith("D") or is_user(name):
            await self._meet()
            return True
        return False

    async def target(self, name: str) -> str:
        """Return what to post to: a channel's id, or a person's, whose direct message Slack opens by itself. Raises NotifyError."""
        if _ID.fullmatch(name) or is_user(name):
            return name
        if name not in self.ids and not await self._list(name):
            return self.former[name]
        if name not in self.ids and self.former.get(name) in {
            one.channel_id for one in self.listed.values()
        }:
            self.ids[name] = self.former[name]  # the channel was renamed
        if name not in self.ids:
            raise ChannelRefusedError(
                f"channel_not_found: there is no {name},"
                " or it is private and the app is not in it: invite it",
                slack_error="channel_not_found",
            )
        return self.ids[name]

    async def readable(self, name: str) -> str | None:
        """Return the id to read from; None for a direct message that was never opened, so that nothing can be in it. Raises NotifyError."""
        if not is_user(name):
            return await self.target(name)
        if name not in self.ids:
            await self._list_people()
        return self.ids.get(name)

    def close(self) -> None:
        if self._listing is not None:
            self._listing.cancel()

    async def _list(self, name: str) -> bool:
        """List the channels, or wait for the list that is being read. Return False when the name's former id has to do meanwhile."""
        known, task = name in self.former, self._listing
        if task is None or task.done():
            task = self._listing = asyncio.create_task(self._list_channels())
            # nobody may be left who waits for it
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
        elif known:
            return False
        ready, _ = await asyncio.wait({task}, timeout=_PATIENCE if known else None)
        try:
            if ready:
                task.result()
        except NotifyError as error:
            if error.permanent or not known:
                raise
            return False
        return bool(ready)

    async def _list_channels(self) -> None:
        """The ids of all channels by name, since reading needs ids; an archived one only where no other has the name."""
        try:
            channels = [channel async for channel in self._pages(_TYPES[0])]
        except NotifyError as error:
            if error.slack_error != "missing_scope":
                raise
            channels = [channel async for channel in self._pages(_TYPES[1])]
        channels.sort(key=lambda channel: not channel.get("is_archived"))
        self._take(
            {
                f"#{one['name']}".lower(): Listed(one["id"], bool(one.get("is_private")))
                for one in channels
            }
        )

    async def _meet(self) -> None:
        """Ask once for the direct messages that there are; without the scope they are met as they are sent to."""
        async with self._meeting:
            if self._met:
                return
            try:
                await self._list_people()
            except NotifyError as error:
                if error.slack_error != "missing_scope":
                    raise
            self._met = True

    async def _list_people(self) -> None:
        chats = [chat async for chat in self._pages("im")]
        self._take(
            {chat["user"]: Listed(chat["id"], private=True) for chat in chats if chat.get("user")}
        )

    def _take(self, listed: Mapping[str, Listed]) -> None:
        kept = {
            name: one
            for name, one in self.listed.items()
            if name.startswith("#") != any(one.startswith("#") for one in listed)
        }
        self.listed = {**kept, **listed}
        self.ids |= {name: one.channel_id for name, one in listed.items()}

    async def _pages(self, types: str) -> AsyncIterator[Body]:
        async for page in self._web.pages("conversations.list", {"types": types, "limit": "200"}):
            for channel in page["channels"]:
                yield channel
