"""Signs of life: to systemd (ready, alive, stopping; sd_notify(3)) and to a heartbeat service, whose address is a secret.

https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from contextlib import suppress

import aiohttp
import structlog
from pydantic import SecretStr


def notify(word: str, environ: Mapping[str, str] = os.environ) -> None:
    """Sends such as "READY=1" or "WATCHDOG=1"."""
    place = environ.get("NOTIFY_SOCKET", "")
    if not place.startswith(("/", "@")):
        return
    with (
        suppress(OSError),
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender,
    ):
        sender.setblocking(False)
        sender.sendto(word.encode(), "\0" + place[1:] if place.startswith("@") else place)


log = structlog.get_logger()
_TIMEOUT = aiohttp.ClientTimeout(total=10)  # seconds
_WELL = 300  # the first status that is no success


async def ping(url: SecretStr) -> bool:
    """Did the service take it? Trouble is a line in the log without the address, and nothing else: the next round pings again."""
    try:
        async with (
            aiohttp.ClientSession(timeout=_TIMEOUT) as session,
            session.get(url.get_secret_value(), allow_redirects=False) as answer,
        ):
            if answer.status < _WELL:
                return True
            reason = f"HTTP {answer.status}"
    except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
        reason = type(error).__name__  # its text has the address in it
    log.warning("heartbeat not taken", reason=reason)
    return False
