"""Slack with a bot token: one `chat.postMessage` a message or reply, found again by the delivery id in its metadata; cards are edited.

No retry handlers: slack_sdk's own re-send a post after a dropped connection, which makes two copies. Every call opens its own
connection, since one kept from minutes ago may be closed when it is used, and then nobody knows whether the message went.
https://docs.slack.dev/reference/methods/chat.postMessage, https://docs.slack.dev/messaging/message-metadata
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Any, Final

import structlog
from pydantic import SecretStr
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from monitor.messages import Message
from monitor.notify.base import NotifyError, Receipt
from monitor.notify.blocks import broadcasts, draw, draw_reply
from monitor.notify.plain import fallback
from monitor.notify.rich import Parts
from monitor.notify.slack_errors import BLOCKS_REFUSED, TRANSPORT, answer, refused, unanswered

log = structlog.get_logger()

EVENT_TYPE: Final = "rolewatch_delivery"
_ID: Final = re.compile("[CGD][A-Z0-9]{6,}")
_USER: Final = re.compile("[UW][A-Z0-9]{6,}")
_TYPES: Final = ("public_channel,private_channel", "public_channel")  # private ones need a scope that not every app has
_WAIT: Final = 65.0  # seconds that a search waits between two pages: an app without Slack's review reads one a minute
Body = dict[str, Any]


class SlackNotifier:
    """Channels `slack:#name`, `slack:C…` and `slack:U…`, a direct message."""

    readable = True
    pace = 1.02  # seconds; Slack sustains one message a second and channel, the rest is for the clocks' jitter
    burst = 3  # "short bursts are allowed"
    edit_pace = 1.25  # seconds; chat.update takes 50 a minute of a workspace
    edit_burst = 2

    def __init__(
        self,
        token: SecretStr,
        api_url: str,
        *,
        interactive: bool = False,
        timeout: int = 20,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`interactive`: somebody hears what is pressed, so that there are buttons."""
        quiet = logging.getLogger(f"{__name__}.http")
        quiet.setLevel(logging.WARNING)  # its debug lines hold whole messages
        self._client = AsyncWebClient(
            token=token.get_secret_value().strip(), base_url=api_url, timeout=timeout, retry_handlers=[], logger=quiet
        )
        self._interactive = interactive
        self._sleep = sleep
        self._listing = asyncio.Lock()
        self._ids: dict[str, str] = {}  # "#name" and "U…" → the channel's id
        self._home: str | None = None  # "https://team.slack.com/"

    async def send(self, channel: str, message: Message, delivery_id: str) -> Receipt:
        home, target = await self._workspace(), await self._target(channel)
        posted = await self._drawn(channel, draw(message, interactive=self._interactive), message, delivery_id, {"channel": target})
        self._ids.setdefault(channel.removeprefix("slack:"), posted["channel"])
        return _receipt(home, posted["channel"], posted["ts"])

    async def reply(self, channel: str, card: Receipt, message: Message, delivery_id: str) -> Receipt:
        home = await self._workspace()
        await self._stay(channel, card)
        where = {"channel": card.channel_id, "thread_ts": card.ts, "reply_broadcast": broadcasts(message)}
        posted = await self._drawn(channel, draw_reply(message, interactive=self._interactive), message, delivery_id, where)
        return _receipt(home, posted["channel"], posted["ts"], card.ts)

    async def edit(self, channel: str, card: Receipt, message: Message) -> None:
        await self._stay(channel, card)
        where = {"channel": card.channel_id, "ts": card.ts}
        text, blocks = draw(message, interactive=self._interactive)
        try:
            await self._write("chat.update", where | {"text": text, "blocks": blocks})
        except _BlocksRefusedError as error:
            log.error("slack refused the blocks of an edit, writing text", ts=card.ts, error=error.reason, messages=error.messages)  # noqa: TRY400  # as below
            await self._write("chat.update", where | {"text": fallback(message), "blocks": []})

    async def find(self, channel: str, delivery_id: str, since: datetime) -> Receipt | None:
        home, target = await self._workspace(), await self._readable(channel)
        if target is None:
            return None
        message = await self._found("conversations.history", {"channel": target}, delivery_id, since)
        return None if message is None else _receipt(home, target, message["ts"])

    async def find_reply(self, channel: str, card: Receipt, delivery_id: str, since: datetime) -> Receipt | None:  # noqa: ARG002  # the card says it
        home, thread = await self._workspace(), {"channel": str(card.channel_id), "ts": str(card.ts)}
        try:
            message = await self._found("conversations.replies", thread, delivery_id, since)
        except NotifyError as error:
            if error.gone:  # with the card its thread
                return None
            raise
        return None if message is None else _receipt(home, str(card.channel_id), message["ts"], card.ts)

    async def _found(self, method: str, where: dict[str, str], delivery_id: str, since: datetime) -> Body | None:
        async for page in self._pages(method, where | {"oldest": _ts(since), "include_all_metadata": "true"}):
            for message in page["messages"]:
                if _delivery(message) == delivery_id:
                    found: Body = message
                    return found
        return None

    async def close(self) -> None:
        """Nothing is open between two calls."""

    async def _drawn(self, channel: str, drawing: tuple[str, Parts], message: Message, delivery_id: str, where: Body) -> Body:
        """Slack's answer to the message, or to its text alone where it refuses the blocks."""
        try:
            return await self._post(delivery_id, where | {"text": drawing[0], "blocks": drawing[1]})
        except _BlocksRefusedError as error:
            log.error("slack refused the blocks, sending text", delivery=delivery_id, error=error.reason, messages=error.messages)  # noqa: TRY400  # Slack's words say more than a traceback
            return await self._post(delivery_id, where | {"text": fallback(message)})
        except NotifyError as error:
            if error.permanent:
                self._ids.pop(channel.removeprefix("slack:"), None)  # its name may belong to another channel by now
            raise

    async def _post(self, delivery_id: str, content: Body) -> Body:
        metadata = {"event_type": EVENT_TYPE, "event_payload": {"delivery_id": delivery_id}}
        how = {"metadata": metadata, "unfurl_links": False, "unfurl_media": False, "mrkdwn": False}
        return await self._write("chat.postMessage", how | content)

    async def _write(self, method: str, content: Body) -> Body:
        return await self._call(method, json={"link_names": False, "parse": "none", **content}, posting=True)

    async def _stay(self, channel: str, card: Receipt) -> None:
        """Raises NotifyError, `gone`, when the channel's name belongs to another channel than the one that has the card."""
        if channel.startswith("slack:#") and await self._target(channel) != card.channel_id:
            raise NotifyError(f"{channel.removeprefix('slack:')} is another channel now", gone=True)

    async def _workspace(self) -> str:
        """The workspace's address, asked once."""
        if self._home is None:
            self._home = str((await self._call("auth.test", json={})).get("url") or "")
        return self._home

    async def _target(self, channel: str) -> str:
        """What to post to: the channel's id, or a user's, whose direct message Slack opens by itself."""
        name = channel.removeprefix("slack:")
        if _ID.fullmatch(name) or _USER.fullmatch(name):
            return name
        async with self._listing:
            if name not in self._ids:
                await self._list_names()
        if name not in self._ids:
            raise NotifyError(
                f"channel_not_found: there is no {name}, or it is private and the app is not in it: invite it", permanent=True
            )
        return self._ids[name]

    async def _readable(self, channel: str) -> str | None:
        """The id to read from; None for a direct message that was never opened, so that nothing can be in it."""
        name = channel.removeprefix("slack:")
        if not _USER.fullmatch(name):
            return await self._target(channel)
        if name not in self._ids:
            async for page in self._pages("conversations.list", {"types": "im", "limit": "200"}):
                self._ids |= {chat["user"]: chat["id"] for chat in page["channels"] if chat.get("user")}
        return self._ids.get(name)

    async def _list_names(self) -> None:
        """The ids of all channels by name, since reading needs ids; an archived one only where no other has the name."""
        try:
            channels = [channel async for channel in self._channels(_TYPES[0])]
        except NotifyError as error:
            if not error.reason.startswith("missing_scope"):
                raise
            channels = [channel async for channel in self._channels(_TYPES[1])]
        channels.sort(key=lambda channel: not channel.get("is_archived"))
        self._ids |= {f"#{channel['name']}": channel["id"] for channel in channels}

    async def _channels(self, types: str) -> AsyncIterator[Body]:
        async for page in self._pages("conversations.list", {"types": types, "limit": "200"}):
            for channel in page["channels"]:
                yield channel

    async def _pages(self, method: str, params: dict[str, str]) -> AsyncIterator[Body]:
        """Every page to the end: a later one that Slack wants us to wait for is waited for, since starting again would never end."""
        page = await self._call(method, params=params)
        yield page
        while cursor := (page.get("response_metadata") or {}).get("next_cursor"):
            page = await self._next_page(method, params | {"cursor": cursor})
            yield page

    async def _next_page(self, method: str, params: dict[str, str]) -> Body:
        while True:
            try:
                return await self._call(method, params=params)
            except NotifyError as error:
                if error.retry_after is None or error.retry_after > _WAIT:
                    raise
                await self._sleep(error.retry_after)

    async def _call(self, method: str, *, posting: bool = False, **arguments: Body) -> Body:
        """Slack's answer when it is ok. Raises NotifyError; `posting`: the call may have put a message there."""
        try:
            response = await self._client.api_call(method, http_verb="GET" if "params" in arguments else "POST", **arguments)
            return response.data if isinstance(response.data, dict) else {}
        except SlackApiError as error:
            said = answer(error)
            if posting and said.word in BLOCKS_REFUSED:
                raise _BlocksRefusedError(said.word or "", said.messages) from error
            raise refused(said, posting=posting) from error
        except TRANSPORT as error:
            raise unanswered(error, posting=posting) from error


class _BlocksRefusedError(NotifyError):
    """The message's form is wrong, so the fault is ours and its text may still arrive."""

    def __init__(self, reason: str, messages: tuple[str, ...]) -> None:
        super().__init__(f"Slack answers {reason}", permanent=True)
        self.messages = messages


def _receipt(home: str, channel_id: str, ts: str, thread: str | None = None) -> Receipt:
    url = f"{home.rstrip('/')}/archives/{channel_id}/p{ts.replace('.', '')}" if home else None
    if url and thread:
        url += f"?thread_ts={thread}&cid={channel_id}"
    return Receipt(channel_id=channel_id, ts=ts, url=url)


def _delivery(message: Body) -> str | None:
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return None
    found: str | None = (metadata.get("event_payload") or {}).get("delivery_id")
    return found


def _ts(at: datetime) -> str:
    return f"{at.timestamp():.6f}"
