"""Decode an HTTP answer, or say in one line why it cannot be used."""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from errno import ECONNREFUSED
from typing import Protocol, TypeVar
from urllib.parse import urljoin, urlsplit

import msgspec
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)

from crawler.read.text import clean

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
_LONGEST_REASON = 300  # characters
_LONGEST_WAIT = 86_400.0  # seconds; a host that asks for more is asked again after a day
_UNKNOWN = {404, 410}
PORTS = {"http": 80, "https": 443}
NETWORK_ERRORS = (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)


class BadResponse(Exception):  # noqa: N818  # an answer's state more than an error
    """An answer, or the lack of one, that says nothing about postings.

    `retryable`: asking again soon may help.
    """

    def __init__(
        self,
        reason: str,
        *,
        status: int | None = None,
        retryable: bool = False,
        retry_after: float | None = None,
        held: bool = False,
    ) -> None:
        # one line for a person; a host's own words may be in it
        self.reason = clean(reason)[:_LONGEST_REASON]
        super().__init__(self.reason)
        self.status = status
        self.retryable = retryable
        self.retry_after = retry_after  # seconds
        self.held = held  # nothing was asked, since the host wants to be left alone
        self.unknown = status in _UNKNOWN  # the ATS says that the board does not exist
        self.size = 0  # bytes of the answer on the wire


def network_trouble(  # noqa: PLR0911  # one line for each kind of error
    error: Exception, url: str, timeout: float
) -> BadResponse:
    """Return the meaning of one of NETWORK_ERRORS.

    The line names the host only, since an address may carry a password.
    """
    host = urlsplit(url).hostname
    if isinstance(error, DownloadTimeoutError):
        return BadResponse(f"no whole answer within {timeout:g} s")
    if isinstance(error, DownloadCancelledError):
        return too_large()
    if isinstance(error, ResponseDataLossError):
        return BadResponse("the answer was cut short", retryable=True)
    if isinstance(error, CannotResolveHostError):
        return BadResponse(f"no such host: {host}", retryable=True)
    causes = list(_causes(error))
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        # aiohttp's own has neither
        words = (
            getattr(cause, name, None) for name in ("verify_message", "reason") for cause in causes
        )
        return BadResponse(
            f"no secure connection to {host}: {next(filter(None, words), 'TLS failed')}"
        )
    if isinstance(error, DownloadConnectionRefusedError):
        number = next(
            (cause.errno for cause in causes if isinstance(cause, OSError) and cause.errno),
            ECONNREFUSED,
        )
        return BadResponse(f"cannot connect to {host}: {os.strerror(number)}", retryable=True)
    return BadResponse("the connection was lost before a whole answer", retryable=True)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield the error, its causes, and the errors that aiohttp keeps inside it."""
    following: BaseException | None = error
    while following is not None:
        yield following
        inner = getattr(following, "os_error", None) or getattr(
            following, "certificate_error", None
        )
        if isinstance(inner, BaseException):
            yield inner
        following = following.__cause__


def bad_status(status: int, retry_after: str | None, now: datetime) -> BadResponse:
    """Return the meaning of an answer with a bad status."""
    reason = {
        304: "HTTP 304, which was not asked for",
        404: "HTTP 404: no such board",
        410: "HTTP 410: the board no longer exists",
        429: "HTTP 429: too many requests",
    }.get(status, f"HTTP {status}")
    return BadResponse(
        reason,
        status=status,
        retryable=status == 429 or status >= 500,  # noqa: PLR2004  # the busy and the broken
        retry_after=seconds_to_wait(retry_after, now),
    )


def seconds_to_wait(retry_after: str | None, now: datetime) -> float | None:
    """Return a Retry-After, which is a number or a date, as seconds from now.

    https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
    """
    if not retry_after:
        return None
    if (number := retry_after.strip()).isdecimal():  # of more than `float` takes for white space
        return min(float(number), _LONGEST_WAIT)
    try:
        then = parsedate_to_datetime(retry_after)
    except (ValueError, OverflowError):
        return None
    wait = ((then if then.tzinfo else then.replace(tzinfo=UTC)) - now).total_seconds()
    return min(max(wait, 0.0), _LONGEST_WAIT)


def next_address(url: str, location: str, status: int) -> str:
    """Return the target of a redirect.

    Raises BadResponse unless that is the same host, and no less secure.
    """
    if not location:
        raise BadResponse(f"HTTP {status} that leads nowhere", status=status)
    try:
        target = urljoin(url, location)
        old, new = urlsplit(url), urlsplit(target)
        ports = (old.port or PORTS.get(old.scheme), new.port or PORTS.get(new.scheme))
    except ValueError as error:
        raise BadResponse("redirected to an invalid URL", status=status) from error
    if new.scheme not in PORTS:
        raise BadResponse(f"redirected to {new.scheme or 'no'} instead of http", status=status)
    if new.hostname != old.hostname:
        raise BadResponse(f"redirected to another host: {new.hostname}", status=status)
    if (ports[0] != ports[1] or old.scheme != new.scheme) and ports != (80, 443):
        raise BadResponse("redirected to another port of its host", status=status)
    return target


def too_large() -> BadResponse:
    """Return the trouble of an answer that exceeds the limit, before or after it is unpacked."""
    return BadResponse("the answer is larger than 64 MB")


_LONE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}(?P<low>\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    rb"|(?P<lone>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


def _replace_lone_surrogates(escape: re.Match[bytes]) -> bytes:
    """Replace half a character, which JSON allows and no text can hold, by U+FFFD."""
    return rb"\ufffd" if escape["lone"] else escape[0]


def mend(body: bytes) -> bytes:
    """Return JSON in which every escaped half of a character is U+FFFD."""
    return _LONE.sub(_replace_lone_surrogates, body)


class Decoder(Protocol[T_co]):
    """Reads JSON. Its errors are those of msgspec."""

    def decode(self, body: bytes, /) -> T_co: ...


def decode(body: bytes, decoder: Decoder[T]) -> T:
    """Return the body as that decoder reads it. Raises BadResponse."""
    try:
        if not body.isascii():
            body.decode()  # a Raw is sliced without decoding it
        return decoder.decode(body)
    except UnicodeDecodeError as error:
        raise BadResponse("the answer is not UTF-8") from error
    except RecursionError as error:
        raise BadResponse("the answer is nested too deeply") from error
    except msgspec.ValidationError as error:
        raise BadResponse(f"the answer is no list of jobs: {error}") from error
    except msgspec.DecodeError as error:
        mended = mend(body)
        if mended != body:
            return decode(mended, decoder)
        page = body[:100].lstrip()[:1] == b"<"
        raise BadResponse(
            "the answer is a web page" if page else f"the answer is not JSON: {error}"
        ) from error
