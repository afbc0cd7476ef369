"""Channels `apprise:NAME`: Discord, Telegram, e-mail, Teams, ntfy and more, through Apprise.

Apprise only says whether a service accepted a message, so anything but yes may have arrived. Its
logs and errors contain addresses, which are secrets, so they are silenced. A hanging call leaves
its thread behind. With too many of those, the channel refuses messages.
https://appriseit.com/services/
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Final, Self, TextIO

from pydantic import SecretStr

from monitor.config.model import Settings, secret_name
from monitor.messages import Message
from monitor.notify.base import (
    ChannelRefusedError,
    NotifyError,
    Receipt,
    UnconfirmedError,
    WriteOnly,
)
from monitor.notify.blocking import THREADS, Threads, TooManyLeftError
from monitor.notify.plain import title_and_body

_INSTALL: Final = "Apprise is not installed: pip install 'rolewatch[apprise]'"


class AppriseNotifier(WriteOnly):
    """Channels `apprise:NAME`. The secret is the address in `$ROLEWATCH_APPRISE_NAME`."""

    pace = 1.02  # seconds; most services sustain it
    burst = 1

    def __init__(
        self, addresses: Mapping[str, SecretStr], *, timeout: float = 60, threads: Threads = THREADS
    ) -> None:
        self._addresses, self._timeout, self._threads = addresses, timeout, threads
        for name in ("apprise", "urllib3"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)

    @classmethod
    def from_settings(cls, settings: Settings, _console: TextIO) -> Self | None:
        return cls(settings.apprise) if settings.apprise else None

    def check(self, channel: str) -> str:
        names = [str(service.service_name) for service in _services(self._address(channel))]
        if not names:
            raise ChannelRefusedError(
                f"Apprise cannot read ${secret_name(channel)}: see https://appriseit.com/services/",
            )
        return ", ".join(names)

    # no service stores the delivery id
    async def send(self, channel: str, message: Message, delivery_id: str) -> Receipt:  # noqa: ARG002
        address, (title, body) = self._address(channel), title_and_body(message)
        try:
            accepted = await self._threads.call(
                channel, lambda: _send(address, title, body), self._timeout
            )
        except NotifyError:
            raise
        except TooManyLeftError as error:
            raise ChannelRefusedError(f"not sent, will be retried: {error}") from None
        except Exception as error:  # its text may hold the address  # noqa: BLE001
            raise UnconfirmedError(f"no answer ({type(error).__name__})", permanent=True) from None
        if not accepted:
            raise UnconfirmedError(
                "the service refused the message or did not answer", permanent=True
            )
        return Receipt()

    def _address(self, channel: str) -> str:
        if channel not in self._addresses:
            raise ChannelRefusedError("its address is no longer set")
        return self._addresses[channel].get_secret_value()


def _send(address: str, title: str, body: str) -> bool:
    """Return whether the service accepted the message. Raises NotifyError."""
    services = _services(address)
    if not services:
        raise ChannelRefusedError(
            "Apprise cannot read its address: see https://appriseit.com/services/"
        )
    from apprise import OverflowMode  # an optional dependency  # noqa: PLC0415

    for service in services:
        service.overflow_mode = OverflowMode.SPLIT  # a long message is sent as several
    return bool(services.notify(body, title))


def _services(address: str) -> Any:  # noqa: ANN401  # an `apprise.Apprise`, empty if unreadable
    """Return the services of an address. Raises NotifyError if Apprise is missing."""
    try:
        from apprise import Apprise  # an optional dependency  # noqa: PLC0415
    except ImportError:
        raise ChannelRefusedError(_INSTALL) from None
    services = Apprise()
    services.add(address)
    return services
