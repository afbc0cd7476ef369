"""Calls to Slack that respond to people: private answers, messages in a thread, uploads.

A private answer goes to the response URL of the click or command. That needs no scope and works in
channels without the app
(https://docs.slack.dev/interactivity/handling-user-interaction#message_responses). When the URL is
used up, the answer goes through `chat.postEphemeral`.

A short rate limit is waited for. A call with an unclear end is never repeated: a person can click
again, and a second announcement of one mute could not be undone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from slack_sdk.errors import SlackRequestError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.web.async_client import AsyncWebClient

from monitor.config.model import Settings, SlackSettings
from monitor.notify import wording
from monitor.notify.base import NotifyError, TokenRefusedError, UnconfirmedError
from monitor.notify.document import Composed, Document
from monitor.notify.slack.client import notify_errors, web_client, webhook_client
from monitor.notify.slack.delivery_id import metadata
from monitor.notify.slack.render import render, render_sentence
from monitor.slack_app.payloads import Click, SlashCommand

Body = dict[str, Any]
_RETRIES: Final = 2
_LONGEST_WAIT: Final = 30  # seconds of a Retry-After that is waited for


class _ShortWaits(AsyncRateLimitErrorRetryHandler):
    """Slack's own handler, which would otherwise wait however long Slack asks."""

    async def _can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        wait = next(iter((response.headers if response else {}).get("retry-after", ())), "")
        return (not wait or (wait.isdecimal() and int(wait) <= _LONGEST_WAIT)) and (
            await super()._can_retry_async(
                state=state, request=request, response=response, error=error
            )
        )


class SlackCalls:
    """Calls with the newest settings. Each raises NotifyError."""

    def __init__(self, settings: Callable[[], Settings]) -> None:
        self._settings = settings

    def _content(self, reply: Composed) -> Body:
        """Return a reply as Slack takes it, with dates of the configured zone in its text."""
        zone = self._settings().alerts.timezone
        text = render_sentence(reply.sentence, zone)
        return {"text": text, "blocks": render(reply.document, zone)}

    async def respond_ephemeral(
        self, asked: Click | SlashCommand, reply: Composed, *, in_place: bool = False
    ) -> None:
        """Show a reply to the person alone. `in_place` replaces the private answer clicked on."""
        thread = (
            {"thread_ts": asked.thread_ts}
            if isinstance(asked, Click) and asked.thread_ts != asked.ts
            else {}
        )
        content = self._content(reply) | thread
        if wording.safe_url(asked.response_url) and await self._use_response_url(
            asked.response_url, content | {"replace_original": in_place}
        ):
            return
        await self._call(
            "chat.postEphemeral", {"channel": asked.channel_id, "user": asked.user, **content}
        )

    async def post_in_thread(
        self, channel_id: str, thread_ts: str, reply: Composed, delivery_id: str
    ) -> str:
        """Post a reply that everybody sees. Return its `ts`."""
        place: Body = {"channel": channel_id, "thread_ts": thread_ts}
        place |= {"metadata": metadata(delivery_id), "unfurl_links": False, "unfurl_media": False}
        posted = await self._call("chat.postMessage", place | self._content(reply))
        ts = posted.get("ts")
        if not isinstance(ts, str) or not ts:
            raise UnconfirmedError("Slack's answer has no ts")
        return ts

    async def update_message(self, channel_id: str, ts: str, reply: Composed) -> None:
        """Replace a message of the app."""
        await self._call(
            "chat.update",
            {"channel": channel_id, "ts": ts} | self._content(reply),
        )

    async def publish_home(self, user: str, document: Document) -> None:
        """Publish a person's App Home (https://docs.slack.dev/reference/methods/views.publish)."""
        blocks = render(document, self._settings().alerts.timezone)
        view = {"type": "home", "blocks": blocks}
        await self._call("views.publish", {"user_id": user, "view": view})

    async def upload_file(
        self, channel_id: str, thread_ts: str, name: str, title: str, content: str
    ) -> None:
        """Upload a text file into a thread."""
        client = self._client()
        try:
            with notify_errors(posting=True):
                await client.files_upload_v2(
                    filename=name,
                    title=title,
                    content=content.encode("utf-8", "replace"),
                    channel=channel_id,
                    thread_ts=thread_ts,
                )
        except SlackRequestError:  # its text holds the content
            raise NotifyError("Slack did not accept the file") from None

    async def _use_response_url(self, url: str, content: Body) -> bool:
        """Return whether the response URL accepted the reply. It takes five in 30 minutes."""
        client = webhook_client(url, retry_handlers=[_ShortWaits(_RETRIES)])
        with notify_errors(posting=True):
            response = await client.send_dict({"response_type": "ephemeral", **content})
        return 200 <= response.status_code < 300  # success  # noqa: PLR2004

    async def _call(self, method: str, arguments: Body) -> Body:
        client = self._client()
        with notify_errors(posting=True):
            response = await client.api_call(method, json=arguments)
        return response.data if isinstance(response.data, dict) else {}

    def _client(self) -> AsyncWebClient:
        settings: SlackSettings = self._settings().slack
        if settings.token is None:
            raise TokenRefusedError("there is no bot token: set $SLACK_BOT_TOKEN")
        token = settings.token.get_secret_value()
        return web_client(token, settings.api_url, retry_handlers=[_ShortWaits(_RETRIES)])
