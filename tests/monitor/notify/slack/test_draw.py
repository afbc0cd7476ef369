"""Messages as Slack gets them: their text, Slack's limits, and no markup from a board."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace
from syrupy.assertion import SnapshotAssertion

from monitor.message_parts import BoardCount, FieldChange, Move, Passage, Role, RuleCount, Why
from monitor.messages import (
    BoardWideEdit,
    FirstCheckSummary,
    GroupMessage,
    Message,
    RoleMessage,
    card_of,
)
from monitor.notify.compose.style import Style
from monitor.notify.slack.draw import draw, draw_reply
from tests.support.alerts import (
    AT,
    digest,
    every_kind,
    notice,
    opened,
    reminder,
    revised,
    role,
    summary,
)
from tests.support.block_rules import faults, parts
from tests.support.rendered import rendered

LIMIT = 12_000
STYLE = Style(ZoneInfo("America/Los_Angeles"), interactive=True)
DEADLINE = datetime(2026, 5, 19, 19, tzinfo=UTC)


def said(message: Message) -> str:
    """Return the text of all blocks."""
    return "".join(
        str(part.get("text", ""))
        for part in parts(draw(message)[1])
        if isinstance(part.get("text"), str)
    )


WHY = (
    Why("engineers", "title has “research engineer”"),
    Why("london", "location has “London”"),
)
FULL = role(
    deadline_at=DEADLINE,
    deadline_text="12pm PST Sunday",
    department="Research",
    first_seen_at=AT - timedelta(days=20),
)
CHANGES = (
    FieldChange("pay", "133000-240000 USD/year", "141000-245000 USD/year"),
    FieldChange("deadline", "2026-05-19T19:00:00.000000Z", ""),
    FieldChange("description", "one two three four", "one two 3 four"),
)
BOARDS = tuple(
    BoardCount(f"greenhouse:{name}", f"Lab {number}", "https://b.example", number + 3)
    for number, name in enumerate(("examplelabs", "b", "c"))
)
MOVE = Move(
    company="Example Labs",
    board="google:examplelabs",
    was="Greenhouse",
    now="Google Careers",
    url="https://jobs.example/",
    before=57,
    came=41,
    back=1,
    new=32,
    rules=(RuleCount("engineers", (role(), role("2", repost_of="greenhouse:examplelabs:1"))),),
)
MESSAGES: dict[str, Message] = {
    "opened": RoleMessage("opened", FULL, WHY, AT, mention=("U0ALICE001", "S0TEAM0001")),
    "opened with nothing known": RoleMessage(
        "opened", Role("greenhouse:x:1", "X", "Engineer", "https://x.example"), (), AT
    ),
    "repost": RoleMessage(
        "opened",
        role(repost_of="greenhouse:examplelabs:0", repost_reason="the same requisition R-7"),
        WHY,
        AT,
    ),
    "revised": RoleMessage("revised", FULL, WHY, AT, CHANGES, AT, version=3),
    "now fits": opened(kind="revised", why=(Why("engineers", "title", "now fits"),)),
    "closed": RoleMessage("closed", FULL, WHY, AT, not_before=AT - timedelta(hours=1)),
    "reopened": RoleMessage("reopened", FULL, WHY, AT),
    "card": card_of(RoleMessage("opened", FULL, WHY, AT)),
    "card of a closed role": card_of(
        RoleMessage("closed", FULL, WHY, AT, not_before=AT - timedelta(hours=1))
    ),
    "group": GroupMessage(
        (opened("1"), opened("2", rule="london"), revised("3"), opened("4", kind="closed"))
    ),
    "group of one kind": GroupMessage((opened("1"), opened("2"))),
    "first check": summary(roles=[role(str(key)) for key in range(2)]),
    "first check of several boards": FirstCheckSummary(
        BOARDS, (RuleCount("engineers", (role(),)), RuleCount("managers", ()))
    ),
    "found later": replace(summary(roles=[role()]), late=True),
    "moved board": FirstCheckSummary((), (), (MOVE,)),
    "board-wide edit": BoardWideEdit(
        board="greenhouse:examplelabs",
        company="Example Labs",
        url="https://jobs.example/",
        edited=80,
        listed=85,
        passages=(Passage("We build models.", "We build kernels.", 80), Passage("", "Apply.", 7)),
        rules=(RuleCount("engineers", (role(),)),),
        why=WHY[:1],
        at=AT,
    ),
    "reminder": reminder(),
    "reminders": reminder(
        *(role(str(key), deadline_at=AT + timedelta(days=key)) for key in (1, 2))
    ),
    "digest": digest(opened(), revised("2"), near=(FULL,)),
    "empty digest": digest(),
    "operator": notice(),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_is_drawn_as_stored(name: str, snapshot: SnapshotAssertion) -> None:
    text, blocks = draw(MESSAGES[name], STYLE)
    assert faults(blocks) == []
    assert rendered(text, blocks) == snapshot


@pytest.mark.parametrize("name", ["revised", "closed", "reopened", "now fits", "operator"])
def test_a_reply_is_drawn_as_stored(name: str, snapshot: SnapshotAssertion) -> None:
    text, blocks = draw_reply(MESSAGES[name], STYLE)
    assert faults(blocks) == []
    assert rendered(text, blocks) == snapshot


@pytest.mark.parametrize("number", [40, 120, 150])
def test_lines_get_shorter_as_stored(number: int, snapshot: SnapshotAssertion) -> None:
    items = tuple(
        opened(str(key), title=f"Senior Research Engineer, Very Large World Models {key}")
        for key in range(number)
    )
    _, block, *_ = draw(GroupMessage(items))[1]
    _, *rows = block["elements"]
    assert [rows[0], rows[-1], len(rows)] == snapshot


def links(message: Message) -> list[tuple[str, str]]:
    return [
        (part["url"], part["text"])
        for part in parts(draw(message)[1])
        if part.get("type") == "link"
    ]


def test_a_group_lists_every_role_with_its_link_and_rules() -> None:
    items = [opened(str(key), "london" if key % 2 else "engineers") for key in range(12)]
    message = GroupMessage((*items, revised("70"), opened("71", kind="closed")))
    assert {url for url, _ in links(message)} >= {item.role.url for item in items}
    named = [
        part["text"] for part in parts(draw(message)[1]) if part.get("style") == {"italic": True}
    ]
    assert named.count("london") == 6
    assert named.count("engineers") == 8


def test_slack_accepts_every_kind() -> None:
    for message in every_kind():
        assert faults(draw(message)[1]) == []


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("2026-05-04T05:02:00-04:00", "{date}, {time}"),
        ("2026-05-04T23:59:59Z", "{date}"),
        ("2026-05-04", "{date}"),
        ("Monday 4 May", "{date}"),
        ("12pm PST, 4 May", "{date}, {time}"),
        ("4 May at noon", "{date}, {time}"),
    ],
)
def test_a_deadline_has_a_time_only_if_its_words_have_one(words: str, shown: str) -> None:
    due = RoleMessage("opened", role(deadline_at=AT, deadline_text=words), (), AT)
    [date] = [part for part in parts(draw(due)[1]) if part.get("type") == "date"]
    assert date["format"] == shown


def test_a_changed_deadline_is_in_the_readers_time_zone() -> None:
    moved = revised(
        "1", FieldChange("deadline", "2026-05-04T09:02:00+00:00", "2026-05-11T09:02:00+00:00")
    )
    back = RoleMessage("reopened", role(deadline_at=AT), moved.why, AT, moved.changes)
    for drawn, dates in ((draw(moved), 2), (draw_reply(moved), 2), (draw_reply(back), 1)):
        assert len([part for part in parts(drawn[1]) if part.get("type") == "date"]) == dates
