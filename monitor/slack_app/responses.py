"""What is said to Slack: answers to the one who asked, and what a thread is told.

An answer goes to the response URL that came with the question, which needs no scope and works where
the app is not a member
(https://docs.slack.dev/interactivity/handling-user-interaction#message_responses); to
`chat.postEphemeral` where that is used up. Nothing is sent again after an unclear end: a click that
nobody saw answered can be repeated, and two announcements of one mute cannot be undone.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from monitor.config.model import SlackSettings
from monitor.notify import wording
from monitor.notify.base import NotifyError, TokenRefusedError, UnconfirmedError
from monitor.notify.slack.errors import TRANSPORT, answer, refused, retry_after, unanswered
from monitor.slack_app.payloads import Click, SlashCommand
from monitor.slack_app.replies import SlackReply

Body = dict[str, Any]
_TRIES: Final = 3
_PATIENCE: Final = 30.0  # seconds that Slack may ask us to wait
_TIMEOUT: Final = 20
_SLOWLY: Final = 429  # Too Many Requests
_UNFURL: Final = {"unfurl_links": False, "unfurl_media": False}


class SlackResponses:
    """Calls with the newest settings. Each raises NotifyError."""

    def __init__(
        self,
        settings: Callable[[], SlackSettings],
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._settings = settings
        self._sleep = sleep
        self._quiet = logging.getLogger(f"{__name__}.http")
        self._quiet.setLevel(logging.WARNING)  # its debug lines hold whole messages

    async def answer(
        self, asked: Click | SlashCommand, said: SlackReply, *, in_place: bool = False
    ) -> None:
        """To the one who asked, where he asked; `in_place`: instead of the private answer whose button he pressed."""
        thread = (
            {"thread_ts": asked.thread_ts}
            if isinstance(asked, Click) and asked.thread_ts != asked.ts
            else {}
        )
        content = {"text": said.text, "blocks": said.blocks, **thread}
        if wording.link(asked.response_url) and await self._respond(
            asked.response_url, content | {"replace_original": in_place}
        ):
            return
        await self._call(
            "chat.postEphemeral", {"channel": asked.channel_id, "user": asked.user, **content}
        )

    async def announce(self, channel_id: str, thread_ts: str, said: SlackReply) -> str:
        """To everybody in a thread; the message's `ts`."""
        where = {"channel": channel_id, "thread_ts": thread_ts, **_UNFURL}
        return _field(
            await self._call(
                "chat.postMessage", where | {"text": said.text, "blocks": said.blocks}
            ),
            "ts",
        )

    async def replace(self, channel_id: str, ts: str, said: SlackReply) -> None:
        """In the place of a message of ours."""
        await self._call(
            "chat.update",
            {"channel": channel_id, "ts": ts, "text": said.text, "blocks": said.blocks},
        )

    async def upload(
        self, channel_id: str, thread_ts: str, name: str, title: str, content: str
    ) -> None:
        """A text file into a thread: https://docs.slack.dev/reference/methods/files.getUploadURLExternal"""
        data = content.encode("utf-8", "replace")
        place = await self._call(
            "files.getUploadURLExternal", {"filename": name, "length": len(data)}, form=True
        )
        await self._put(_field(place, "upload_url"), data)
        where = {"channel_id": channel_id, "thread_ts": thread_ts}
        await self._call(
            "files.completeUploadExternal",
            {"files": [{"id": _field(place, "file_id"), "title": title}], **where},
        )

    async def _respond(self, url: str, content: Body) -> bool:
        """Did the response URL take it? It is good for five answers in half an hour."""
        body = {"response_type": "ephemeral", **content}
        for _ in range(_TRIES):
            status, wait = await self._post(url, json=body)
            if status != _SLOWLY:
                break
            await self._sleep(min(_PATIENCE, 1.0 if wait is None else wait))
        return 200 <= status < 300  # success  # noqa: PLR2004

    async def _put(self, url: str, data: bytes) -> None:
        status, _ = await self._post(url, data=data)
        if status != 200:  # success  # noqa: PLR2004
            raise NotifyError(f"the upload was answered with HTTP {status}")

    # aiohttp's own
    async def _post(self, url: str, **body: Any) -> tuple[int, float | None]:  # noqa: ANN401
        """The status, and the seconds to wait."""
        try:
            timeout = aiohttp.ClientTimeout(total=_TIMEOUT)
            async with (
                aiohttp.ClientSession(timeout=timeout, trust_env=True) as session,
                session.post(url, **body) as response,
            ):
                return response.status, retry_after(response.headers)
        except TRANSPORT as error:
            raise unanswered(error, posting=True) from error

    async def _call(self, method: str, arguments: Body, *, form: bool = False) -> Body:
        """Slack's answer; a short wait that it asks for is waited for."""
        for left in reversed(range(_TRIES)):
            try:
                return await self._once(method, arguments, form=form)
            except NotifyError as error:
                if error.retry_after is None or error.retry_after > _PATIENCE or not left:
                    raise
                await self._sleep(error.retry_after)
        raise AssertionError  # the last try has returned or raised

    async def _once(self, method: str, arguments: Body, *, form: bool) -> Body:
        settings = self._settings()
        if settings.token is None:
            raise TokenRefusedError("there is no bot token: set $SLACK_BOT_TOKEN")
        token = settings.token.get_secret_value()
        client = AsyncWebClient(
            token=token,
            base_url=settings.api_url,
            timeout=_TIMEOUT,
            retry_handlers=[],
            logger=self._quiet,
        )
        try:
            response = await (
                client.api_call(method, data=arguments)
                if form
                else client.api_call(method, json=arguments)
            )
            return response.data if isinstance(response.data, dict) else {}
        except SlackApiError as error:
            raise refused(answer(error), posting=True) from error
        except TRANSPORT as error:
            raise unanswered(error, posting=True) from error


def _field(answer_: Body, name: str) -> str:
    """Return a text of Slack's answer. Raises NotifyError when it is not there."""
    value = answer_.get(name)
    if not isinstance(value, str) or not value:
        raise UnconfirmedError(f"Slack's answer has no {name}")
    return value
