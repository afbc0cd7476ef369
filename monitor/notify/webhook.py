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
from monitor.notify.base import Check, Receipt, WriteOnly
from monitor.notify.plain import fallback_text
from monitor.notify.slack.client import INERT, TIMEOUT, webhook_client
from monitor.notify.slack.draw import draw
from monitor.notify.slack.errors import BLOCKS_REFUSED, TRANSPORT, unanswered, webhook_error

log = structlog.get_logger()


class WebhookNotifier(WriteOnly):
    """The channel `webhook`. The secret is the URL in `$SLACK_WEBHOOK_URL`."""

    def __init__(self, url: SecretStr, *, timeout: int = TIMEOUT) -> None:
        self._check: Check | None = None
        self._client = webhook_client(url.get_secret_value().strip(), timeout=timeout)

    @classmethod
    def from_settings(cls, settings: Settings, _console: TextIO) -> Self:
        return cls(settings.secrets["webhook"])

    # there is only one channel
    async def send(self, channel: str, message: Message, delivery_id: str) -> Receipt:  # noqa: ARG002
        text, blocks = draw(message)
        response = await self._post({"text": text, "blocks": blocks})
        if response.body in BLOCKS_REFUSED:
            log.error("webhook blocks refused", delivery=delivery_id, error=response.body)
            response = await self._post({"text": fallback_text(message)})
        if (error := webhook_error(response.status_code, response.body, response.headers)) is None:
            return Receipt()
        raise error

    def guard(self, check: Check) -> None:
        self._check = check

    async def _post(self, content: dict[str, object]) -> WebhookResponse:
        if self._check is not None:
            await self._check()
        try:
            return await self._client.send_dict(INERT | content)
        except TRANSPORT as error:  # the cause may name the address
            raise unanswered(error, posting=True, who="the webhook") from None
