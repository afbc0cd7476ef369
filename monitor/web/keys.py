"""Keys of feeds and calendars, for readers that cannot send a password: `?key=…`.

Each address has a key of its own, so that one that is passed on opens nothing else. A new password
makes new keys.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256

_PURPOSE = b"rolewatch web key 1\0"  # the password signs nothing else with this prefix


def key_of(password: str, path: str) -> str:
    """Return the key of a path such as `/feeds/all.atom`: 43 characters, safe in an address.

    The path is the decoded one: `/feeds/research engineer.atom`.
    """
    # an environment variable may hold bytes that are no UTF-8
    secret = password.encode(errors="surrogateescape")
    named = _PURPOSE + path.encode(errors="surrogateescape")
    return urlsafe_b64encode(hmac.digest(secret, named, sha256)).rstrip(b"=").decode()


def is_key(password: str, path: str, given: str) -> bool:
    """Return whether the key is the path's. An empty password has no keys."""
    right = key_of(password, path).encode()
    return hmac.compare_digest(right, given.encode(errors="surrogatepass")) and bool(password)
