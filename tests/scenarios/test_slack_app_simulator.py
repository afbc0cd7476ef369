"""The daemon with the strict Slack of `tests/support/strict_slack`: buttons and commands."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from monitor.demo.board_server import BoardServer
from tests.support.greenhouse import job
from tests.support.running import Place, stopped, until
from tests.support.simulator import simulating

BOT = "xoxb-100000000000-200000000000-simulatorBotToken"
APP = "xapp-1-A0SIMAPP01-300000000000-simulatorAppToken"
ALICE, BOB = "U0ALICE001", "U0BOBBY001"


@pytest.fixture
def address() -> Iterator[str]:
    with simulating("--rate", "0") as address:
        yield address


class Workspace:
    """The simulator's own word, a board, and the daemon between them."""

    def __init__(
        self, base: str, session: aiohttp.ClientSession, place: Place, boards: BoardServer
    ) -> None:
        self.base, self.session, self.place, self.boards = base, session, place, boards

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
        clicked = await self.control("click", action_id=action, ts=ts, channel="C0ROLES001", **more)
        assert clicked.get("acked"), clicked
        assert clicked["ack_ms"] < 1000
        return clicked

    async def slash(self, text: str) -> list[dict[str, Any]]:
        typed = await self.control("slash", command="/rolewatch", text=text, settle=1.0)
        assert typed.get("acked"), typed
        assert typed["ack_ms"] < 1000
        found: list[dict[str, Any]] = typed["ephemeral"]
        return found

    async def calm(self) -> None:
        """Nothing to complain of, nothing refused for its form."""
        assert (await self.control("lint"))["lints"] == []
        state = await self.control("state")
        assert [outcome for outcome in state["outcomes"] if "invalid_" in outcome] == []


@pytest.fixture
async def workspace(tmp_path: Path, address: str) -> AsyncIterator[Workspace]:
    async with BoardServer() as boards, aiohttp.ClientSession() as session:
        boards.board(
            "examplelabs",
            *(job(key, title=f"Research Engineer, Team {key}") for key in range(1, 4)),
        )
        place = Place(tmp_path, boards.url, f"{address}/api/", BOT, app_token=APP)
        place.configure(f'admins = ["{ALICE}"]\n')
        workspace = Workspace(address, session, place, boards)
        try:
            daemon = await place.start("run")
            await until(lambda: place.ask("SELECT 1 FROM alerts WHERE state = 'sent'"), within=60)
            yield workspace
            assert await stopped(daemon) < 10
            assert daemon.returncode == 0
            await workspace.calm()
        finally:
            place.kill_all()


async def card(workspace: Workspace) -> str:
    """Return the ts of the card of a role that opened and was revised."""
    listed = workspace.boards.boards["examplelabs"]
    listed.jobs.append(job(9, title="Research Engineer, New"))
    await until(
        lambda: workspace.place.ask("SELECT 1 FROM alerts WHERE kind = 'opened' AND state = 'sent'")
    )
    listed.jobs[-1] = job(9, title="Research Engineer, Newer")
    await until(
        lambda: workspace.place.ask(
            "SELECT 1 FROM card WHERE shown = wanted AND shows LIKE '%Newer%'"
        )
    )
    return str((await workspace.cards())[-1]["ts"])


async def test_every_button_of_a_real_card_has_its_effect_once(workspace: Workspace) -> None:
    ts = await card(workspace)
    for action in ("role_open", "role_save", "role_why", "role_diff", "role_mute", "rule_mute"):
        await workspace.click(action, ts, user=ALICE, duplicate=True, settle=1.0)
    assert "affects everyone" in json.dumps(
        (await workspace.click("role_mute", ts, user=BOB, settle=1.0))["calls_after"]
    )
    state = await workspace.control("state")
    assert [one["complete"] for one in state["files"].values()] == [True]
    assert workspace.place.ask("SELECT count(*) FROM saved") == [(1,)]
    assert workspace.place.ask("SELECT channel, rule FROM mute ORDER BY id") == [
        ("slack:#roles", None),
        ("slack:#roles", "research-engineer"),
    ]
    [shown] = [one for one in await workspace.cards() if one["ts"] == ts]
    announced = [one for one in shown["replies"] if "mute_undo" in json.dumps(one.get("blocks"))]
    assert len(announced) == 2
    for one in announced:
        await workspace.click("mute_undo", one["ts"], user=ALICE, duplicate=True, settle=1.0)
    assert workspace.place.ask("SELECT count(*) FROM mute WHERE ended_at IS NULL") == [(0,)]


@pytest.mark.slow
async def test_a_muted_role_is_edited_and_not_reported(workspace: Workspace) -> None:
    ts = await card(workspace)
    await workspace.click("role_mute", ts, user=ALICE, settle=1.0)
    replies = len((await workspace.cards())[-1]["replies"])
    workspace.boards.boards["examplelabs"].jobs[-1] = job(9, title="Research Engineer, Muted")
    await until(
        lambda: workspace.place.ask(
            "SELECT 1 FROM card WHERE shown = wanted AND shows LIKE '%Muted%'"
        )
    )
    shown = (await workspace.cards())[-1]
    assert "Research Engineer, Muted" in json.dumps(shown["blocks"])
    assert len(shown["replies"]) == replies
    assert workspace.place.ask("SELECT reason FROM alerts WHERE state = 'discarded'") == [
        (f"{ALICE} muted this role here",)
    ]


@pytest.mark.slow
async def test_commands_are_answered_to_the_one_who_asked_whatever_becomes_of_the_connection(
    workspace: Workspace,
) -> None:
    texts = (
        "roles research engineer at example labs",
        "history team 1",
        "rules",
        "status",
        "saved",
        "help",
        "",
        "rolse",
        "roles at nowhere",
    )
    for text in texts:
        [answer] = await workspace.slash(text)
        assert (answer["user"], answer["via"]) == (ALICE, "response_url")
    for reason in ("refresh_requested", "warning", "link_disabled", "drop"):
        await workspace.control("disconnect", reason=reason, grace=0.2)
        await asyncio.sleep(2)
        assert (await workspace.control("state"))["sockets"] == 1
        assert len(await workspace.slash("help")) == 1
