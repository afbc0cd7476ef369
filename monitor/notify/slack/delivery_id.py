"""The delivery id of a message: written into its metadata, and found again by it.

https://docs.slack.dev/messaging/message-metadata
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from monitor.notify.base import ChannelRefusedError, NotifyError
from monitor.notify.slack.client import Body, Web

_EVENT_TYPE: Final = "rolewatch_delivery"


def metadata(delivery_id: str) -> Body:
    """Return the metadata of a message to send."""
    return {"event_type": _EVENT_TYPE, "event_payload": {"delivery_id": delivery_id}}


async def find_message(
    web: Web, method: str, where: Mapping[str, str], delivery_id: str, since: datetime
) -> Body | None:
    """Return the message with this delivery id, or None."""
    asked = {"oldest": f"{since.timestamp():.6f}", "include_all_metadata": "true"}
    async for page in web.pages(method, dict(where) | asked):
        for message in page["messages"]:
            if _delivery_id(message) == delivery_id:
                return dict(message)
    return None


def _delivery_id(message: Body) -> str | None:
    content = message.get("metadata") or {}
    if content.get("event_type") != _EVENT_TYPE:
        return None
    delivery_id: str | None = (content.get("event_payload") or {}).get("delivery_id")
    return delivery_id


@contextmanager
def search_errors() -> Iterator[None]:
    """Limit a missing scope to this channel: other channels have nothing to search for."""
    try:
        yield
    except NotifyError as error:
        if error.slack_error == "missing_scope":
            raise ChannelRefusedError(error.reason, slack_error=error.slack_error) from error
        raise
