"""Slack with a bot token: post messages and replies, find them by delivery id, edit cards.

https://docs.slack.dev/reference/methods/chat.postMessage
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Self, TextIO

import structlog
from pydantic import SecretStr

from monitor.channels import Channel, Listed
from monitor.config.model import Settings
from monitor.messages import Message
from monitor.notify.base import Check, MessageMissingError, NotifyError, Receipt
from monitor.notify.compose.message import broadcasts
from monitor.notify.compose.style import DEFAULT, Style
from monitor.notify.plain import fallback_text
from monitor.notify.slack.blockkit import Parts
from monitor.notify.slack.channel_ids import ChannelDirectory
from monitor.notify.slack.client import INERT, TIMEOUT, BlocksRefusedError, Body, Web
from monitor.notify.slack.delivery_id import find_message, metadata, search_errors
from monitor.notify.slack.draw import draw, draw_reply
from monitor.notify.slack.errors import no_such_person

log = structlog.get_logger()


class SlackNotifier:
    """Channels `slack:#name`, `slack:C…` and `slack:U…`, a direct message.

    The secret is the bot token in `$SLACK_BOT_TOKEN`.
    """

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
        style: Style = DEFAULT,
        timeout: int = TIMEOUT,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        """Set up the calls. `seconds`: monotonic clock."""
        self._web = Web(token, api_url, timeout=timeout, sleep=sleep, seconds=seconds)
        self._style = style
        self._directory = ChannelDirectory(self._web)
        self._asking_home = asyncio.Lock()
        self._home: str | None = None  # "https://team.slack.com/"

    @classmethod
    def from_settings(cls, settings: Settings, _console: TextIO) -> Self | None:
        slack = settings.slack
        if slack.token is None:
            return None
        style = Style(
            settings.alerts.timezone,
            interactive=slack.app_token is not None,
            base_url=settings.web.base_url or "",
        )
        return cls(slack.token, slack.api_url, style=style)

    async def send(self, channel: str, message: Message, delivery_id: str) -> Receipt:
        home, target = await self._workspace(), await self._directory.target(Channel.parse(channel))
        posted = await self._post_drawn(
            channel,
            draw(message, self._style),
            message,
            delivery_id,
            {"channel": target},
        )
        self._directory.ids.setdefault(Channel.parse(channel).name, posted["channel"])
        return _receipt(home, posted["channel"], posted["ts"])

    async def reply(
        self, channel: str, card: Receipt, message: Message, delivery_id: str
    ) -> Receipt:
        home = await self._workspace()
        await self._require_same_channel(channel, card)
        where = {
            "channel": card.channel_id,
            "thread_ts": card.ts,
            "reply_broadcast": broadcasts(message),
        }
        posted = await self._post_drawn(
            channel, draw_reply(message, self._style), message, delivery_id, where
        )
        return _receipt(home, posted["channel"], posted["ts"], card.ts)

    async def edit(self, channel: str, card: Receipt, message: Message) -> None:
        try:
            await self._require_same_channel(channel, card)
        except NotifyError as error:
            # a renamed channel still has its cards
            if error.slack_error != "channel_not_found":
                raise
        where = {"channel": card.channel_id, "ts": card.ts}
        text, blocks = draw(message, self._style)
        try:
            await self._write(channel, "chat.update", where | {"text": text, "blocks": blocks})
        except BlocksRefusedError as error:
            # no traceback: Slack's messages say more
            log.error(  # noqa: TRY400
                "slack_blocks_refused",
                ts=card.ts,
                reason=error.reason,
                messages=error.messages,
            )
            await self._write(
                channel,
                "chat.update",
                where | {"text": fallback_text(message, self._style), "blocks": []},
            )

    async def find(self, channel: str, delivery_id: str, since: datetime) -> Receipt | None:
        with search_errors():
            home = await self._workspace()
            target = await self._directory.readable(Channel.parse(channel))
            if target is None:
                return None
            message = await find_message(
                self._web, "conversations.history", {"channel": target}, delivery_id, since
            )
        return _receipt(home, target, message["ts"]) if message else None

    async def find_reply(
        self, channel: str, card: Receipt, delivery_id: str, since: datetime
    ) -> Receipt | None:
        home = await self._workspace()
        thread = {"channel": str(card.channel_id), "ts": str(card.ts)}
        try:
            with search_errors():
                await self._require_same_channel(channel, card)
                message = await find_message(
                    self._web, "conversations.replies", thread, delivery_id, since
                )
        except MessageMissingError:  # a thread is missing with its card
            return None
        return _receipt(home, thread["channel"], message["ts"], card.ts) if message else None

    async def listed(self, channel: str) -> Mapping[str, Listed] | None:
        return (
            self._directory.listed
            if await self._directory.list_other_names(Channel.parse(channel))
            else None
        )

    def set_former_ids(self, ids: Mapping[str, str]) -> None:
        self._directory.former = ids

    def guard(self, check: Check) -> None:
        self._web.guard = check

    async def close(self) -> None:
        self._directory.close()

    async def _post_drawn(
        self,
        channel: str,
        drawing: tuple[str, Parts],
        message: Message,
        delivery_id: str,
        where: Body,
    ) -> Body:
        """Post the message, or only its text if Slack refuses the blocks. Return the answer."""
        try:
            return await self._post(
                channel, delivery_id, where | {"text": drawing[0], "blocks": drawing[1]}
            )
        except BlocksRefusedError as error:
            # no traceback: Slack's messages say more
            log.error(  # noqa: TRY400
                "slack_blocks_refused",
                delivery=delivery_id,
                reason=error.reason,
                messages=error.messages,
            )
            return await self._post(
                channel, delivery_id, where | {"text": fallback_text(message, self._style)}
            )

    async def _post(self, channel: str, delivery_id: str, content: Body) -> Body:
        sent = INERT | {"metadata": metadata(delivery_id)} | content
        return await self._write(channel, "chat.postMessage", sent)

    async def _write(self, channel: str, method: str, content: Body) -> Body:
        try:
            return await self._web.write(method, {"link_names": False, "parse": "none", **content})
        except NotifyError as error:
            if error.permanent and not isinstance(error, BlocksRefusedError):
                # the name may belong to another channel now
                self._directory.ids.pop(Channel.parse(channel).name, None)
            if error.slack_error == "channel_not_found" and Channel.parse(channel).is_person:
                raise no_such_person() from error
            raise

    async def _require_same_channel(self, channel: str, card: Receipt) -> None:
        """Raise MessageMissingError if the name now belongs to another channel."""
        parts = Channel.parse(channel)
        if parts.has_slack_name and await self._directory.target(parts) != card.channel_id:
            raise MessageMissingError(f"{parts.name} is the name of another channel now")

    async def _workspace(self) -> str:
        """Return the workspace's URL, asked for once."""
        async with self._asking_home:
            if self._home is None:
                self._home = str((await self._web.ask("auth.test")).get("url") or "")
            return self._home


def _receipt(home: str, channel_id: str, ts: str, thread: str | None = None) -> Receipt:
    url = f"{home.rstrip('/')}/archives/{channel_id}/p{ts.replace('.', '')}" if home else None
    if url and thread:
        url += f"?thread_ts={thread}&cid={channel_id}"
    return Receipt(channel_id=channel_id, ts=ts, url=url)
