"""The slots of a host: how many checks it gets at once, and which board is in which. Pure.

A host has as many slots as `[ats.NAME] concurrency`, and no more than it has boards. A board is
always in the same slot, so its checks come one after the other. A slot's requests are
`delay * slots` apart (crawler/turns.py): the slots together ask the host every `delay`.
"""

from __future__ import annotations

from typing import NamedTuple

import xxhash


class Slot(NamedTuple):
    """One slot of a host."""

    host: str  # with its port
    number: int  # from 0
    of: int  # the host's slots

    @property
    def lock(self) -> str:
        """The name under which one check at a time may run."""
        return f"{self.host}:{self.number}"


def slot_of(board: str, host: str, concurrency: int, boards_of_host: int) -> Slot:
    """Return the slot of a board."""
    slots = max(1, min(concurrency, boards_of_host))
    return Slot(host, xxhash.xxh3_64_intdigest(board.encode()) % slots, slots)
