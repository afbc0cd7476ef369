"""Results that take longer to make than a reader waits: counts and pictures of a whole history.

Each has a basis, such as the id of the last check: while that stays, so does the result. When it
changes, a new result is made in a thread of its own, and the old one is shown until it is there. A
result that takes long is made seldom, so that it uses at most a twentieth of a processor.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Event, Lock, Semaphore, Thread
from typing import Any, Final, TypeVar, cast

import structlog

log = structlog.get_logger()
T = TypeVar("T")

FIRST_WAIT: Final = 8.0  # seconds that the first reader waits; a request has ten
_SHORT: Final = 0.1  # seconds: what took no longer is made, and waited for, each time
_LONGEST_PAUSE: Final = 300.0  # seconds
_SHARE: Final = 20
_MOST: Final = 500  # results
AT_ONCE: Final = 3  # results that are made; each has a connection of its own


@dataclass(frozen=True, slots=True)
class _Made:
    """A result, and when it was made. An error is a result too."""

    basis: Hashable
    value: Any
    error: Exception | None
    at: float  # of the clock, in seconds
    took: float

    @property
    def pause(self) -> float:
        """The seconds until a new one may be made."""
        return 0.0 if self.took <= _SHORT else min(_LONGEST_PAUSE, _SHARE * self.took)

    def result(self) -> Any:  # noqa: ANN401  # of any type
        if self.error is not None:
            raise self.error
        return self.value


@dataclass(slots=True)
class Prepared:
    """Keeps results by their key, and makes new ones beside the requests."""

    clock: Callable[[], float] = time.monotonic
    _made: dict[Hashable, _Made] = field(default_factory=dict)
    _making: dict[Hashable, Event] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)
    _slots: Semaphore = field(default_factory=lambda: Semaphore(AT_ONCE))

    def get(
        self,
        key: Hashable,
        basis: Hashable,
        make: Callable[[], T],
        wait: float = FIRST_WAIT,
    ) -> T | None:
        """Return the newest result, which may be of an older basis. None if there is none yet."""
        old = self._made.get(key)
        if old is not None and old.basis == basis and old.error is None:
            return cast("T", old.value)
        if old is not None and self.clock() - old.at < old.pause:
            return cast("T", old.result())
        done = self._start(key, basis, make)
        if old is None or old.error is not None:
            done.wait(wait)
        elif old.took <= _SHORT:
            done.wait(_SHORT)
        newest = self._made.get(key)
        return None if newest is None else cast("T", newest.result())

    def _start(self, key: Hashable, basis: Hashable, make: Callable[[], Any]) -> Event:
        """Make a result in a thread, unless one does so already. Return what it sets at its end."""
        with self._lock:
            running = self._making.get(key)
            if running is not None:
                return running
            done = self._making[key] = Event()
        work = Thread(
            target=self._run, args=(key, basis, make, done), name="rolewatch-page", daemon=True
        )
        work.start()
        return done

    def _run(self, key: Hashable, basis: Hashable, make: Callable[[], Any], done: Event) -> None:
        value, error = None, None
        with self._slots:
            begun = self.clock()
            try:
                value = make()
            except Exception as failed:  # noqa: BLE001  # the reader gets it, and the thread ends
                log.warning(
                    "page_result_not_computed", result=str(key), reason=type(failed).__name__
                )
                error = failed
            now = self.clock()
        with self._lock:
            kept = self._made.get(key)
            if error is None or kept is None or kept.error is not None:
                if key not in self._made and len(self._made) >= _MOST:
                    self._made.clear()
                self._made[key] = _Made(basis, value, error, now, now - begun)
            del self._making[key]
        done.set()
