"""Slack's incoming webhook: posts messages, and cannot find them again.

The URL is the secret: it is in no error and no log line.
https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
"""

from __future__ import annotations

from typing import Self, TextIO

import structlog
from pydantic import SecretStr
from slack_sdk.webhook import WebhookResponse

from monitor.config.model import Settings
from monitor.messages import Message
from monitor.notify.base import ChannelRefusedError, Check, NotifyError, Receipt, WriteOnly
from monitor.notify.compose.style import DEFAULT, Style
from monitor.notify.http import OK, TRANSPORT, http_error, is_refusal, unanswered
from monitor.notify.plain import fallback_text
from monitor.notify.slack.client import INERT, TIMEOUT, webhook_client
from monitor.notify.slack.draw import draw
from monitor.notify.slack.errors import BLOCKS_REFUSED

log = structlog.get_logger()


class WebhookNotifier(WriteOnly):
    """The channel `webhook`. The secret is the URL in `$SLACK_WEBHOOK_URL`."""

    def __init__(self, url: SecretStr, *, style: Style = DEFAULT, timeout: int = TIMEOUT) -> None:
        self._style = style
        self._check: Check | None = None
        self._client = webhook_client(url.get_secret_value().strip(), timeout=timeout)

    @classmethod
    def from_settings(cls, settings: Settings, _console: TextIO) -> Self:
        return cls(settings.secrets["webhook"], style=Style(settings.alerts.timezone))

    # there is only one channel
    async def send(self, channel: str, message: Message, delivery_id: str) -> Receipt:  # noqa: ARG002
        text, blocks = draw(message, self._style)
        response = await self._post({"text": text, "blocks": blocks})
        if response.body in BLOCKS_REFUSED:
            log.error("webhook_blocks_refused", delivery=delivery_id, reason=response.body)
            response = await self._post({"text": fallback_text(message, self._style)})
        # a proxy may end the line
        if (response.status_code, response.body.strip()) != (OK, "ok"):
            raise _refused(response)
        return Receipt()

    def guard(self, check: Check) -> None:
        self._check = check

    async def _post(self, content: dict[str, object]) -> WebhookResponse:
        if self._check is not None:
            await self._check()
        try:
            return await self._client.send_dict(INERT | content)
        except TRANSPORT as error:  # the cause may name the address
            raise unanswered(error, posting=True, who="the webhook") from None


def _refused(response: WebhookResponse) -> NotifyError:
    """Return the error for an answer, a status and plain text, that is not `ok`."""
    status, body = response.status_code, response.body.strip()
    if not is_refusal(status):
        return http_error(status, response.headers, "Slack")
    word = body if body.isidentifier() else ""
    return ChannelRefusedError(f"the webhook answers HTTP {status} {word}".rstrip())
