"""Run blocking calls of a library in threads of their own.

A thread cannot be stopped from outside. One whose call takes too long is left behind and counted
until it ends. With too many of them, no new call is made.

`Apprise.async_notify` is not used: the program joins its executor threads at exit, which a hanging
call would delay.
"""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Final, TypeVar

from monitor.notify.base import ChannelRefusedError, NotifyError, Receipt, UnconfirmedError

Done = TypeVar("Done")
MOST_LEFT: Final = 5  # threads left behind by one channel


class TooManyLeftError(ChannelRefusedError):
    """No call was made, since `left` earlier calls have not ended."""

    def __init__(self, left: int) -> None:
        calls = "an earlier call has" if left == 1 else f"{left} earlier calls have"
        super().__init__(f"not sent, will be retried: {calls} not ended")
        self.left = left


@dataclass
class _Call:
    is_left: bool = False
    has_ended: bool = False


@dataclass
class Threads:
    """Runs calls in threads. At most `most_left` threads of a key are left behind."""

    most_left: int = MOST_LEFT
    left: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    async def send(
        self,
        key: str,
        work: Callable[[], bool],
        timeout: float,  # as in `call`  # noqa: ASYNC109
    ) -> Receipt:
        """Send with a library's call that only says whether the service accepted the message.

        Raises NotifyError: anything but yes may have arrived, and needs a person.
        """
        try:
            accepted = await self.call(key, work, timeout)
        except NotifyError:
            raise
        except Exception as error:  # its text may hold an address  # noqa: BLE001
            raise UnconfirmedError(f"no answer ({type(error).__name__})", permanent=True) from None
        if not accepted:
            raise UnconfirmedError(
                "the service refused the message or did not answer", permanent=True
            )
        return Receipt()

    async def call(
        self,
        key: str,
        work: Callable[[], Done],
        timeout: float,  # the thread runs on after it  # noqa: ASYNC109
    ) -> Done:
        """Return the result of `work`.

        Raises TimeoutError, TooManyLeftError if no call was made, and any error of `work`.
        """
        if self.left[key] >= self.most_left:
            raise TooManyLeftError(self.left[key])
        call, result = _Call(), Future[Done]()
        result.set_running_or_notify_cancel()  # it may be set after the timeout
        # daemon: the program does not wait for it at exit
        threading.Thread(target=self._run, args=(key, call, work, result), daemon=True).start()
        try:
            return await asyncio.wait_for(asyncio.wrap_future(result), timeout)
        finally:
            with self._lock:
                call.is_left = not call.has_ended
                self.left[key] += call.is_left

    def _run(self, key: str, call: _Call, work: Callable[[], Done], result: Future[Done]) -> None:
        try:
            done = work()
        except BaseException as error:  # the caller in another thread gets it  # noqa: BLE001
            self._end(key, call)
            result.set_exception(error)
        else:
            self._end(key, call)
            result.set_result(done)

    def _end(self, key: str, call: _Call) -> None:
        with self._lock:
            call.has_ended = True
            self.left[key] -= call.is_left


# one for the whole program: changed settings make new notifiers, and the threads stay
THREADS: Final = Threads()
