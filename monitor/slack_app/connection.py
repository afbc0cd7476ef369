"""The websocket to Slack, opened again whenever it ends.

https://docs.slack.dev/apis/events-api/using-socket-mode

Each envelope is acknowledged first, since Slack waits only three seconds.

slack_sdk's Socket Mode client is not used. Tried with slack_sdk 3.48: an address is good for one
connection, and after a failure the client tries the same address forever (27 tries in 8 s, no
second address requested, never connected). A revoked token gives a traceback every few seconds.
slack_bolt contains the same client. Here a failure requests a new address after a growing wait. The
next connection opens before the old one closes, so that no click is lost between the two.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final

import aiohttp
import msgspec
import structlog

from monitor.config.model import SlackSettings
from monitor.notify.http import TRANSPORT
from monitor.slack_app.socket_address import ConnectError, request_address

log = structlog.get_logger()

HEARTBEAT: Final = 20.0  # seconds between two pings; half as long without an answer ends it
FIRST_WAIT: Final = 1.0  # seconds after a failure, doubled with each
LONGEST_WAIT: Final = 60.0
HELLO: Final = 10.0  # seconds that Slack may take to open a websocket and say hello
_OVERLAP: Final = 1.0  # seconds that an old connection is still read
_SHORT: Final = 5.0  # seconds; a connection that is dropped sooner counts as a failure
_LARGEST: Final = 4 * 1024 * 1024  # bytes of one envelope
Envelope = dict[str, Any]


class SocketConnection:
    """An open websocket, read until it ends.

    `receive` is called with each acknowledged envelope and must not wait.
    """

    def __init__(
        self, socket: aiohttp.ClientWebSocketResponse, receive: Callable[[Envelope], None]
    ) -> None:
        self._socket = socket
        self._receive = receive
        self.hello_received = asyncio.Event()
        self.connections = 1  # of the app, this one included
        self.closing = asyncio.Event()  # it has ended, or Slack says that it will soon
        self.reason = "connection lost"
        self.closed_unexpectedly = False
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def open(
        cls, session: aiohttp.ClientSession, url: str, receive: Callable[[Envelope], None]
    ) -> SocketConnection:
        """Open a websocket. Raises aiohttp.ClientError or TimeoutError."""
        socket = await session.ws_connect(url, heartbeat=HEARTBEAT, max_msg_size=_LARGEST)
        return cls(socket, receive)

    async def close(self, after: float = 0.0) -> None:
        """Read for so many seconds more, then close."""
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
                    await self._read_envelope(message.data)
        finally:
            self.closed_unexpectedly = not self.closing.is_set()
            self.closing.set()

    async def _read_envelope(self, text: str) -> None:
        try:
            envelope = msgspec.json.decode(text, type=Envelope)
        except (msgspec.DecodeError, RecursionError):
            log.warning("slack_envelope_not_read", characters=len(text))
            return
        match envelope.get("type"):
            case "hello":
                self.connections = envelope.get("num_connections", 1)
                self.hello_received.set()
            case "disconnect":
                self.reason = str(envelope.get("reason"))
                self.closing.set()
            case _:
                await self._acknowledge(envelope)
                self._receive(envelope)

    async def _acknowledge(self, envelope: Envelope) -> None:
        envelope_id = envelope.get("envelope_id")
        if isinstance(envelope_id, str):
            text = msgspec.json.encode({"envelope_id": envelope_id}).decode()
            # without it Slack shows the person an error, and the click is handled anyway
            with suppress(aiohttp.ClientError, OSError):
                await self._socket.send_str(text)


class SocketManager:
    """Keeps a connection open with the newest settings.

    `notify_operator` gets the reason and the remedy, once for each remedy.
    """

    def __init__(
        self,
        settings: Callable[[], SlackSettings],
        receive: Callable[[Envelope], None],
        notify_operator: Callable[[str, str], Awaitable[None]],
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._settings = settings
        self._receive = receive
        self._notify_operator = notify_operator
        self._sleep = sleep
        self._reported: str | None = None  # the remedy that the operator knows
        self._connection: SocketConnection | None = None
        self._failures = 0  # in a row

    async def run(self) -> None:
        """Run until cancelled."""
        # trust_env: a proxy from the environment, as slack_sdk takes it
        async with aiohttp.ClientSession(trust_env=True) as session:
            try:
                while True:
                    before, self._connection = self._connection, await self._next(session)
                    if before is not None:
                        await before.close(after=_OVERLAP)
                    elif self._connection.connections != 1:
                        log.warning(
                            "slack_app_shared",
                            connections=self._connection.connections,
                        )
                    await self._wait_for_end(self._connection)
            finally:
                if self._connection is not None:
                    await self._connection.close()
                self._connection = None

    async def _wait_for_end(self, connection: SocketConnection) -> None:
        """Wait until the connection has ended, or will end soon."""
        log.info("slack_socket_connected")
        loop = asyncio.get_running_loop()
        began = loop.time()
        await connection.closing.wait()
        log.info("slack_socket_closed", reason=connection.reason)
        if connection.closed_unexpectedly and loop.time() - began < _SHORT:
            await self._back_off(None)
        else:
            self._failures = 0

    async def _next(self, session: aiohttp.ClientSession) -> SocketConnection:
        """Return a connection on which Slack has said hello, however long that takes."""
        while True:
            try:
                connection = await self._connect(session)
            except ConnectError as error:
                await self._report(error)
                await self._back_off(error.wait)
            else:
                self._reported = None
                return connection

    async def _back_off(self, wait: float | None) -> None:
        """Wait as long as Slack asks, or longer with each failure."""
        grown = min(LONGEST_WAIT, FIRST_WAIT * (1 << min(self._failures, 16)))
        self._failures += 1
        await self._sleep(grown if wait is None else wait)

    async def _report(self, error: ConnectError) -> None:
        log.warning("slack_socket_not_connected", reason=error.reason)
        if error.remedy is not None and error.remedy != self._reported:
            await self._notify_operator(error.reason, error.remedy)
            self._reported = error.remedy

    async def _connect(self, session: aiohttp.ClientSession) -> SocketConnection:
        url = await request_address(self._settings())
        loop = asyncio.get_running_loop()
        until = loop.time() + HELLO  # for the handshake and the hello together
        try:
            async with asyncio.timeout_at(until):
                connection = await SocketConnection.open(session, url, self._receive)
        except TRANSPORT as error:
            raise ConnectError(type(error).__name__) from error
        waits = [
            asyncio.ensure_future(event.wait())
            for event in (connection.hello_received, connection.closing)
        ]
        await asyncio.wait(
            waits,
            timeout=max(0.0, until - loop.time()),
            return_when=asyncio.FIRST_COMPLETED,
        )
        for wait in waits:
            wait.cancel()
        if connection.hello_received.is_set():
            return connection
        reason = connection.reason if connection.closing.is_set() else "Slack did not say hello"
        await connection.close()
        raise ConnectError(reason)
