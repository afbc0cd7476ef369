"""Results that several requests share for a short time."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, TypeVar, cast

T = TypeVar("T")
_MOST = 200  # results


@dataclass(slots=True)
class Cache:
    """Keeps results by their key. Requests for one result at once make it once."""

    _made: dict[Hashable, tuple[datetime, Any]] = field(default_factory=dict)
    _making: dict[Hashable, Lock] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def get(self, key: Hashable, make: Callable[[], T], now: datetime, keep: timedelta) -> T:
        """Return the result of `make`, or one that is not older than `keep`."""
        with self._lock:
            making = self._making.setdefault(key, Lock())
        with making:
            made_at, made = self._made.get(key, (None, None))
            if made_at is None or not timedelta(0) <= now - made_at <= keep:
                made = make()
                self._store(key, now, made)
            return cast("T", made)

    def _store(self, key: Hashable, now: datetime, made: object) -> None:
        with self._lock:
            if len(self._made) >= _MOST:
                self._made.clear()
                self._making.clear()
            self._made[key] = (now, made)
