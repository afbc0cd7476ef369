"""Decide which `unchanged` checks can be merged, and keep their instants. Pure.

A stretch is the check that is kept with the later ones that are merged into it. The state of the
board is known throughout: the checks are good, and each is at most twice the interval after the one
before. So coverage and counts need no more than the stretch's end. The instants are kept too: a
posting's `last_seen_at` as of a moment is the last check by then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

# merged checks of one stretch: their instants take 5 bytes each, and fit into a page of a database
LONGEST = 400
_MICROSECOND = timedelta(microseconds=1)
_BITS, _MORE = 7, 0x80  # of a number, in each byte but its last


class OldCheck(NamedTuple):
    """A stored check. `is_bare`: it found no change, and no other row points to it."""

    id: int
    round_id: int
    finished_at: datetime
    merged_until: datetime | None
    merged_instants: bytes | None
    result: str
    status: int | None
    seen: int | None
    unreadable: int
    reason: str | None
    every: float | None
    is_bare: bool

    @property
    def until(self) -> datetime:
        """Return the instant of the last check that the row stands for."""
        return self.merged_until or self.finished_at

    @property
    def instants(self) -> list[datetime]:
        """Return the instants of the checks that were merged into this one."""
        return unpack(self.finished_at, self.merged_instants)

    def answers_like(self, other: OldCheck) -> bool:
        """Return True if the board answered both checks alike, with the same interval."""
        mine, theirs = (
            (check.result, check.status, check.seen, check.unreadable, check.reason, check.every)
            for check in (self, other)
        )
        return mine == theirs


@dataclass(slots=True)
class Stretch:
    """A check that is kept, with the checks that are merged into it now."""

    kept: OldCheck
    merged: list[OldCheck] = field(default_factory=list)
    instants: list[datetime] = field(default_factory=list)  # merged earlier and now

    @classmethod
    def of(cls, check: OldCheck) -> Stretch:
        """Return the stretch of a check that stands alone, or was kept before."""
        return cls(check, instants=check.instants)

    @property
    def until(self) -> datetime:
        """Return the instant of its last check."""
        return self.instants[-1] if self.instants else self.kept.finished_at

    def takes(self, check: OldCheck) -> bool:
        """Return True if the check can be merged into this stretch."""
        every = check.every
        return (
            check.is_bare
            and check.result == "unchanged"
            # without an interval of its own, a check is compared with the board's present one
            and every is not None
            and check.answers_like(self.kept)
            and (check.finished_at - self.until) / _MICROSECOND <= 2_000_000 * every
            and len(self.instants) + 1 + len(check.instants) <= LONGEST
        )

    def take(self, check: OldCheck) -> None:
        """Merge the check, which `takes` accepts."""
        self.merged.append(check)
        self.instants += [check.finished_at, *check.instants]


def stretches(checks: Iterable[OldCheck]) -> Iterator[Stretch]:
    """Yield the stretches of a board's checks, in order. Each check is in one of them."""
    stretch: Stretch | None = None
    for check in checks:
        if stretch is not None and stretch.takes(check):
            stretch.take(check)
            continue
        if stretch is not None:
            yield stretch
        stretch = Stretch.of(check)
    if stretch is not None:
        yield stretch


def pack(first: datetime, later: Sequence[datetime]) -> bytes:
    """Return later instants as the microseconds between them, 7 bits a byte, lowest first.

    https://en.wikipedia.org/wiki/LEB128
    """
    packed = bytearray()
    for before, instant in zip((first, *later), later, strict=False):
        left = (instant - before) // _MICROSECOND
        while left >= _MORE:
            packed.append(left % _MORE | _MORE)
            left >>= _BITS
        packed.append(left)
    return bytes(packed)


def unpack(first: datetime, packed: bytes | None) -> list[datetime]:
    """Return the instants that `pack` was given; none for None."""
    instants: list[datetime] = []
    elapsed = place = 0
    for byte in packed or b"":
        elapsed += byte % _MORE << place
        place += _BITS
        if byte < _MORE:
            first += elapsed * _MICROSECOND
            instants.append(first)
            elapsed = place = 0
    return instants


def last_by(moment: datetime, first: datetime, packed: bytes | None) -> datetime:
    """Return the last check of a stretch by that moment. It began by then."""
    return max([first, *(at for at in unpack(first, packed) if at <= moment)])
