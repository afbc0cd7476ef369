"""What has waited for too long: pure.

Something that waits is named by a word that changes as soon as it moves: a board's name with its last look, a channel with its first
message. It is late when the same word has been seen for longer than it may be. The time is a clock that stands still while the machine
sleeps, so that a laptop that wakes up is not late with everything that became due overnight.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

Part = Literal["rounds", "delivery"]
PARTS: Final[tuple[Part, ...]] = ("rounds", "delivery")


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that could be done now and is not done."""

    what: str  # another word when it has moved
    patience: float  # seconds
    words: str  # for a person
    since: datetime | None = None  # when it became due, where that is known


@dataclass
class Lateness:
    """Remembers what waits, and since when."""

    _first: dict[tuple[Part, str], float] = field(default_factory=dict)

    def late(self, waiting: Mapping[Part, list[Waiting]], now: float) -> dict[Part, list[str]]:
        """Why each part is late, in words; a part that is in time is not there. `now` is in seconds of a clock that never goes back."""
        seen = {(part, one.what): one for part, some in waiting.items() for one in some}
        self._first = {key: self._first.get(key, now) for key in seen}
        found: dict[Part, list[str]] = {}
        for (part, what), one in seen.items():
            if now - self._first[part, what] >= one.patience:
                found.setdefault(part, []).append(one.words)
        return found
