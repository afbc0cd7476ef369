"""Calls of libraries that know no event loop, in threads of their own.

A thread cannot be ended from outside. One whose call takes too long is left behind, and counted
until it ends: with too many of them nothing new is called.
"""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Final, TypeVar

Done = TypeVar("Done")
MOST_LEFT: Final = 5  # threads left behind by one channel


class TooManyLeftError(Exception):
    """Earlier calls have not ended, so this one was not made. `left`: how many."""

    def __init__(self, left: int) -> None:
        super().__init__(
            "an earlier call has not ended" if left == 1 else f"{left} earlier calls have not ended"
        )
        self.left = left


@dataclass
class _Call:
    is_left: bool = False
    has_ended: bool = False


@dataclass
class Threads:
    """Makes calls in threads, at most `most_left` of a key left behind."""

    most_left: int = MOST_LEFT
    left: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    # the thread cannot be cancelled
    async def call(self, key: str, work: Callable[[], Done], timeout: float) -> Done:  # noqa: ASYNC109
        """Return what `work` returns. Raises TimeoutError, TooManyLeftError when no call was made, and what `work` raises."""
        if self.left[key] >= self.most_left:
            raise TooManyLeftError(self.left[key])
        one, answer = _Call(), Future[Done]()
        answer.set_running_or_notify_cancel()  # so that it may answer after we have gone
        # the program's end does not wait for it
        threading.Thread(target=self._run, args=(key, one, work, answer), daemon=True).start()
        try:
            return await asyncio.wait_for(asyncio.wrap_future(answer), timeout)
        finally:
            with self._lock:
                one.is_left = not one.has_ended
                self.left[key] += one.is_left

    def _run(self, key: str, one: _Call, work: Callable[[], Done], answer: Future[Done]) -> None:
        try:
            result = work()
        # it is the caller's, who is in another thread
        except BaseException as error:  # noqa: BLE001
            self._end(key, one)
            answer.set_exception(error)
        else:
            self._end(key, one)
            answer.set_result(result)

    def _end(self, key: str, one: _Call) -> None:
        with self._lock:
            one.has_ended = True
            self.left[key] -= one.is_left


# of the program: changed settings make new notifiers, and the threads stay
THREADS: Final = Threads()
