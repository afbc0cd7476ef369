"""Channels `apprise:NAME`: Discord, Telegram, e-mail, Teams, ntfy and more, through Apprise.

Apprise only says whether a service accepted a message, so anything but yes may have arrived. Its
logs and errors contain addresses, which are secrets, so they are silenced. A hanging call leaves
its thread behind. With too many of those, the channel refuses messages.
https://appriseit.com/services/
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Self, TextIO

from pydantic import SecretStr

from monitor.channels import secret_name
from monitor.config.model import Settings
from monitor.messages import Message
from monitor.notify.base import ChannelRefusedError, Receipt, WriteOnly
from monitor.notify.blocking import THREADS, Threads
from monitor.notify.compose.style import UNLIMITED, Style
from monitor.notify.plain import html_body, title_and_body


class AppriseNotifier(WriteOnly):
    """Channels `apprise:NAME`. The secret is the address in `$ROLEWATCH_APPRISE_NAME`."""

    def __init__(
        self,
        addresses: Mapping[str, SecretStr],
        *,
        style: Style = UNLIMITED,
        timeout: float = 60,
        threads: Threads = THREADS,
    ) -> None:
        self.secrets, self._style, self._timeout, self._threads = addresses, style, timeout, threads
        for name in ("apprise", "urllib3"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)

    @classmethod
    def from_settings(cls, settings: Settings, _console: TextIO) -> Self:
        return cls(settings.secrets, style=Style(settings.alerts.timezone, limited=False))

    def check(self, channel: str) -> str:
        return ", ".join(str(service.service_name) for service in self._services(channel))

    # no service stores the delivery id
    async def send(self, channel: str, message: Message, delivery_id: str) -> Receipt:  # noqa: ARG002
        return await self._threads.send(
            channel, lambda: self._notify(self._services(channel), message), self._timeout
        )

    def _notify(self, services: Any, message: Message) -> Any:  # noqa: ANN401  # Apprise is untyped
        """Send HTML to services that want it, else text without markup."""
        title, body = title_and_body(message, self._style)
        if all(_formats(service)[0] == "html" for service in services):
            page = html_body(message, self._style)
            return services.notify(page, title or body, body_format="html")
        return services.notify(body, title)

    def _services(self, channel: str) -> Any:  # noqa: ANN401  # an `apprise.Apprise`
        """Return the services of a channel's address. Raises NotifyError."""
        address = self.secret_of(channel)
        try:
            from apprise import Apprise, OverflowMode  # an optional dependency  # noqa: PLC0415
        except ImportError:
            raise ChannelRefusedError(
                "Apprise is not installed: pip install 'rolewatch[apprise]'"
            ) from None
        services = Apprise()
        if not services.add(address):
            where = "https://appriseit.com/services/"
            raise ChannelRefusedError(f"Apprise cannot read ${secret_name(channel)}: see {where}")
        for service in services:
            service.overflow_mode = OverflowMode.SPLIT  # a long message is sent as several
        return services


def _formats(service: Any) -> tuple[str, ...]:  # noqa: ANN401  # Apprise is untyped
    """Return the formats that a service takes, the one it prefers first: text, html, markdown."""
    formats = service.notify_format
    return (formats,) if isinstance(formats, str) else tuple(formats)
