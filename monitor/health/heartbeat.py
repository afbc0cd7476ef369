"""Heartbeats: to systemd (sd_notify(3)) and to a monitoring service whose address is a secret.

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


def has_listener(environ: Mapping[str, str] = os.environ) -> bool:
    """Return True if systemd started this process and wants to hear its state."""
    return environ.get("NOTIFY_SOCKET", "").startswith(("/", "@"))


def notify(state: str, environ: Mapping[str, str] = os.environ) -> None:
    """Send a state such as "READY=1" or "WATCHDOG=1" to systemd."""
    if not has_listener(environ):
        return
    place = environ["NOTIFY_SOCKET"]
    with (
        suppress(OSError),
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender,
    ):
        sender.setblocking(False)
        sender.sendto(state.encode(), "\0" + place[1:] if place.startswith("@") else place)


log = structlog.get_logger()
_TIMEOUT = aiohttp.ClientTimeout(total=10)  # seconds
_FIRST_ERROR_STATUS = 300


async def ping(url: SecretStr) -> bool:
    """Ping the service. Return True if it accepted. Errors are logged without the address."""
    try:
        async with (
            aiohttp.ClientSession(timeout=_TIMEOUT) as session,
            session.get(url.get_secret_value(), allow_redirects=False) as answer,
        ):
            if answer.status < _FIRST_ERROR_STATUS:
                return True
            reason = f"HTTP {answer.status}"
    except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
        reason = type(error).__name__  # its text has the address in it
    log.warning("heartbeat_failed", reason=reason)
    return False
