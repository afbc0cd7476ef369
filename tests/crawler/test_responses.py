from __future__ import annotations

import gzip
import ssl
import zlib
from datetime import UTC, datetime
from random import Random

import pytest
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
)

from crawler.responses import BadResponse, bad_status, network_trouble, next_address
from crawler.retries import FIRST_WAIT, LONGEST_WAIT, RETRIES, wait_after_try
from crawler.unpack import unpack

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HERE = "https://api.example.org/v1/boards/a/jobs"
ZIPPED = gzip.compress(b'{"jobs":[]}')


class Chance(Random):
    """A random number that is always the same."""

    def __init__(self, number: float) -> None:
        super().__init__()
        self.number = number

    def random(self) -> float:
        return self.number


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
    trouble = bad_status(status, None, NOW)
    assert trouble.retryable is passing
    assert (wait_after_try(trouble, 1, Chance(0)) is not None) is passing


def test_waits_double_and_end() -> None:
    trouble = bad_status(503, None, NOW)
    assert [wait_after_try(trouble, tries, Chance(0)) for tries in (1, 2, 3)] == [
        FIRST_WAIT,
        2 * FIRST_WAIT,
        None,
    ]
    assert wait_after_try(trouble, 1, Chance(1)) == 1.5 * FIRST_WAIT
    assert wait_after_try(trouble, RETRIES + 1, Chance(0)) is None


def test_a_host_that_says_how_long_is_obeyed_or_left_for_a_later_round() -> None:
    assert wait_after_try(bad_status(429, "10", NOW), 1, Chance(0)) == LONGEST_WAIT
    assert wait_after_try(bad_status(429, "11", NOW), 1, Chance(0)) is None
    assert wait_after_try(bad_status(429, "0", NOW), 1, Chance(0)) == FIRST_WAIT


def test_a_body_is_unpacked_to_the_last_byte_of_the_limit_and_no_further() -> None:
    body = b"x" * 1000
    assert unpack(gzip.compress(body), "gzip", 1000) == body
    with pytest.raises(BadResponse, match="larger"):
        unpack(gzip.compress(body), "gzip", 999)


@pytest.mark.parametrize("size", [16_000, 16_361, 16_400, 40_000])
def test_a_long_body_is_unpacked_whole_or_not_at_all(size: int) -> None:
    body = Random(1).randbytes(size)
    packed = gzip.compress(body, 0)
    assert unpack(packed, "gzip", size) == body
    with pytest.raises(BadResponse, match="larger"):
        unpack(packed, "gzip", size - 1)
    with pytest.raises(BadResponse, match="cut short"):
        unpack(packed[:-1], "gzip", size)
    with pytest.raises(BadResponse, match="goes on"):
        unpack(packed + b"{}", "gzip", size)


@pytest.mark.parametrize(
    "body",
    [
        ZIPPED[:-1],
        ZIPPED[:-8] + zlib.crc32(b"another text").to_bytes(4, "little") + ZIPPED[-4:],
        ZIPPED + b"{}",
        ZIPPED + ZIPPED,
        b"",
        b"\x1f\x8b",
        b'{"jobs":[]}',
    ],
    ids=[
        "cut",
        "checksum",
        "something after it",
        "two of them",
        "nothing",
        "a beginning",
        "not packed",
    ],
)
def test_incomplete_gzip_is_a_bad_response(body: bytes) -> None:
    with pytest.raises(BadResponse, match="gzip"):
        unpack(body, "gzip", 1000)


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
