"""Map HTTP answers and failed calls to errors of a notifier. Addresses are in none of them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

import aiohttp

from monitor.notify.base import (
    ChannelRefusedError,
    NotifyError,
    RateLimitedError,
    TokenRefusedError,
    UnconfirmedError,
    UnreachableError,
)

# A client lets these through: errors of the connection, and those of parsing an answer that is
# not a JSON object.
TRANSPORT: Final = (
    aiohttp.ClientError,
    TimeoutError,
    OSError,
    ValueError,
    AttributeError,
    TypeError,
)
OK: Final = 200
_UNAUTHORIZED: Final = 401
_REQUEST_TIMEOUT: Final = 408
_TOO_MANY_REQUESTS: Final = 429
_DEFAULT_WAIT: Final = 30.0  # seconds, when a 429 does not say
_LONGEST_WAIT: Final = 3600.0  # seconds; a larger Retry-After is a mistake


def http_error(status: int, headers: Mapping[str, str], who: str) -> NotifyError:
    """Return the error for an answer that does not confirm a sent message.

    `who` is the service, for a person: "the webhook".
    """
    if status == _TOO_MANY_REQUESTS:
        return asked_to_wait(retry_after(headers), who)
    if status == _UNAUTHORIZED:
        return TokenRefusedError(f"{who} answers HTTP {status}")
    if is_refusal(status):
        return ChannelRefusedError(f"{who} answers HTTP {status}")
    reason = "an answer that cannot be read" if status == OK else f"HTTP {status}"
    return UnconfirmedError(reason)


def is_refusal(status: int) -> bool:
    """Return whether the request is at fault: 4xx but for Request Timeout and a rate limit."""
    return 400 <= status < 500 and status not in {_REQUEST_TIMEOUT, _TOO_MANY_REQUESTS}  # noqa: PLR2004  # the range of 4xx


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of the Retry-After header. None if absent or not a number."""
    try:
        return min(_LONGEST_WAIT, max(0.0, float(headers.get("Retry-After", ""))))
    except ValueError:
        return None


def asked_to_wait(seconds: float | None, who: str) -> NotifyError:
    """Return the error for a request to wait, for 30 seconds if it does not say how long."""
    wait = _DEFAULT_WAIT if seconds is None else seconds
    return RateLimitedError(f"{who} asks to wait {math.ceil(wait)} s", wait)


def unanswered(error: Exception, *, posting: bool, who: str) -> NotifyError:
    """Return the error for a call without an answer. `posting`: a message may have been sent.

    It names only the kind of trouble: an address in the error's text may be a secret.
    """
    kind = type(error).__name__
    if isinstance(error, (aiohttp.ClientConnectorError, aiohttp.InvalidURL)):
        return UnreachableError(f"{who} cannot be reached ({kind})")
    if isinstance(error, TimeoutError):
        return maybe_sent(f"{who} did not answer in time", posting=posting)
    return maybe_sent(f"no answer from {who} that can be read ({kind})", posting=posting)


def maybe_sent(reason: str, *, posting: bool) -> NotifyError:
    """Return the error for an unclear end, which matters only to a call that posts."""
    return UnconfirmedError(reason) if posting else NotifyError(reason)
