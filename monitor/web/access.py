"""Decide if a request may read the page: host names, the password, a limit on wrong tries.

A web site that a visitor has open must not read the page through that visitor's browser. So only
the host names that rolewatch has itself are answered: https://owasp.org/www-community/attacks/DNS_Rebinding
"""

from __future__ import annotations

import base64
import hmac
import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from monitor.config.model import WebSettings
from monitor.errors import UserError

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_HOST: Final = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([\w.-]+))(?::[0-9]{1,5})?")
_TRIES: Final = 10  # wrong passwords of an address in a minute
_MINUTE: Final = timedelta(minutes=1)
_MOST_ADDRESSES: Final = 10_000


def host_name(host_and_port: str) -> str:
    """Return the host of `name:8460` or `[::1]:8460`, in lower case without brackets.

    It is "" for anything else: no user's name, path or query may stand in a `Host` header.
    """
    found = _HOST.fullmatch(host_and_port)
    return "" if found is None else (found[1] or found[2]).rstrip(".").lower()


def own_hosts(listen: str, base_url: str | None) -> frozenset[str]:
    """Return the host names that are answered."""
    public = urlsplit(base_url).hostname if base_url else None
    return _LOOPBACK | {host_name(listen)} | ({public} if public else set())


def is_loopback(listen: str) -> bool:
    """Return True if only this machine reaches the address."""
    host = host_name(listen)
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def require_password(listen: str, web: WebSettings) -> None:
    """Raise UserError for an address beyond loopback without a password."""
    if not is_loopback(listen) and web.password is None:
        raise UserError(
            f"web.listen: {listen} can be reached from other machines, so the page needs a"
            " password: set $ROLEWATCH_WEB_PASSWORD, or listen on 127.0.0.1"
        )


def basic_password(authorization: str) -> str | None:
    """Return the password of a Basic `Authorization` header; None for another or a broken one."""
    scheme, _, credentials = authorization.partition(" ")
    if scheme.casefold() != "basic":
        return None
    try:
        name_and_password = base64.b64decode(credentials.strip(), validate=True).decode()
    except ValueError:  # neither base64 nor UTF-8
        return None
    return name_and_password.partition(":")[2]


def is_same(given: str, expected: str) -> bool:
    """Compare two secrets in a time that does not depend on where they differ."""
    # an environment variable may hold bytes that are no UTF-8
    right = expected.encode(errors="surrogateescape")
    return hmac.compare_digest(given.encode(errors="surrogateescape"), right)


@dataclass(slots=True)
class _Tries:
    since: datetime
    count: int = 0


@dataclass(slots=True)
class TryLimit:
    """Counts wrong passwords of each address, for a minute from the first one."""

    clock: Callable[[], datetime]
    _tries: dict[str, _Tries] = field(default_factory=dict)

    def seconds_left(self, address: str) -> int:
        """Return the seconds for which an address is refused. 0: it may try."""
        tries = self._tries.get(address)
        if tries is None or tries.count <= _TRIES:
            return 0
        left = (tries.since + _MINUTE - self.clock()).total_seconds()
        if left <= 0:
            del self._tries[address]
            return 0
        return max(1, round(left))

    def note_wrong(self, address: str) -> None:
        """Count a wrong try."""
        now = self.clock()
        tries = self._tries.get(address)
        if tries is None or now - tries.since >= _MINUTE:
            if len(self._tries) >= _MOST_ADDRESSES:
                self._forget(now)
            tries = self._tries[address] = _Tries(now)
        tries.count += 1

    def _forget(self, now: datetime) -> None:
        """Drop the addresses whose minute is over, else all: memory stays bounded."""
        recent = {at: tries for at, tries in self._tries.items() if now - tries.since < _MINUTE}
        self._tries = recent if len(recent) < _MOST_ADDRESSES else {}
