"""The rules of one robots.txt answer: may rolewatch read this address? Pure. https://www.rfc-editor.org/rfc/rfc9309

An answer of 500 or above closes the whole host, one of 429 for now; 404 and its like close nothing. Protego reads the file by the RFC:
the longest match decides, and another program's group does not concern us.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from protego import Protego

PRODUCT = "rolewatch"  # the name that a group of robots.txt may have
LONGEST = 500 * 1024  # bytes that are read; the RFC asks for no more
TOO_MANY, _SERVER_ERROR, _NO_FILE = 429, 500, 300


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of a host."""

    status: int  # HTTP, of the answer
    groups: Protego | None  # None where the answer is no file

    @property
    def closes_all(self) -> bool:
        """Does the answer itself close the whole host?"""
        return self.status >= _SERVER_ERROR or self.status == TOO_MANY

    def allow(self, url: str) -> bool:
        """Is this address of the host open?"""
        if self.groups is None:
            return not self.closes_all
        return self.groups.can_fetch(url, PRODUCT)

    def why_closed(self, url: str) -> str:
        """Return the sentence for an address that is closed."""
        parts = urlsplit(url)
        if self.status == TOO_MANY:
            return f"robots.txt of {parts.netloc} answered HTTP 429: too many requests"
        if self.closes_all:
            return f"robots.txt of {parts.netloc} answered HTTP {self.status}, which closes the whole host"
        return f"robots.txt of {parts.netloc} closes {parts.path or '/'} to programs"


def read_rules(status: int, text: str) -> Rules:
    """Return the rules of an answer to a request for robots.txt. `text` matters only where the answer is a file."""
    return Rules(status, Protego.parse(text) if status < _NO_FILE else None)
