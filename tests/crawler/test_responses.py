from __future__ import annotations

import ssl
from datetime import UTC, datetime

import pytest
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
)

from crawler.responses import BadResponse, bad_status, network_trouble, next_address

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HERE = "https://api.example.org/v1/boards/a/jobs"


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/v1/boards/b/jobs", "https://api.example.org/v1/boards/b/jobs"),
        ("jobs?page=2", "https://api.example.org/v1/boards/a/jobs?page=2"),
        ("https://API.example.org:443/x", "https://API.example.org:443/x"),
    ],
)
def test_a_redirect_within_the_host_is_followed(location: str, target: str) -> None:
    assert next_address(HERE, location, 302) == target


def test_a_redirect_without_a_place_leads_nowhere() -> None:
    with pytest.raises(BadResponse, match="HTTP 302 that leads nowhere"):
        next_address(HERE, "", 302)


def test_a_redirect_may_become_secure() -> None:
    assert next_address(HERE.replace("https", "http"), HERE, 301) == HERE


@pytest.mark.parametrize(
    "location",
    [
        "https://login.example.org/",
        "//other.example.org/",
        "https://api.example.org.evil.example/",
        "https://api.example.org@evil.example/",
        "http://api.example.org/",
        "https://api.example.org:8443/",
        "http://127.0.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/",
        "http://[/",
        "file:///etc/passwd",
        "ftp://api.example.org/",
        "data:application/json,{}",
        "javascript:alert(1)",
        "https://api.example.org:port/",
    ],
)
def test_a_redirect_to_anywhere_else_is_refused(location: str) -> None:
    with pytest.raises(BadResponse, match="redirected"):
        next_address(HERE, location, 302)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("7", 7),
        (" 0 ", 0),
        ("Mon, 02 Mar 2026 09:02:00 GMT", 120),
        ("Mon, 02 Mar 2026 08:00:00 GMT", 0),
        ("9" * 400, 86400),
        ("soon", None),
        ("-5", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(said: str | None, seconds: float | None) -> None:
    assert bad_status(429, said, NOW).retry_after == seconds


@pytest.mark.parametrize(
    ("status", "passing"),
    [(429, True), (500, True), (503, True), (400, False), (404, False), (204, False)],
)
def test_only_a_busy_or_broken_host_is_worth_asking_again(status: int, *, passing: bool) -> None:
    assert bad_status(status, None, NOW).retryable is passing


def test_a_reason_names_the_host_and_no_password() -> None:
    url = "https://user:hunter2@api.example.org/v1?token=hunter3"
    certificate = ssl.SSLCertVerificationError(1, "certificate verify failed")
    certificate.verify_message = "self-signed certificate"
    refused = DownloadConnectionRefusedError(f"Cannot connect to {url}")
    refused.__cause__ = certificate
    errors = [
        CannotResolveHostError(url),
        DownloadFailedError(url),
        DownloadTimeoutError(url),
        DownloadConnectionRefusedError(url),
        refused,
    ]
    reasons = [network_trouble(error, url, 30).reason for error in errors]
    assert not any("hunter" in reason for reason in reasons)
    assert reasons[0] == "no such host: api.example.org"
    assert reasons[2] == "no whole answer within 30 s"
    assert reasons[4] == "no secure connection to api.example.org: self-signed certificate"
