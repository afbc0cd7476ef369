"""The buttons of a card and their values."""

from __future__ import annotations

import json
from typing import Any

from msgspec.structs import replace

from monitor.messages import SAMPLE, FieldChange, RoleMessage, Why, card_of
from monitor.notify.slack.draw import draw, draw_reply
from tests.support.alerts import opened, revised
from tests.support.block_rules import faults

POSTING = "greenhouse:examplelabs:1"


def pressed(blocks: list[dict[str, Any]]) -> dict[str, str]:
    """Return the value of each button by its action."""
    assert faults(blocks) == []
    found = [
        element for block in blocks if block["type"] == "actions" for element in block["elements"]
    ]
    return {
        one["action_id"]: one.get("value") or one.get("url") or json.dumps(one.get("options"))
        for one in found
    }


def of(message: RoleMessage, *, interactive: bool = True) -> dict[str, str]:
    told, card = (
        pressed(draw(one, interactive=interactive)[1]) for one in (message, card_of(message))
    )
    assert told == card
    return told


def test_a_new_role_has_every_button() -> None:
    assert of(opened()) == {
        "role_open": "https://jobs.example/1",
        "role_save": POSTING,
        "role_mute": POSTING,
        "rule_mute": "engineers",
        "role_why": POSTING,
    }


def test_a_sample_has_only_the_link() -> None:
    sample = opened()
    assert of(replace(sample, role=replace(sample.role, posting=f"{SAMPLE}rolewatch:1"))) == {
        "role_open": "https://jobs.example/1"
    }


def test_without_an_app_token_there_is_only_the_link() -> None:
    assert of(opened(), interactive=False) == {"role_open": "https://jobs.example/1"}
    assert pressed(draw_reply(revised())[1]) == {}


def test_a_revised_role_has_its_diff_on_card_and_reply() -> None:
    assert of(revised())["role_diff"] == POSTING
    described = revised("1", FieldChange("description", "One two three.", "One two four."))
    assert pressed(draw_reply(described, interactive=True)[1]) == {"role_diff": POSTING}
    assert pressed(draw_reply(replace(described, version=3), interactive=True)[1]) == {
        "role_diff": f"{POSTING} 3"
    }
    assert pressed(draw_reply(revised(), interactive=True)[1]) == {}
    assert pressed(draw_reply(opened(kind="closed"), interactive=True)[1]) == {}


def test_a_closed_role_cannot_be_muted() -> None:
    assert list(of(opened(kind="closed"))) == ["role_open", "role_save", "role_why"]


def test_several_rules_are_a_menu() -> None:
    message = opened(
        why=(Why("a", "x"), Why("b", "y"), Why("a", "z"), Why("r" * 200, "too long for a menu"))
    )
    options = json.loads(of(message)["rule_mute"])
    assert [(option["text"]["text"], option["value"]) for option in options] == [
        ("a", "a"),
        ("b", "b"),
    ]


def test_names_beyond_slacks_limits_break_no_message() -> None:
    assert "rule_mute" not in of(opened(why=(Why("r" * 2001, "x"),)))
    assert list(of(opened(key="k" * 2001))) == ["role_open"]
