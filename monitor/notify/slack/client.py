"""Slack's Web API as a notifier needs it: a call that is answered or a NotifyError, and pages to their end.

No retry handlers: slack_sdk's own re-send a post after a dropped connection, which makes two
copies. Every call opens its own connection, since one kept from minutes ago may be closed when it
is used, and then nobody knows whether the message went.

What reading asks us to wait is the workspace's, whichever channel is read, so that it is kept by
method and nobody calls before it is over. Of a post it is the channel's, and of an edit the queue
of edits keeps it. https://docs.slack.dev/apis/web-api/rate-limits
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

from aiohttp import ClientSession, ClientTimeout, TraceConfig
from pydantic import SecretStr
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from monitor.notify.base import ChannelRefusedError, Check, NotifyError
from monitor.notify.slack.errors import (
    BLOCKS_REFUSED,
    TRANSPORT,
    answer,
    asked_to_wait,
    refused,
    unanswered,
)

Body = dict[str, Any]
# seconds that a search waits between two pages: an app without Slack's review reads one a minute
_WAIT: Final = 65.0


class Web:
    """Calls with one token; `seconds` is a clock that never goes back."""

    def __init__(
        self,
        token: SecretStr,
        api_url: str,
        *,
        timeout: int,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        quiet = logging.getLogger(f"{__name__}.http")
        quiet.setLevel(logging.WARNING)  # its debug lines hold whole messages
        self._how: Body = {
            "token": token.get_secret_value().strip(),
            "base_url": api_url,
            "timeout": timeout,
        }
        self._how |= {"retry_handlers": [], "logger": quiet}
        self._client = AsyncWebClient(**self._how)
        # asked when a call that writes is about to put its first byte on the wire
        self.guard: Check | None = None
        self._sleep, self._seconds = sleep, seconds
        self._not_before: dict[str, float] = {}  # by the method that reads

    async def write(self, method: str, content: Body) -> Body:
        """Slack's answer when it is ok. Raises NotifyError, UnconfirmedError where it may be sent, and BlocksRefusedError."""
        return await self._call(method, posting=True, json=content)

    async def ask(self, method: str) -> Body:
        """The answer to a question without arguments. Raises NotifyError."""
        return await self._read(method, json={})

    async def pages(self, method: str, params: dict[str, str]) -> AsyncIterator[Body]:
        """Every page to the end: a later one that Slack wants us to wait for is waited for, since starting again would never end."""
        page = await self._read(method, params=params)
        yield page
        while cursor := (page.get("response_metadata") or {}).get("next_cursor"):
            page = await self._next_page(method, params | {"cursor": cursor})
            yield page

    async def _next_page(self, method: str, params: dict[str, str]) -> Body:
        while True:
            try:
                return await self._read(method, params=params)
            except NotifyError as error:
                if error.retry_after is None or error.retry_after > _WAIT:
                    raise
                await self._sleep(error.retry_after)

    async def _read(self, method: str, **arguments: Body) -> Body:
        wait = self._not_before.get(method, 0.0) - self._seconds()
        if wait > 0:
            raise asked_to_wait(wait)
        try:
            return await self._call(method, posting=False, **arguments)
        except NotifyError as error:
            if error.retry_after is not None:
                self._not_before[method] = self._seconds() + error.retry_after
            raise

    @asynccontextmanager
    async def _calling(self, *, posting: bool) -> AsyncIterator[AsyncWebClient]:
        """A client for one call. One that writes asks the guard when it is connected: a process may stand still while it connects."""
        if not posting or self.guard is None:
            yield self._client
            return
        trace = TraceConfig()
        # called right before the headers are written
        trace.on_request_headers_sent.append(self._ask_guard)
        async with ClientSession(
            timeout=ClientTimeout(total=self._how["timeout"]), trace_configs=[trace]
        ) as session:
            yield AsyncWebClient(**self._how, session=session)

    async def _ask_guard(self, *_: object) -> None:
        if self.guard is not None:
            await self.guard()

    async def _call(self, method: str, *, posting: bool, **arguments: Body) -> Body:
        """`posting`: the call may have put a message there."""
        try:
            async with self._calling(posting=posting) as client:
                response = await client.api_call(
                    method, http_verb="GET" if "params" in arguments else "POST", **arguments
                )
            return response.data if isinstance(response.data, dict) else {}
        except SlackApiError as error:
            said = answer(error)
            if posting and said.word in BLOCKS_REFUSED:
                raise BlocksRefusedError(said.word or "", said.messages) from error
            raise refused(said, posting=posting) from error
        except TRANSPORT as error:
            raise unanswered(error, posting=posting) from error


class BlocksRefusedError(ChannelRefusedError):
    """The message's form is wrong, so the fault is ours and its text may still arrive."""

    def __init__(self, reason: str, messages: tuple[str, ...]) -> None:
        super().__init__(f"Slack answers {reason}", slack_error=reason)
        self.messages = messages
