"""One websocket to Slack: https://docs.slack.dev/apis/events-api/using-socket-mode

Every envelope is acknowledged before anything else is done with it, since Slack waits three seconds whatever our database does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import aiohttp
import msgspec
import structlog

log = structlog.get_logger()

HEARTBEAT: Final = 20.0  # seconds between two pings; half as long without an answer, and the line is dead
_LONGEST: Final = 4 * 1024 * 1024  # bytes of one envelope
Envelope = dict[str, Any]


class Line:
    """An open websocket, read until it ends. `hear` gets each envelope, acknowledged, and must not wait."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, hear: Callable[[Envelope], None]) -> None:
        self._socket = socket
        self._hear = hear
        self.greeted = asyncio.Event()  # Slack has said hello
        self.connections = 1  # of the app, this one among them
        self.leaving = asyncio.Event()  # it is over, or Slack says that it will be soon
        self.reason = "it was dropped"
        self.dropped = False  # it ended without a word
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def open(cls, session: aiohttp.ClientSession, url: str, hear: Callable[[Envelope], None]) -> Line:
        """Raises aiohttp.ClientError or TimeoutError."""
        return cls(await session.ws_connect(url, heartbeat=HEARTBEAT, max_msg_size=_LONGEST), hear)

    async def close(self, after: float = 0.0) -> None:
        """Ends it, after so many seconds in which it still hears."""
        if after:
            await asyncio.wait([self._reading], timeout=after)
        with suppress(aiohttp.ClientError, OSError, TimeoutError):
            await self._socket.close()
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)

    async def _read(self) -> None:
        try:
            async for message in self._socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    await self._take(message.data)
        finally:
            self.dropped = not self.leaving.is_set()
            self.leaving.set()

    async def _take(self, text: str) -> None:
        try:
            envelope = msgspec.json.decode(text, type=Envelope)
        except (msgspec.DecodeError, RecursionError):
            log.warning("slack sent what is no JSON object", characters=len(text))
            return
        match envelope.get("type"):
            case "hello":
                self.connections = envelope.get("num_connections", 1)
                self.greeted.set()
            case "disconnect":
                self.reason = str(envelope.get("reason"))
                self.leaving.set()
            case _:
                await self._acknowledge(envelope)
                self._hear(envelope)

    async def _acknowledge(self, envelope: Envelope) -> None:
        envelope_id = envelope.get("envelope_id")
        if isinstance(envelope_id, str):
            with suppress(aiohttp.ClientError, OSError):  # Slack tells the person that it failed; what he asked for is done all the same
                await self._socket.send_str(msgspec.json.encode({"envelope_id": envelope_id}).decode())
