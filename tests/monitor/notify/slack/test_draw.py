"""Messages as Slack gets them: what they say, that Slack takes them, and that no board's text does anything in them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.messages import (
    BoardCount,
    FieldChange,
    FirstCheckSummary,
    GroupMessage,
    Message,
    Role,
    RoleMessage,
    RuleCount,
    Why,
)
from monitor.notify.plain import notification_text, lines
from monitor.notify.slack.draw import draw, draw_reply
from tests.support.alerts import AT, every_kind, notice, opened, reminder, revised, role, summary
from tests.support.block_rules import faults, length, parts

ROOM = 12_000
DEADLINE = datetime(2026, 5, 19, 19, tzinfo=UTC)


def said(message: Message) -> str:
    """All words of the blocks, as they follow each other."""
    return "".join(
        str(part.get("text", ""))
        for part in parts(draw(message)[1])
        if isinstance(part.get("text"), str)
    )


def links(message: Message) -> list[tuple[str, str]]:
    return [
        (part["url"], part["text"])
        for part in parts(draw(message)[1])
        if part.get("type") == "link"
    ]


def test_a_new_role_says_what_a_person_asks_first() -> None:
    message = opened(
        why=(
            Why("engineers", "title has “research engineer”"),
            Why("london", "location has “London”"),
        )
    )
    full = RoleMessage(
        "opened",
        role(deadline_at=DEADLINE, deadline_text="12pm PST Sunday", department="Research"),
        message.why,
        AT,
    )
    words_ = said(full)
    assert links(full) == [("https://jobs.example/1", "Research Engineer")]
    for fact in (
        "New role",
        "Example Labs",
        "London, UK",
        "133,000–240,000 USD/year",
        "Research",
        "“12pm PST Sunday”",
    ):
        assert fact in words_
    assert "Matched engineers: title has “research engineer”" in words_
    assert "Matched london: location has “London”" in words_
    assert "greenhouse / examplelabs · 1" in words_
    dates = [part for part in parts(draw(full)[1]) if part.get("type") == "date"]
    assert [date["timestamp"] for date in dates] == [int(DEADLINE.timestamp())]


def test_what_is_not_known_is_left_out() -> None:
    words_ = said(
        RoleMessage("opened", Role("greenhouse:x:1", "X", "Engineer", "https://x.example"), (), AT)
    )
    assert not any(
        label in words_
        for label in ("Location", "Pay", "Apply by", "Department", "Employment", "first seen")
    )


def test_the_button_opens_the_role_and_needs_no_app_token() -> None:
    buttons = [part for part in parts(draw(opened())[1]) if part.get("type") == "button"]
    assert [(button["action_id"], button["url"]) for button in buttons] == [
        ("role_open", "https://jobs.example/1")
    ]


def test_a_revision_shows_old_and_new_of_each_field() -> None:
    message = revised(
        "1",
        FieldChange("pay", "133000-240000 USD/year", "141000-245000 USD/year"),
        FieldChange("deadline", "2026-05-19T19:00:00.000000Z", ""),
        FieldChange("description", "one two three four", "one two 3 four"),
    )
    shown_ = [part for part in parts(draw(message)[1]) if part.get("type") in {"text", "date"}]
    styles = {part.get("text") or part["fallback"]: part.get("style") for part in shown_}
    assert styles["133,000–240,000 USD/year"] == {"strike": True}
    assert styles["141,000–245,000 USD/year"] == {"bold": True}
    assert styles["19 May 2026 19:00 UTC"] == {"strike": True}
    assert styles["not given"] == {"bold": True}
    assert "1 passage changed, 75 % the same" in said(message)


def test_a_closed_role_says_for_how_long_it_was_listed() -> None:
    message = RoleMessage(
        "closed",
        role(first_seen_at=AT - timedelta(days=20)),
        (),
        AT,
        not_before=AT - timedelta(hours=1),
    )
    assert "is no longer on the board. It was listed for 20 days." in said(message)
    assert "last seen" in said(message)


def test_a_turn_is_said() -> None:
    message = opened(kind="revised", why=(Why("engineers", "title", "now fits"),))
    assert "now fits" in said(message)
    assert "now fits" in notification_text(message)


def test_mentions_are_elements_of_their_own() -> None:
    elements = parts(draw(opened(mention=("U0ALICE001", "S0TEAM0001")))[1])
    assert [part for part in elements if part.get("type") in {"user", "usergroup"}] == [
        {"type": "user", "user_id": "U0ALICE001"},
        {"type": "usergroup", "usergroup_id": "S0TEAM0001"},
    ]


def headings(message: Message) -> list[str]:
    """The bold words between the lists."""
    return [
        part["text"]
        for part in parts(draw(message)[1])
        if part.get("type") == "text" and part.get("style") == {"bold": True}
    ]


def test_a_group_lists_every_role_with_its_link_and_reason() -> None:
    items = [
        opened(
            str(key), why=(Why("engineers", f"location has “{'London' if key % 2 else 'Paris'}”"),)
        )
        for key in range(12)
    ]
    message = GroupMessage((*items, revised("70"), opened("71", kind="closed")))
    assert {url for url, _ in links(message)} >= {item.role.url for item in items}
    words_ = said(message)
    assert "12 new roles, 1 changed, 1 closed" in words_
    assert headings(message) == [" New", " Changed", " Closed"]
    assert headings(GroupMessage(tuple(items))) == []  # the first line says it
    assert "1 new role, 2 closed" in said(
        GroupMessage((items[0], *[opened(str(key), kind="closed") for key in (71, 72)]))
    )
    assert "(1) engineers: location has “Paris”" in words_
    assert "(2) engineers: location has “London”" in words_
    assert words_.count("  (2)") == 6


@pytest.mark.parametrize("number", [11, 60, 150])
def test_every_role_of_a_group_fits_into_one_message(number: int) -> None:
    long = "Senior Staff Research Engineer, Foundations of Very Large Multimodal World Models and their Evaluation"
    items = tuple(
        opened(str(key), title=f"{long} {key}", why=(Why("a", f"title has “{key}”"),))
        for key in range(number)
    )
    text, blocks = draw(GroupMessage(items))
    assert faults(blocks) == []
    assert length(blocks) <= ROOM
    assert {part["url"] for part in parts(blocks) if part.get("type") == "link"} == {
        item.role.url for item in items
    }
    assert len(text) < 4000


def test_a_summary_counts_and_lists_what_fits() -> None:
    message = summary(
        "research-engineer", [role(str(key), title=f"Engineer {key}") for key in range(6)]
    )
    assert "Now watching Example Labs: 57 open roles, 6 fit research-engineer" in said(message)
    assert notification_text(message) == "Now watching Example Labs: 57 open roles, 6 fit research-engineer"
    assert [title for _, title in links(message)][1:] == [f"Engineer {key}" for key in range(6)]


def test_a_summary_of_several_boards_names_each() -> None:
    boards = tuple(
        BoardCount(f"greenhouse:b{number}", f"Lab {number}", "https://b.example", number)
        for number in range(3)
    )
    message = FirstCheckSummary(
        boards, (RuleCount("engineers", (role(),)), RuleCount("managers", ()))
    )
    words_ = said(message)
    assert "Now watching 3 boards: 3 open roles, 1 fits engineers, none fits managers" in words_
    assert "Lab 1: 1 open role" in words_
    assert "engineers: 1" in words_


def test_a_summary_too_large_for_slack_says_how_to_see_the_rest() -> None:
    roles = [role(str(key), title="Research Engineer " * 8) for key in range(2000)]
    message = summary("research-engineer", roles)
    _, blocks = draw(message)
    assert faults(blocks) == []
    assert length(blocks) <= ROOM
    assert "more: rolewatch roles --rule research-engineer shows them" in said(message)


def test_an_operators_message_has_its_facts_in_lines() -> None:
    words_ = said(notice())
    assert "Board failing" in words_
    assert "Last error  HTTP 503" in words_


def test_every_kind_is_taken() -> None:
    for message in every_kind():
        assert faults(draw(message)[1]) == []


def test_a_deadline_that_an_ats_states_is_not_said_twice() -> None:
    for text, there in (
        ("2026-05-04T05:02:00-04:00", False),
        ("2026-05-04", True),
        ("12pm PST", True),
    ):
        due = RoleMessage("opened", role(deadline_at=AT, deadline_text=text), (), AT)
        for said_ in (
            said(due),
            notification_text(due),
            said(reminder(due.role)),
            "".join(lines(reminder(due.role))),
        ):
            assert (text in said_) is there


def test_a_deadline_is_in_the_readers_own_time_zone_wherever_it_moved() -> None:
    moved = revised(
        "1", FieldChange("deadline", "2026-05-04T09:02:00+00:00", "2026-05-11T09:02:00+00:00")
    )
    back = RoleMessage("reopened", role(deadline_at=AT), moved.why, AT)
    for drawn, dates in ((draw(moved), 2), (draw_reply(moved), 2), (draw_reply(back), 1)):
        assert len([part for part in parts(drawn[1]) if part.get("type") == "date"]) == dates
    assert "apply by " in "".join(str(part.get("text")) for part in parts(draw_reply(back)[1]))
