"""A sign of life to a service that raises the alarm when it stops coming. Its address is a secret."""

from __future__ import annotations

import aiohttp
import structlog
from pydantic import SecretStr

log = structlog.get_logger()
_TIMEOUT = aiohttp.ClientTimeout(total=10)  # seconds
_WELL = 300  # the first status that is no success


async def ping(url: SecretStr) -> bool:
    """Did the service take it? Trouble is a line in the log without the address, and nothing else: the next round pings again."""
    try:
        async with aiohttp.ClientSession(timeout=_TIMEOUT) as session, session.get(url.get_secret_value(), allow_redirects=False) as answer:
            if answer.status < _WELL:
                return True
            reason = f"HTTP {answer.status}"
    except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
        reason = type(error).__name__  # its text has the address in it
    log.warning("heartbeat not taken", reason=reason)
    return False
