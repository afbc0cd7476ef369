"""Personal watches in the daemon, with the strict Slack of `tests/support/strict_slack`."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.greenhouse import job
from tests.support.running import until
from tests.support.simulator import simulating
from tests.support.slack_workspace import ALICE, BOB, Workspace, working

DIRECT = "D0ALICE001"
SENT = "SELECT 1 FROM alerts WHERE rule = 'watch:1' AND state = 'sent'"


@pytest.fixture
def address() -> Iterator[str]:
    with simulating("--rate", "0") as address:
        yield address


@pytest.fixture
async def workspace(tmp_path: Path, address: str) -> AsyncIterator[Workspace]:
    titles = ("Research Engineer, Team 1", "Applied Scientist, Planning")
    async with working(tmp_path, address, titles) as workspace:
        yield workspace


def list_role(workspace: Workspace, key: int, title: str) -> None:
    """Put a role on the board, or change its title."""
    jobs = workspace.boards.boards["examplelabs"].jobs
    jobs[:] = [one for one in jobs if one["id"] != key]
    jobs.append(job(key, title=title))


def values(message: dict[str, Any], action: str) -> list[str]:
    """Return the values that a message's buttons and menus with that action can send."""
    elements = [one for block in message["blocks"] for one in block.get("elements", [])]
    found = [one for one in elements if one.get("action_id") == action]
    options = [option["value"] for one in found for option in one.get("options", [])]
    return options + [one["value"] for one in found if "value" in one]


@pytest.mark.slow
async def test_a_watch_sends_its_person_one_card_and_its_replies(workspace: Workspace) -> None:
    [answer] = await workspace.slash('watch "applied scientist" at example labs')
    assert "Applied Scientist, Planning" in json.dumps(answer["blocks"])
    list_role(workspace, 9, "Senior Applied Scientist")
    await until(lambda: workspace.place.ask(SENT))
    list_role(workspace, 9, "Staff Applied Scientist")
    await until(lambda: len(workspace.place.ask(SENT)) == 2)
    [card] = await workspace.messages(DIRECT)
    assert len(card["replies"]) == 1
    assert "watch_end 1" in values(card, "role_menu")
    assert not any(value.startswith("rule_mute") for value in values(card, "role_menu"))
    ended = await workspace.click("role_menu", card["ts"], value="watch_end 1", channel=DIRECT)
    assert ended["ack_ms"] < 1000
    await until(lambda: workspace.place.ask("SELECT 1 FROM watch WHERE ended_at IS NOT NULL"))
    list_role(workspace, 10, "Principal Applied Scientist")
    await until(lambda: workspace.place.ask("SELECT 1 FROM postings WHERE key = '10'"))
    assert workspace.place.ask("SELECT 1 FROM alerts WHERE posting LIKE '%:10'") == []
    assert len(await workspace.messages(DIRECT)) == 1


async def test_a_kill_between_change_and_message_leaves_one_card(workspace: Workspace) -> None:
    await workspace.slash("watch applied scientist")
    await workspace.control("fault", kind="accept_then_timeout", method="chat.postMessage", count=1)
    list_role(workspace, 9, "Senior Applied Scientist")
    await until(lambda: workspace.place.ask("SELECT 1 FROM alerts WHERE state = 'sending'"))
    await workspace.kill()
    await workspace.control("fault", clear=True)
    await workspace.start()
    await until(lambda: workspace.place.ask(SENT))
    assert len(await workspace.messages(DIRECT)) == 1


@pytest.mark.slow
async def test_home_shows_saved_roles_and_watches_and_drops_them(workspace: Workspace) -> None:
    visit = {"type": "app_home_opened", "user": ALICE, "tab": "home"}
    await workspace.control("event", event=visit, settle=1.0)
    empty = (await workspace.control("state"))["homes"][ALICE]
    assert "You watch nothing yet" in json.dumps(empty)
    await workspace.slash('watch "applied scientist"')
    list_role(workspace, 9, "Senior Applied Scientist")
    await until(lambda: workspace.place.ask(SENT))
    [card] = await workspace.messages(DIRECT)
    await workspace.click("role_save", card["ts"], channel=DIRECT, settle=1.0)
    home = (await workspace.control("state"))["homes"][ALICE]
    shown = json.dumps(home, ensure_ascii=False)
    assert shown.count("Senior Applied Scientist") >= 3  # new, saved, and to remove
    assert "“applied scientist”" in shown
    posting = "greenhouse:examplelabs:9"
    for action, value in (("saved_drop", posting), ("watch_end", "1")):
        order = {"action_id": action, "value": value, "home": True, "user": ALICE}
        clicked = await workspace.control("click", **order, settle=1.0)
        assert clicked.get("acked"), clicked
    shown = json.dumps((await workspace.control("state"))["homes"][ALICE])
    assert "saved_drop" not in shown
    assert "watch_end" not in shown
    assert (await workspace.control("state"))["homes"].get(BOB) is None


@pytest.mark.slow
async def test_a_refused_direct_message_is_reported_to_the_operator_once(
    workspace: Workspace,
) -> None:
    await workspace.slash('watch "applied scientist"')
    await workspace.control(
        "fault", kind="channel_not_found", method="chat.postMessage", channel=ALICE, count=9
    )
    list_role(workspace, 9, "Applied Scientist 9")
    refused = "SELECT 1 FROM alerts WHERE posting LIKE '%:9' AND state = 'failed'"
    await until(lambda: workspace.place.ask(refused))
    list_role(workspace, 10, "Applied Scientist 10")
    await until(lambda: workspace.place.ask("SELECT 1 FROM alerts WHERE posting LIKE '%:10'"))
    channels = workspace.place.ask(f"SELECT channel FROM alerts WHERE why LIKE '%{ALICE}%'")
    assert channels == [("slack:#ops",)]
