"""The daemon with the strict Slack of `tests/support/strict_slack`: buttons and commands."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.greenhouse import job
from tests.support.running import until
from tests.support.simulator import simulating
from tests.support.slack_workspace import ALICE, BOB, Workspace, working


@pytest.fixture
def address() -> Iterator[str]:
    with simulating("--rate", "0") as address:
        yield address


@pytest.fixture
async def workspace(tmp_path: Path, address: str) -> AsyncIterator[Workspace]:
    async with working(tmp_path, address) as workspace:
        yield workspace


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


@pytest.mark.slow
async def test_every_button_of_a_real_card_has_its_effect_once(workspace: Workspace) -> None:
    ts = await card(workspace)
    for action in ("role_open", "role_save"):
        await workspace.click(action, ts, user=ALICE, duplicate=True, settle=1.0)
    posting = "greenhouse:examplelabs:9"
    for name in ("role_why", "role_diff", "role_mute"):
        choice = {"value": f"{name} {posting}", "user": ALICE, "duplicate": True}
        await workspace.click("role_menu", ts, **choice, settle=1.0)
    asked = await workspace.click("role_menu", ts, value=f"rule_mute {posting}", settle=1.0)
    [question] = asked["ephemeral"]
    await workspace.control(
        "click", action_id="rule_mute", answer=question["ts"], duplicate=True, settle=1.0
    )
    refused = await workspace.click(
        "role_menu", ts, value=f"role_mute {posting}", user=BOB, settle=1.0
    )
    assert "affects everyone" in json.dumps(refused["calls_after"])
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
    choice = {"value": "role_mute greenhouse:examplelabs:9", "user": ALICE}
    await workspace.click("role_menu", ts, **choice, settle=1.0)
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
