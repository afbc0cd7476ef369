"""Slack with a bot token: one `chat.postMessage` a message or reply, found again by the delivery id in its metadata; cards are edited.

https://docs.slack.dev/reference/methods/chat.postMessage,
https://docs.slack.dev/messaging/message-metadata
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Final

import structlog
from pydantic import SecretStr

from monitor.channels import Listed
from monitor.messages import Message
from monitor.notify.base import (
    ChannelRefusedError,
    Check,
    MessageMissingError,
    NotifyError,
    Receipt,
)
from monitor.notify.plain import fallback
from monitor.notify.slack.blockkit import Parts
from monitor.notify.slack.channel_ids import Names, bare
from monitor.notify.slack.client import BlocksRefusedError, Body, Web
from monitor.notify.slack.draw import broadcasts, draw, draw_reply

log = structlog.get_logger()

EVENT_TYPE: Final = "rolewatch_delivery"


class SlackNotifier:
    """Channels `slack:#name`, `slack:C…` and `slack:U…`, a direct message."""

    readable = True
    # seconds; Slack sustains one message a second and channel, the rest is for the clocks' jitter
    pace = 1.02
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
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        """`interactive`: somebody hears what is pressed, so that there are buttons; `seconds`: a clock that never goes back."""
        self._web = Web(token, api_url, timeout=timeout, sleep=sleep, seconds=seconds)
        self._interactive = interactive
        self._names = Names(self._web)
        self._asking = asyncio.Lock()
        self._home: str | None = None  # "https://team.slack.com/"

    async def send(self, channel: str, message: Message, delivery_id: str) -> Receipt:
        home, target = await self._workspace(), await self._names.target(bare(channel))
        posted = await self._drawn(
            channel,
            draw(message, interactive=self._interactive),
            message,
            delivery_id,
            {"channel": target},
        )
        self._names.ids.setdefault(bare(channel), posted["channel"])
        return _receipt(home, posted["channel"], posted["ts"])

    async def reply(
        self, channel: str, card: Receipt, message: Message, delivery_id: str
    ) -> Receipt:
        home = await self._workspace()
        await self._stay(channel, card)
        where = {
            "channel": card.channel_id,
            "thread_ts": card.ts,
            "reply_broadcast": broadcasts(message),
        }
        posted = await self._drawn(
            channel, draw_reply(message, interactive=self._interactive), message, delivery_id, where
        )
        return _receipt(home, posted["channel"], posted["ts"], card.ts)

    async def edit(self, channel: str, card: Receipt, message: Message) -> None:
        try:
            await self._stay(channel, card)
        except NotifyError as error:
            # a channel that was given another name has its cards still
            if error.slack_error != "channel_not_found":
                raise
        where = {"channel": card.channel_id, "ts": card.ts}
        text, blocks = draw(message, interactive=self._interactive)
        try:
            await self._write(channel, "chat.update", where | {"text": text, "blocks": blocks})
        except BlocksRefusedError as error:
            # as below
            log.error(  # noqa: TRY400
                "slack refused the blocks of an edit, writing text",
                ts=card.ts,
                error=error.reason,
                messages=error.messages,
            )
            await self._write(
                channel, "chat.update", where | {"text": fallback(message), "blocks": []}
            )

    async def find(self, channel: str, delivery_id: str, since: datetime) -> Receipt | None:
        with _searching():
            home, target = await self._workspace(), await self._names.readable(bare(channel))
            if target is None:
                return None
            message = await self._found(
                "conversations.history", {"channel": target}, delivery_id, since
            )
        return None if message is None else _receipt(home, target, message["ts"])

    async def find_reply(
        self, channel: str, card: Receipt, delivery_id: str, since: datetime
    ) -> Receipt | None:
        home, thread = (
            await self._workspace(),
            {"channel": str(card.channel_id), "ts": str(card.ts)},
        )
        try:
            with _searching():
                await self._stay(channel, card)
                message = await self._found("conversations.replies", thread, delivery_id, since)
        except MessageMissingError:
            # with the card its thread, or with the channel's name the place where it belongs
            return None
        return (
            None
            if message is None
            else _receipt(home, str(card.channel_id), message["ts"], card.ts)
        )

    async def listed(self, channel: str) -> Mapping[str, Listed] | None:
        return self._names.listed if await self._names.learn(bare(channel)) else None

    def recall(self, ids: Mapping[str, str]) -> None:
        self._names.former = ids

    def guard(self, check: Check) -> None:
        self._web.guard = check

    async def _found(
        self, method: str, where: dict[str, str], delivery_id: str, since: datetime
    ) -> Body | None:
        async for page in self._web.pages(
            method, where | {"oldest": _ts(since), "include_all_metadata": "true"}
        ):
            for message in page["messages"]:
                if _delivery(message) == delivery_id:
                    found: Body = message
                    return found
        return None

    async def close(self) -> None:
        self._names.close()

    async def _drawn(
        self,
        channel: str,
        drawing: tuple[str, Parts],
        message: Message,
        delivery_id: str,
        where: Body,
    ) -> Body:
        """Slack's answer to the message, or to its text alone where it refuses the blocks."""
        try:
            return await self._post(
                channel, delivery_id, where | {"text": drawing[0], "blocks": drawing[1]}
            )
        except BlocksRefusedError as error:
            # Slack's words say more than a traceback
            log.error(  # noqa: TRY400
                "slack refused the blocks, sending text",
                delivery=delivery_id,
                error=error.reason,
                messages=error.messages,
            )
            return await self._post(channel, delivery_id, where | {"text": fallback(message)})

    async def _post(self, channel: str, delivery_id: str, content: Body) -> Body:
        metadata = {"event_type": EVENT_TYPE, "event_payload": {"delivery_id": delivery_id}}
        how = {"metadata": metadata, "unfurl_links": False, "unfurl_media": False, "mrkdwn": False}
        return await self._write(channel, "chat.postMessage", how | content)

    async def _write(self, channel: str, method: str, content: Body) -> Body:
        try:
            return await self._web.write(method, {"link_names": False, "parse": "none", **content})
        except NotifyError as error:
            if error.permanent and not isinstance(error, BlocksRefusedError):
                # its name may belong to another channel by now
                self._names.ids.pop(bare(channel), None)
            raise

    async def _stay(self, channel: str, card: Receipt) -> None:
        """Raises MessageMissingError when the channel's name belongs to another channel than the one that has the card."""
        if (
            channel.startswith("slack:#")
            and await self._names.target(bare(channel)) != card.channel_id
        ):
            raise MessageMissingError(f"{channel.removeprefix('slack:')} is another channel now")

    async def _workspace(self) -> str:
        """The workspace's address, asked once."""
        async with self._asking:
            if self._home is None:
                self._home = str((await self._web.ask("auth.test")).get("url") or "")
            return self._home


@contextmanager
def _searching() -> Iterator[None]:
    """A scope that a search lacks is no trouble of the other channels: they go on, since they have nothing to look for."""
    try:
        yield
    except NotifyError as error:
        if error.slack_error == "missing_scope":
            raise ChannelRefusedError(error.reason, slack_error=error.slack_error) from error
        raise


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
