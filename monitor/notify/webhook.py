"""An incoming webhook of Slack: one message out, and no way to look whether it arrived.

The address is the secret: it is in no error and no log line.
https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
"""

from __future__ import annotations

import logging
from typing import Final

import structlog
from pydantic import SecretStr
from slack_sdk.webhook import WebhookResponse
from slack_sdk.webhook.async_client import AsyncWebhookClient

from monitor.messages import Message
from monitor.notify.base import ChannelRefusedError, Check, NotifyError, Receipt, WriteOnly
from monitor.notify.plain import fallback
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
    """The channel `webhook`."""

    pace = 1.02  # seconds; one message a second and a little for the clocks' jitter
    burst = 1

    def __init__(self, url: SecretStr, *, timeout: int = 20) -> None:
        quiet = logging.getLogger(f"{__name__}.http")
        quiet.setLevel(logging.WARNING)  # its debug lines hold the address
        self._check: Check | None = None
        self._client = AsyncWebhookClient(
            url.get_secret_value().strip(), timeout=timeout, retry_handlers=[], logger=quiet
        )

    # there is but one channel
    async def send(self, channel: str, message: Message, delivery_id: str) -> Receipt:  # noqa: ARG002
        text, blocks = draw(message)
        response = await self._post({"text": text, "blocks": blocks})
        if response.body in BLOCKS_REFUSED:
            log.error(
                "webhook refused the blocks, sending text",
                delivery=delivery_id,
                error=response.body,
            )
            response = await self._post({"text": fallback(message)})
        if response.status_code == _OK and response.body == "ok":
            return Receipt()
        raise _refused(response)

    def guard(self, check: Check) -> None:
        self._check = check

    async def _post(self, content: dict[str, object]) -> WebhookResponse:
        how = {
            "unfurl_links": False,
            "unfurl_media": False,
            "mrkdwn": False,
            "link_names": False,
            "parse": "none",
        }
        if self._check is not None:
            await self._check()
        try:
            return await self._client.send_dict(how | content)
        except TRANSPORT as error:
            # the cause may name the address
            raise unanswered(error, posting=True, who="the webhook") from None


def _refused(response: WebhookResponse) -> NotifyError:
    """The error of an answer other than `ok`: a word of Slack's, in plain text, with a status."""
    word = response.body.strip() if response.body.strip().isidentifier() else None
    wait = retry_after(response.headers)
    # theirs, or nothing that says no
    if response.status_code >= 500 or response.status_code in {_OK, 408, 429}:  # noqa: PLR2004
        return refused(Answer(response.status_code, None, wait=wait), posting=True)
    return ChannelRefusedError(
        f"the webhook answers HTTP {response.status_code} {word or ''}".rstrip()
    )
