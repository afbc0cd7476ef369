"""Everything that Apprise speaks (Discord, Telegram, e-mail, Teams, ntfy, …): https://appriseit.com/services/

It says only that a message was taken or was not, so anything but yes may have arrived. Its logs and
errors hold addresses, which are secrets: it is silenced. A call that hangs leaves its thread
behind, and with too many of them a channel counts as refused.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

from pydantic import SecretStr

from monitor.messages import Message
from monitor.notify.base import ChannelRefusedError, Receipt, UnconfirmedError, WriteOnly
from monitor.notify.blocking import THREADS, Threads, TooManyLeftError
from monitor.notify.plain import strip_markup


class AppriseNotifier(WriteOnly):
    """Channels `apprise:name`, each with an address."""

    pace = 1.02  # seconds; what most of the services sustain
    burst = 1

    def __init__(
        self, addresses: Mapping[str, SecretStr], *, timeout: float = 60, threads: Threads = THREADS
    ) -> None:
        self._addresses, self._timeout, self._threads = addresses, timeout, threads
        for name in ("apprise", "urllib3"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)

    # no service has a place for it
    async def send(self, channel: str, message: Message, delivery_id: str) -> Receipt:  # noqa: ARG002
        if channel not in self._addresses:
            raise ChannelRefusedError("its address is not set any more")
        address, said = self._addresses[channel].get_secret_value(), strip_markup(message)
        try:
            taken = await self._threads.call(channel, lambda: _send(address, *said), self._timeout)
        except TooManyLeftError as error:
            raise ChannelRefusedError(f"not sent, will be tried again: {error}") from None
        except ImportError:
            raise ChannelRefusedError(
                "Apprise is not installed: pip install 'rolewatch[apprise]'"
            ) from None
        except Exception as error:  # its text may hold the address  # noqa: BLE001
            raise UnconfirmedError(f"no answer ({type(error).__name__})", permanent=True) from None
        if taken is None:
            raise ChannelRefusedError(
                "Apprise cannot read its address: see https://appriseit.com/services/"
            )
        if not taken:
            raise UnconfirmedError("the service did not take it, or did not say so", permanent=True)
        return Receipt()


def _send(address: str, title: str, body: str) -> bool | None:
    """Whether it was taken; None when the address is none."""
    from apprise import Apprise, OverflowMode  # an extra  # noqa: PLC0415

    services = Apprise()
    if not services.add(address):
        return None
    for service in services:
        service.overflow_mode = OverflowMode.SPLIT  # a long message goes as several
    return bool(services.notify(body, title))
