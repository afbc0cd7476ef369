"""Bodies are unpacked whole, or refused."""

from __future__ import annotations

import gzip
import zlib
from random import Random

import pytest

from crawler.responses import BadResponse
from crawler.unpack import unpack

ZIPPED = gzip.compress(b'{"jobs":[]}')


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
