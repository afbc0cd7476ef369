"""The controls of a card and their values."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from monitor.message_parts import FieldChange, Why
from monitor.messages import SAMPLE, RoleMessage, card_of
from monitor.notify.compose.style import Style
from monitor.notify.slack.draw import draw, draw_reply
from tests.support.alerts import opened, revised
from tests.support.block_rules import faults

POSTING = "greenhouse:examplelabs:1"
BUTTONS = Style(interactive=True)


def pressed(blocks: list[dict[str, Any]]) -> dict[str, str]:
    """Return the value of each button by its action, and the options of a menu by theirs."""
    assert faults(blocks) == []
    found: dict[str, str] = {}
    for block in blocks:
        for one in block["elements"] if block["type"] == "actions" else ():
            for option in one.get("options", ()):
                action, _, value = option["value"].partition(" ")
                found[action] = option.get("url") or value
            if "options" not in one:
                found[one["action_id"]] = one.get("value") or one["url"]
    return found


def of(message: RoleMessage, style: Style = BUTTONS) -> dict[str, str]:
    first, card = (pressed(draw(one, style)[1]) for one in (message, card_of(message)))
    assert first == card
    return first


def test_a_new_role_has_every_control() -> None:
    assert of(opened()) == {
        "role_open": "https://jobs.example/1",
        "role_save": POSTING,
        "role_why": POSTING,
        "role_mute": POSTING,
        "rule_mute": POSTING,
    }


def test_a_sample_has_no_controls() -> None:
    sample = opened()
    named = replace(sample, role=replace(sample.role, posting=f"{SAMPLE}rolewatch:1"))
    assert pressed(draw(named, BUTTONS)[1]) == {}


def test_without_an_app_token_there_is_only_the_link() -> None:
    assert of(opened(), Style()) == {"role_open": "https://jobs.example/1"}
    assert pressed(draw_reply(revised())[1]) == {}


def test_a_revised_role_has_its_diff_on_the_card() -> None:
    assert of(revised())["role_diff"] == POSTING


@pytest.mark.parametrize(("version", "value"), [(None, POSTING), (3, f"{POSTING} 3")])
def test_an_edited_description_has_its_diff_on_the_reply(version: int | None, value: str) -> None:
    described = revised("1", FieldChange("description", "One two three.", "One two four."))
    drawn = draw_reply(replace(described, version=version), BUTTONS)[1]
    assert pressed(drawn) == {"role_diff": value}


def test_other_replies_have_no_controls() -> None:
    assert pressed(draw_reply(revised(), BUTTONS)[1]) == {}
    assert pressed(draw_reply(opened(kind="closed"), BUTTONS)[1]) == {}


def test_a_closed_role_can_be_saved_and_explained_only() -> None:
    assert list(of(opened(kind="closed"))) == ["role_save", "role_why"]


def test_several_rules_share_one_option() -> None:
    message = opened(why=(Why("a", "x"), Why("b", "y")))
    assert of(message)["rule_mute"] == POSTING


def test_the_card_of_a_watch_ends_it_and_mutes_no_rule() -> None:
    controls = of(opened(why=(Why("“engineer” in London", "x", watch=9),)))
    assert controls["watch_end"] == "9"
    assert "rule_mute" not in controls


def test_the_page_has_the_history_of_the_role() -> None:
    style = Style(interactive=True, base_url="https://roles.example.org/")
    assert of(opened(), style)["role_page"] == f"https://roles.example.org/roles/{POSTING}"


def test_names_beyond_slacks_limits_break_no_message() -> None:
    assert list(of(opened(key="k" * 200))) == ["role_open", "role_save"]
    assert list(of(opened(key="k" * 2001))) == ["role_open"]
