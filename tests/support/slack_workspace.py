"""The daemon as a process, the strict Slack of `strict_slack/`, and a board between them."""

from __future__ import annotations

import asyncio
import json
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from monitor.demo.board_server import BoardServer
from tests.support.greenhouse import job
from tests.support.running import Place, stopped, until

BOT = "xoxb-100000000000-200000000000-simulatorBotToken"
APP = "xapp-1-A0SIMAPP01-300000000000-simulatorAppToken"
ALICE, BOB = "U0ALICE001", "U0BOBBY001"


class Workspace:
    """The simulator's own word, a board, and the daemon between them."""

    def __init__(
        self, base: str, session: aiohttp.ClientSession, place: Place, boards: BoardServer
    ) -> None:
        self.base, self.session, self.place, self.boards = base, session, place, boards
        self.daemon: Process | None = None

    async def start(self) -> None:
        """Start the daemon. Return when it has sent an alert and listens to Slack."""
        self.daemon = await self.place.start("run")
        await until(lambda: self.place.ask("SELECT 1 FROM alerts WHERE state = 'sent'"), within=60)
        while (await self.control("state"))["sockets"] != 1:  # noqa: ASYNC110  # of another process
            await asyncio.sleep(0.05)

    async def stop(self) -> None:
        assert self.daemon is not None
        assert await stopped(self.daemon) < 10
        assert self.daemon.returncode == 0

    async def kill(self) -> None:
        assert self.daemon is not None
        self.daemon.kill()
        await self.daemon.wait()

    async def messages(self, channel: str) -> list[dict[str, Any]]:
        """Return the messages of a channel, without replies."""
        channels = (await self.control("state"))["channels"]
        found: list[dict[str, Any]] = next(
            (one["messages"] for one in channels.values() if one["id"] == channel), []
        )
        return found

    async def control(self, what: str, **body: object) -> dict[str, Any]:
        async with self.session.request(
            "POST" if body else "GET", f"{self.base}/_ctl/{what}", json=body or None
        ) as response:
            answer: dict[str, Any] = await response.json()
            return answer

    async def cards(self) -> list[dict[str, Any]]:
        state = await self.control("state")
        found: list[dict[str, Any]] = state["channels"]["roles"]["messages"]
        return [one for one in found if "role_save" in json.dumps(one.get("blocks"))]

    async def click(self, action: str, ts: str, **more: object) -> dict[str, Any]:
        """Return the click as the simulator saw it: acknowledged at once."""
        order = {"action_id": action, "ts": ts, "channel": "C0ROLES001"} | more
        clicked = await self.control("click", **order)
        assert clicked.get("acked"), clicked
        assert clicked["ack_ms"] < 1000
        return clicked

    async def slash(self, text: str, user: str = ALICE) -> list[dict[str, Any]]:
        typed = await self.control("slash", command="/rolewatch", text=text, user=user, settle=1.0)
        assert typed.get("acked"), typed
        assert typed["ack_ms"] < 1000
        found: list[dict[str, Any]] = typed["ephemeral"]
        return found

    async def calm(self) -> None:
        """Nothing to complain of, nothing refused for its form."""
        assert (await self.control("lint"))["lints"] == []
        state = await self.control("state")
        assert [outcome for outcome in state["outcomes"] if "invalid_" in outcome] == []


@asynccontextmanager
async def working(
    folder: Path, address: str, titles: tuple[str, ...] = ()
) -> AsyncIterator[Workspace]:
    """Yield a workspace whose daemon has read its board. Its Slack has no complaint at the end."""
    async with BoardServer() as boards, aiohttp.ClientSession() as session:
        roles = titles or tuple(f"Research Engineer, Team {key}" for key in range(1, 4))
        boards.board("examplelabs", *(job(key, title=title) for key, title in enumerate(roles, 1)))
        place = Place(folder, boards.url, f"{address}/api/", BOT, app_token=APP)
        place.configure(f'admins = ["{ALICE}"]\n')
        workspace = Workspace(address, session, place, boards)
        try:
            await workspace.start()
            yield workspace
            await workspace.stop()
            await workspace.calm()
        finally:
            place.kill_all()
