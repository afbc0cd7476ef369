"""Slack's incoming webhook: posts messages, and cannot find them again.

The URL is the secret: it is in no error and no log line.
https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
"""

from __future__ import annotations

from typing import Final, Self, TextIO

import structlog
from pydantic import SecretStr
from slack_sdk.webhook import WebhookResponse

from monitor.config.model import Settings
from monitor.messages import Message
from monitor.notify.base import ChannelRefusedError, Check, NotifyError, Receipt, WriteOnly
from monitor.notify.plain import fallback_text
from monitor.notify.slack.client import TIMEOUT, webhook_client
from monitor.notify.slack.draw import draw
from monitor.notify.slack.errors import (
    BLOCKS_REFUSED,
    TRANSPORT,
    Answer,
    refused,
    retry_after,
    unanswered,
)

log = structlog.get_logger()

_OK: Final = 200


class WebhookNotifier(WriteOnly):
    """The channel `webhook`. The secret is the URL in `$SLACK_WEBHOOK_URL`."""

    pace = 1.02  # seconds; one message a second and a little for the clocks' jitter
    burst = 1

    def __init__(self, url: SecretStr, *, timeout: int = TIMEOUT) -> None:
        self._check: Check | None = None
        self._client = webhook_client(url.get_secret_value().strip(), timeout=timeout)

    @classmethod
    def from_settings(cls, settings: Settings, _console: TextIO) -> Self | None:
        return cls(settings.webhook_url) if settings.webhook_url else None

    # there is only one channel
    async def send(self, channel: str, message: Message, delivery_id: str) -> Receipt:  # noqa: ARG002
        text, blocks = draw(message)
        response = await self._post({"text": text, "blocks": blocks})
        if response.body in BLOCKS_REFUSED:
            log.error(
                "webhook blocks refused, sending text",
                delivery=delivery_id,
                error=response.body,
            )
            response = await self._post({"text": fallback_text(message)})
        if response.status_code == _OK and response.body == "ok":
            return Receipt()
        raise _refused(response)

    def guard(self, check: Check) -> None:
        self._check = check

    async def _post(self, content: dict[str, object]) -> WebhookResponse:
        options = {
            "unfurl_links": False,
            "unfurl_media": False,
            "mrkdwn": False,
            "link_names": False,
            "parse": "none",
        }
        if self._check is not None:
            await self._check()
        try:
            return await self._client.send_dict(options | content)
        except TRANSPORT as error:
            # the cause may name the address
            raise unanswered(error, posting=True, who="the webhook") from None


def _refused(response: WebhookResponse) -> NotifyError:
    """Return the error for an answer other than `ok`: a status and plain text."""
    error = response.body.strip() if response.body.strip().isidentifier() else None
    wait = retry_after(response.headers)
    # a fault of the server, or an answer that refuses nothing
    if response.status_code >= 500 or response.status_code in {_OK, 408, 429}:  # noqa: PLR2004
        return refused(Answer(response.status_code, None, wait=wait), posting=True)
    return ChannelRefusedError(
        f"the webhook answers HTTP {response.status_code} {error or ''}".rstrip()
    )
