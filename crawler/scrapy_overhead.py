"""Leave out what Scrapy does at each request for readers that our crawls do not have.

A request sends seven signals, to which nothing of ours is connected. It makes a log line of a level
that is off. Together they are a tenth of its CPU time.
"""

from __future__ import annotations

from typing import Any

from scrapy.logformatter import LogFormatter
from scrapy.signalmanager import SignalManager


class ConnectedSignals(SignalManager):
    """Sends a signal only if a receiver was ever connected to it."""

    def __init__(self, sender: object) -> None:
        super().__init__(sender)
        self._connected: set[object] = set()

    # Any, here and below: Scrapy's signature
    def connect(self, receiver: Any, signal: Any, **kwargs: Any) -> None:  # noqa: ANN401
        self._connected.add(signal)
        super().connect(receiver, signal, **kwargs)

    def send_catch_log(self, signal: Any, **kwargs: Any) -> list[tuple[Any, Any]]:  # noqa: ANN401
        return super().send_catch_log(signal, **kwargs) if signal in self._connected else []


class NoLineForResponses(LogFormatter):
    """Makes no log line of a response. A result says what came of it."""

    def crawled(self, *_: object) -> None:  # type: ignore[override]  # Scrapy takes None
        return None
