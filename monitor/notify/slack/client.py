"""Slack's Web API as a notifier needs it: each call returns an answer or raises NotifyError.

There are no retry handlers by default. slack_sdk's own handler posts again after a dropped
connection, which makes two copies. Every call opens its own connection: one kept from minutes ago
may be closed when it is used, and then nobody knows whether the message arrived.

When a read is rate limited, the wait holds for the whole workspace, so it is kept by method. The
wait of a post holds for its channel, and the queue of edits keeps the wait of an edit.
https://docs.slack.dev/apis/web-api/rate-limits
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from typing import Any, Final

from aiohttp import ClientSession, ClientTimeout, TraceConfig
from pydantic import SecretStr
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from monitor.notify.base import ChannelRefusedError, Check, NotifyError
from monitor.notify.http import TRANSPORT, asked_to_wait, unanswered
from monitor.notify.slack.errors import BLOCKS_REFUSED, answer, refused

Body = dict[str, Any]
# no link of a board's text is previewed, no name in it is linked, and no markup in it is drawn
INERT: Final[Body] = {
    "unfurl_links": False,
    "unfurl_media": False,
    "mrkdwn": False,
    "link_names": False,
    "parse": "none",
}
TIMEOUT: Final = 20  # seconds of one call
# A history search waits this many seconds between pages: without a review by Slack an app reads
# one page a minute.
_LONGEST_PAGE_WAIT: Final = 65.0
_HTTP_LOG: Final = logging.getLogger(f"{__name__}.http")
_HTTP_LOG.setLevel(logging.WARNING)  # debug lines hold whole messages and secret addresses


def web_client(
    token: str | None,
    api_url: str,
    *,
    timeout: int = TIMEOUT,
    session: ClientSession | None = None,
    retry_handlers: Sequence[AsyncRetryHandler] = (),
) -> AsyncWebClient:
    """Return a client of the Web API that logs no message and no secret."""
    return AsyncWebClient(
        token=token,
        base_url=api_url,
        timeout=timeout,
        session=session,
        retry_handlers=list(retry_handlers),
        logger=_HTTP_LOG,
    )


def webhook_client(
    url: str, *, timeout: int = TIMEOUT, retry_handlers: Sequence[AsyncRetryHandler] = ()
) -> AsyncWebhookClient:
    """Return a client of one incoming webhook or response URL that does not log the URL."""
    return AsyncWebhookClient(
        url, timeout=timeout, retry_handlers=list(retry_handlers), logger=_HTTP_LOG
    )


class Web:
    """Web API calls with one token. `seconds` is a monotonic clock."""

    def __init__(
        self,
        token: SecretStr,
        api_url: str,
        *,
        timeout: int = TIMEOUT,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._timeout = timeout
        self._new_client = partial(
            web_client, token.get_secret_value().strip(), api_url, timeout=timeout
        )
        self._client = self._new_client()
        # awaited right before a call that writes sends its first byte
        self.guard: Check | None = None
        self._sleep, self._seconds = sleep, seconds
        self._not_before: dict[str, float] = {}  # by method

    async def write(self, method: str, content: Body) -> Body:
        """Return Slack's answer to a call that writes.

        Raises NotifyError, UnconfirmedError if the message may be in the channel, and
        BlocksRefusedError.
        """
        return await self._call(method, posting=True, json=content)

    async def ask(self, method: str) -> Body:
        """Return the answer to a question without arguments. Raises NotifyError."""
        return await self._read(method, json={})

    async def info(self, method: str, params: dict[str, str]) -> Body:
        """Return the answer to a question with arguments. Raises NotifyError."""
        return await self._read(method, params=params)

    async def identity(self) -> tuple[Body, frozenset[str]]:
        """Return the answer of `auth.test` and the scopes of the token. Raises NotifyError."""
        with notify_errors(posting=False):
            response = await self._client.api_call("auth.test", json={})
        headers = {name.lower(): str(value) for name, value in response.headers.items()}
        scopes = (scope.strip() for scope in headers.get("x-oauth-scopes", "").split(","))
        return response.data if isinstance(response.data, dict) else {}, frozenset(
            scope for scope in scopes if scope
        )

    async def pages(self, method: str, params: dict[str, str]) -> AsyncIterator[Body]:
        """Yield every page. Raises NotifyError.

        A rate limit on a later page is waited for, since starting again would never end.
        """
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
                if error.retry_after is None or error.retry_after > _LONGEST_PAGE_WAIT:
                    raise
                await self._sleep(error.retry_after)

    async def _read(self, method: str, **arguments: Body) -> Body:
        wait = self._not_before.get(method, 0.0) - self._seconds()
        if wait > 0:
            raise asked_to_wait(wait, "Slack")
        try:
            return await self._call(method, posting=False, **arguments)
        except NotifyError as error:
            if error.retry_after is not None:
                self._not_before[method] = self._seconds() + error.retry_after
            raise

    @asynccontextmanager
    async def _calling(self, *, posting: bool) -> AsyncIterator[AsyncWebClient]:
        """Yield a client for one call.

        A call that writes asks the guard once it is connected: connecting can take a while, and
        the right to send may be lost meanwhile.
        """
        if not posting or self.guard is None:
            yield self._client
            return
        trace = TraceConfig()
        # called right before the headers are written
        trace.on_request_headers_sent.append(self._ask_guard)
        async with ClientSession(
            timeout=ClientTimeout(total=self._timeout), trace_configs=[trace]
        ) as session:
            yield self._new_client(session=session)

    async def _ask_guard(self, *_: object) -> None:
        if self.guard is not None:
            await self.guard()

    async def _call(self, method: str, *, posting: bool, **arguments: Body) -> Body:
        """Return the answer. `posting` says that the call may have posted a message."""
        with notify_errors(posting=posting):
            async with self._calling(posting=posting) as client:
                response = await client.api_call(
                    method, http_verb="GET" if "params" in arguments else "POST", **arguments
                )
            return response.data if isinstance(response.data, dict) else {}


@contextmanager
def notify_errors(*, posting: bool) -> Iterator[None]:
    """Turn what slack_sdk raises into NotifyError. `posting`: a message may have been posted."""
    try:
        yield
    except SlackApiError as error:
        said = answer(error)
        if posting and said.word in BLOCKS_REFUSED:
            raise BlocksRefusedError(said.word or "", said.messages) from error
        raise refused(said, posting=posting) from error
    except TRANSPORT as error:
        raise unanswered(error, posting=posting, who="Slack") from error


class BlocksRefusedError(ChannelRefusedError):
    """Slack refused the blocks. The same message as text may still arrive."""

    def __init__(self, reason: str, messages: tuple[str, ...]) -> None:
        super().__init__(f"Slack answers {reason}", slack_error=reason)
        self.messages = messages
