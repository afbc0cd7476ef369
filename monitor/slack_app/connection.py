"""The websocket to Slack, and a new one whenever it ends. https://docs.slack.dev/apis/events-api/using-socket-mode

Each envelope is acknowledged first, since Slack waits only three seconds. slack_sdk opens the
connection; its Socket Mode client is not used. Tried with slack_sdk 3.48: an address is good for
one connection, and after a failure the client tries the same address for ever (27 tries in 8 s, no
second address requested, never connected); a revoked token gives a traceback every few seconds.
slack_bolt has the same client inside. Here a failure asks for a new address with a growing wait,
and the next connection opens before the old one ends, so that no click is lost between the two.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final

import aiohttp
import msgspec
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from monitor.config.model import SlackSettings
from monitor.notify.slack.errors import TRANSPORT, answer

log = structlog.get_logger()

# seconds between two pings; half as long without an answer, and the line is dead
HEARTBEAT: Final = 20.0
_LONGEST: Final = 4 * 1024 * 1024  # bytes of one envelope
Envelope = dict[str, Any]


class SocketConnection:
    """An open websocket, read until it ends. `hear` gets each envelope, acknowledged, and must not wait."""

    def __init__(
        self, socket: aiohttp.ClientWebSocketResponse, hear: Callable[[Envelope], None]
    ) -> None:
        self._socket = socket
        self._hear = hear
        self.greeted = asyncio.Event()  # Slack has said hello
        self.connections = 1  # of the app, this one among them
        self.leaving = asyncio.Event()  # it is over, or Slack says that it will be soon
        self.reason = "it was dropped"
        self.dropped = False  # it ended without a word
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def open(
        cls, session: aiohttp.ClientSession, url: str, hear: Callable[[Envelope], None]
    ) -> SocketConnection:
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
            # Slack tells the person that it failed; what he asked for is done all the same
            with suppress(aiohttp.ClientError, OSError):
                await self._socket.send_str(
                    msgspec.json.encode({"envelope_id": envelope_id}).decode()
                )


log = structlog.get_logger()

FIRST_WAIT: Final = 1.0  # seconds after a failure, doubled with each
LONGEST_WAIT: Final = 60.0
HELLO: Final = 10.0  # seconds that Slack may take to open a websocket and say hello
_OVERLAP: Final = 1.0  # seconds that an old line still hears
_SHORT: Final = 5.0  # seconds; a line that is dropped sooner counts as a failure
_PASSES: Final = frozenset(
    {
        "ratelimited",
        "internal_error",
        "fatal_error",
        "service_unavailable",
        "request_timeout",
        "team_added_to_org",
    }
)
_CHECK: Final = "look at Slack's app: is Socket Mode on, is the app-level token there, with the scope connections:write?"
# where it is set, not what it is
_TOKEN: Final = "set a valid app-level token (xapp-…) in $SLACK_APP_TOKEN"  # noqa: S105
_WORDS: Final = {
    "not_authed": _TOKEN,
    "invalid_auth": _TOKEN,
    "account_inactive": _TOKEN,
    "token_revoked": _TOKEN,
    "token_expired": _TOKEN,
    "not_allowed_token_type": "$SLACK_APP_TOKEN must be an app-level token (xapp-…), another kind is there",
    "missing_scope": "the app-level token needs the scope connections:write",
}


class Refused(Exception):  # what Slack says  # noqa: N818
    """No line for now. `words`: for a person who must act, None where waiting may help; `wait`: seconds that Slack asks for."""

    def __init__(self, reason: str, words: str | None = None, wait: float | None = None) -> None:
        super().__init__(reason)
        self.reason, self.words, self.wait = reason, words, wait


class SocketManager:
    """Keeps a line open with the newest settings; `tell` gives the operator the reason and what a person must do, once."""

    def __init__(
        self,
        settings: Callable[[], SlackSettings],
        hear: Callable[[Envelope], None],
        tell: Callable[[str, str], Awaitable[None]],
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._settings = settings
        self._hear = hear
        self._tell = tell
        self._sleep = sleep
        self._told: str | None = None
        self._line: SocketConnection | None = None
        self._failures = 0  # in a row
        self._quiet = logging.getLogger(f"{__name__}.http")
        self._quiet.setLevel(logging.WARNING)  # its debug lines hold addresses that are secrets

    async def run(self) -> None:
        """Until it is cancelled."""
        # a proxy, as slack_sdk takes it from the environment
        async with aiohttp.ClientSession(trust_env=True) as session:
            try:
                while True:
                    before, self._line = self._line, await self._next(session)
                    if before is not None:
                        await before.close(after=_OVERLAP)
                    elif self._line.connections != 1:
                        log.warning(
                            "others hear this slack app too, and get some of its clicks",
                            connections=self._line.connections,
                        )
                    await self._stay(self._line)
            finally:
                if self._line is not None:
                    await self._line.close()
                self._line = None

    async def _stay(self, line: SocketConnection) -> None:
        """Until the line is over, or will be soon."""
        log.info("slack's buttons and commands are heard")
        loop = asyncio.get_running_loop()
        began = loop.time()
        await line.leaving.wait()
        log.info("the connection to slack ends, beginning another", reason=line.reason)
        if line.dropped and loop.time() - began < _SHORT:
            await self._fail(None)
        else:
            self._failures = 0

    async def _next(self, session: aiohttp.ClientSession) -> SocketConnection:
        """A line on which Slack has said hello, however long that takes."""
        while True:
            try:
                line = await self._connect(session)
            except Refused as refused:
                await self._report(refused)
                await self._fail(refused.wait)
            else:
                self._told = None
                return line

    async def _fail(self, wait: float | None) -> None:
        """Waits as long as Slack asks, or longer with each failure."""
        grown = min(LONGEST_WAIT, FIRST_WAIT * (1 << min(self._failures, 16)))
        self._failures += 1
        await self._sleep(grown if wait is None else wait)

    async def _report(self, refused: Refused) -> None:
        log.warning(
            "slack's buttons and commands are not heard, trying again", reason=refused.reason
        )
        if refused.words is not None and refused.words != self._told:
            await self._tell(refused.reason, refused.words)
            self._told = refused.words

    async def _connect(self, session: aiohttp.ClientSession) -> SocketConnection:
        url = await self._address()
        loop = asyncio.get_running_loop()
        until = loop.time() + HELLO  # of the handshake and the greeting together
        try:
            async with asyncio.timeout_at(until):
                line = await SocketConnection.open(session, url, self._hear)
        except TRANSPORT as error:
            raise Refused(type(error).__name__) from error
        greeted, over = (
            asyncio.ensure_future(line.greeted.wait()),
            asyncio.ensure_future(line.leaving.wait()),
        )
        await asyncio.wait(
            (greeted, over),
            timeout=max(0.0, until - loop.time()),
            return_when=asyncio.FIRST_COMPLETED,
        )
        for waiting in (greeted, over):
            waiting.cancel()
        if not line.greeted.is_set():
            await line.close()
            raise Refused(line.reason if line.leaving.is_set() else "Slack did not say hello")
        return line

    async def _address(self) -> str:
        """A new address, good for one connection: https://docs.slack.dev/reference/methods/apps.connections.open"""
        settings = self._settings()
        token = settings.app_token.get_secret_value() if settings.app_token else ""
        client = AsyncWebClient(
            base_url=settings.api_url, timeout=20, retry_handlers=[], logger=self._quiet
        )
        try:
            opened = await client.apps_connections_open(app_token=token)
            return str(opened["url"])
        except SlackApiError as error:
            said = answer(error)
            if said.word is None or said.word in _PASSES:
                raise Refused(said.word or f"HTTP {said.status}", wait=said.wait) from error
            raise Refused(said.word, _WORDS.get(said.word, _CHECK)) from error
        except TRANSPORT as error:
            raise Refused(type(error).__name__) from error
