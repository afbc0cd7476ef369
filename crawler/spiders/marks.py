"""Keep a set of digests as one text in a board's notes."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable
from zlib import crc32


def mark(name: str) -> bytes:
    """Return four bytes that stand for a name: enough to recognize it among thousands."""
    return crc32(name.encode()).to_bytes(4)


def packed(marks: Iterable[bytes]) -> str:
    """Return marks of one size as base64."""
    return b64encode(b"".join(sorted(marks))).decode()


def unpacked(noted: object, size: int = 4) -> frozenset[bytes]:
    """Return the marks in a note, each of so many bytes. Empty for a note of another form."""
    try:
        whole = b64decode(noted) if isinstance(noted, str) else b""
    except ValueError:
        return frozenset()
    return frozenset(whole[at : at + size] for at in range(0, len(whole), size))
