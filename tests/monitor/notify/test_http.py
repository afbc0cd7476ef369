"""HTTP answers as errors of a notifier."""

from __future__ import annotations

import aiohttp
import pytest

from monitor.notify.base import (
    ChannelRefusedError,
    NotifyError,
    RateLimitedError,
    TokenRefusedError,
    UnconfirmedError,
    UnreachableError,
)
from monitor.notify.http import http_error, unanswered


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, UnconfirmedError),
        (400, ChannelRefusedError),
        (401, TokenRefusedError),
        (403, ChannelRefusedError),
        (404, ChannelRefusedError),
        (408, UnconfirmedError),
        (429, RateLimitedError),
        (500, UnconfirmedError),
        (503, UnconfirmedError),
    ],
)
def test_a_status_says_what_the_outbox_does(status: int, expected: type[NotifyError]) -> None:
    assert type(http_error(status, {}, "the loft")) is expected


@pytest.mark.parametrize(
    ("header", "seconds"), [("7", 7), ("", 30), ("soon", 30), ("-1", 0), ("999999", 3600)]
)
def test_a_rate_limit_waits_as_stated_within_an_hour(header: str, seconds: float) -> None:
    error = http_error(429, {"Retry-After": header}, "the loft")
    assert (error.retry_after, error.reason) == (seconds, f"the loft asks to wait {seconds} s")


def test_a_call_without_an_answer_may_have_sent_the_message() -> None:
    secret = "https://loft.example/verySecret"
    for error in (TimeoutError(secret), ConnectionResetError(secret)):
        unclear = unanswered(error, posting=True, who="the loft")
        assert type(unclear) is UnconfirmedError
        assert secret not in unclear.reason
        assert type(unanswered(error, posting=False, who="the loft")) is NotifyError


def test_a_service_without_a_connection_is_unreachable() -> None:
    error = aiohttp.InvalidURL("https://loft.example/verySecret")
    unreachable = unanswered(error, posting=True, who="the loft")
    assert type(unreachable) is UnreachableError
    assert "verySecret" not in unreachable.reason
