"""Calls of libraries that know no event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

Done = TypeVar("Done")


async def call(work: Callable[[], Done], timeout: float) -> Done:  # noqa: ASYNC109  # the thread cannot be cancelled: it is left alone
    """What `work` gives, in a thread of its own that nobody waits for after `timeout` seconds. Raises TimeoutError, and what it raises."""
    answer: Future[Done] = Future()
    answer.set_running_or_notify_cancel()  # so that it may answer after we have gone
    threading.Thread(target=_answer, args=(work, answer), daemon=True).start()  # the end of the program does not wait either
    return await asyncio.wait_for(asyncio.wrap_future(answer), timeout)


def _answer(work: Callable[[], Done], answer: Future[Done]) -> None:
    try:
        answer.set_result(work())
    except BaseException as error:  # noqa: BLE001  # it is the caller's, who is in another thread
        answer.set_exception(error)
