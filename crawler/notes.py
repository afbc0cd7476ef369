"""Notes of one board, kept between its checks: robots.txt of its hosts, and the spider's values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec


class RobotsFile(msgspec.Struct, omit_defaults=True):
    """One answer to a request for robots.txt."""

    fetched_at: float  # seconds since 1970
    status: int  # HTTP
    text: str = ""  # of a 200


class _Stored(msgspec.Struct, omit_defaults=True):
    robots: dict[str, RobotsFile] = {}
    own: dict[str, Any] = {}


@dataclass(slots=True)
class Notes:
    """The notes of one board, changed in place during a check."""

    robots: dict[str, RobotsFile] = field(default_factory=dict)  # by "https://host"
    own: dict[str, Any] = field(default_factory=dict)  # plain JSON values, the source's own
    were_stored: bool = False  # the last check left notes

    @classmethod
    def load(cls, text: str | None) -> Notes:
        """Return the notes of the last check.

        Unreadable notes are dropped: the next check then reads everything.
        """
        try:
            stored = msgspec.json.decode(text, type=_Stored) if text else _Stored()
        except msgspec.DecodeError:
            stored = _Stored()
        return cls(stored.robots, stored.own, were_stored=bool(stored.robots or stored.own))

    def dump(self) -> str | None:
        """Return the notes as text; None when there are none, as before.

        Notes of which none is left are a text too: it has to replace the stored one.
        """
        if not (self.robots or self.own or self.were_stored):
            return None
        return msgspec.json.encode(_Stored(self.robots, self.own), order="sorted").decode()
