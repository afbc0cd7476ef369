"""Cards, replies and operator messages are drawn as in the collection of examples."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from monitor.message_parts import FieldChange, Reminder, Role, Why
from monitor.messages import (
    CardMessage,
    Message,
    OperatorMessage,
    ReminderMessage,
    RoleMessage,
    card_of,
    instant,
)
from monitor.notify.compose.style import Style
from monitor.notify.slack.draw import draw, draw_reply
from tests.support.places import ROOT

EXAMPLES = ROOT.parent / "shared" / "slack" / "examples"
pytestmark = pytest.mark.needs(EXAMPLES)
STYLE = Style(ZoneInfo("America/Los_Angeles"), interactive=True)
WHY = (Why("research-engineer", "title has “research engineer”"),)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def stored(text: str) -> str:
    """Return a deadline as a change stores it."""
    return at(text).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


SEEN, PAID = at("2026-11-30T09:12:00-08:00"), at("2026-12-03T10:27:00-08:00")
MOVED, CLOSED = at("2026-12-08T14:05:00-08:00"), at("2026-12-23T08:40:00-08:00")
BACK = at("2027-01-11T09:05:00-08:00")
FIRST, SECOND, THIRD = (
    "2026-12-18T17:00:00-08:00",
    "2026-12-22T17:00:00-08:00",
    "2027-01-29T17:00:00-08:00",
)
ROLE = Role(
    "greenhouse:deepmind:7318204",
    "Google DeepMind",
    "Research Engineer, Gemini Evaluations",
    "https://job-boards.greenhouse.io/deepmind/jobs/7318204",
    location="Mountain View, California, US",
    places=("Mountain View, California, US",),
    pay="141000-245000 USD/year",
    deadline_at=at(FIRST),
    deadline_text="5pm PST, Friday December 18",
    first_seen_at=SEEN,
)
RAISED = replace(ROLE, pay="150000-260000 USD/year")
WIDER = replace(
    RAISED,
    location="Mountain View, California, US; New York, New York, US",
    places=("Mountain View, California, US", "New York, New York, US"),
    deadline_at=at(SECOND),
    deadline_text="5pm PST, Tuesday December 22",
)
AGAIN = replace(WIDER, deadline_at=at(THIRD), deadline_text="5pm PST, Friday January 29")
LONDON = Role(
    "greenhouse:anthropic:5104417",
    "Anthropic",
    "Research Engineer, Reward Models",
    "https://job-boards.greenhouse.io/anthropic/jobs/5104417",
    location="London, UK",
    places=("London, UK",),
    pay="240000-325000 GBP/year",
)
WEATHER = Role(
    "greenhouse:deepmind:7302871",
    "Google DeepMind",
    "Research Engineer, Weather Models",
    "https://job-boards.greenhouse.io/deepmind/jobs/7302871",
    location="London, UK",
    places=("London, UK",),
    workplace="hybrid",
    deadline_at=datetime.fromtimestamp(1797494340, UTC),
    deadline_text="December 16",
)
PLANNING = replace(
    WEATHER,
    posting="greenhouse:wayve:8120402",
    company="Wayve",
    title="Engineering Manager, Planning",
    url="https://job-boards.greenhouse.io/wayve/jobs/8120402",
    deadline_at=None,
    deadline_text="",
)
REPOST = replace(
    LONDON,
    posting="greenhouse:anthropic:5109981",
    title="Research Engineer, Pretraining Data",
    url="https://job-boards.greenhouse.io/anthropic/jobs/5109981",
    places=("San Francisco, CA", "London, UK"),
    pay="315000-425000 USD/year",
    repost_of="greenhouse:anthropic:5000000",
    repost_closed_at=datetime.fromtimestamp(1794502800, UTC),
)
SAMPLE = replace(
    ROLE,
    posting="sample:rolewatch:1",
    company="Example Labs",
    title="Research Engineer, Example",
    url="",
)
OPENED = RoleMessage("opened", ROLE, WHY, SEEN)
PAY = RoleMessage(
    "revised", RAISED, WHY, PAID, (FieldChange("pay", ROLE.pay, RAISED.pay),), version=2
)
SEVERAL = RoleMessage(
    "revised",
    WIDER,
    WHY,
    MOVED,
    (
        FieldChange("location", ROLE.location, WIDER.location),
        FieldChange("deadline", stored(FIRST), stored(SECOND)),
    ),
)
ENDED = RoleMessage("closed", WIDER, WHY, CLOSED, before_at=SEEN)
REOPENED = RoleMessage(
    "reopened",
    AGAIN,
    WHY,
    BACK,
    (FieldChange("deadline", stored(SECOND), stored(THIRD)),),
    before_at=CLOSED,
)
RENAMED = RoleMessage(
    "revised",
    WEATHER,
    (replace(WHY[0], fit_change="now fits"),),
    MOVED,
    (FieldChange("title", "Software Engineer, Weather Models", WEATHER.title),),
)
UNFIT = RoleMessage(
    "revised",
    PLANNING,
    (replace(WHY[0], fit_change="no longer fits"),),
    MOVED,
    (FieldChange("title", "Research Engineer, Planning", PLANNING.title),),
)
TO_LONDON = RoleMessage(
    "revised", LONDON, WHY, PAID, (FieldChange("location", "San Francisco, CA", "London, UK"),)
)
FAILING_SINCE, READ = at("2026-12-08T09:02:00-08:00"), at("2026-12-08T08:47:00-08:00")
FAILING = OperatorMessage(
    "failing",
    "cannot be read: 3 checks in a row failed",
    (
        f"HTTP 503 since {instant(FAILING_SINCE)}. Last read {instant(READ, 'time')}.",
        "Its 61 roles stay as they are. rolewatch keeps trying.",
    ),
    url="https://jobs.lever.co/mistral",
    subject="Mistral AI’s board",
    sentence=(
        "Mistral AI’s board cannot be read: 3 checks in a row failed (HTTP 503)."
        " Its 61 roles stay as they are."
    ),
)


def card(message: RoleMessage) -> CardMessage:
    """Return the card of a role that opened before, after a message."""
    return replace(card_of(message), began="opened")


def expected(name: str, step: int) -> dict[str, Any]:
    file = json.loads((EXAMPLES / f"{name}.json").read_text())
    payload: dict[str, Any] = file["messages"][step]["payload"]
    return payload


@pytest.mark.parametrize(
    ("name", "step", "message"),
    [
        ("01_card_new", 0, OPENED),
        ("02_card_changed", 1, card(PAY)),
        ("02_card_changed", 2, TO_LONDON),
        ("03_card_closed", 1, replace(card(ENDED), revised=True)),
        ("04_card_reopened", 2, card(REOPENED)),
        ("05_card_now_fits", 0, RENAMED),
        ("05_card_now_fits", 3, card(UNFIT)),
        ("07_reply_several_fields", 2, card(SEVERAL)),
        ("16_repost", 0, RoleMessage("opened", REPOST, WHY, PAID)),
        ("17_operator_failing", 0, FAILING),
        ("29_sample", 0, RoleMessage("opened", SAMPLE, WHY, SEEN)),
    ],
)
def test_a_message_is_drawn_as_in_the_examples(name: str, step: int, message: Message) -> None:
    text, blocks = draw(message, STYLE)
    payload = expected(name, step)
    assert blocks == payload["blocks"]
    assert text == payload["text"]


@pytest.mark.parametrize(
    ("name", "step", "message"),
    [
        ("04_card_reopened", 1, REOPENED),
        ("05_card_now_fits", 2, UNFIT),
        ("06_reply_pay", 1, PAY),
        ("09_reply_closed", 1, ENDED),
        (
            "10_reply_deadline_reminder",
            1,
            ReminderMessage((Reminder(WIDER, WHY, 86400.0),), at("2026-12-21T17:00:00-08:00")),
        ),
        (
            "18_operator_recovered",
            1,
            OperatorMessage(
                "recovered",
                "is back after 47 minutes: 1 opened, 0 closed",
                subject="Mistral AI’s board",
                url="https://jobs.lever.co/mistral",
                past=" could not be read",
            ),
        ),
    ],
)
def test_a_reply_is_drawn_as_in_the_examples(name: str, step: int, message: Message) -> None:
    text, blocks = draw_reply(message, STYLE)
    payload = expected(name, step)
    assert blocks == payload["blocks"]
    assert text == payload["text"]


@pytest.mark.parametrize("past", [" lost many roles. 2 roles closed.", " could not be read"])
def test_the_end_of_an_incident_has_one_period(past: str) -> None:
    message = OperatorMessage("drained", "is settled", subject="Mistral AI’s board", past=past)
    assert draw(message, STYLE)[0] == f"Mistral AI’s board{past.rstrip('.')}."


def test_a_passage_that_tells_a_changed_value_is_not_quoted_again() -> None:
    old = "Apply by 5pm PST, Friday December 18.\nWe like tea."
    new = "Apply by 5pm PST, Tuesday December 22.\nWe like coffee."
    both = replace(SEVERAL, changes=(*SEVERAL.changes, FieldChange("description", old, new)))
    quotes = [
        block["elements"][0]["elements"]
        for block in draw_reply(both, STYLE)[1]
        if block.get("elements", [{}])[0].get("type") == "rich_text_quote"
    ]
    assert [[part["text"] for part in quote] for quote in quotes] == [
        ["We like ", "tea.", " ", "coffee."]
    ]
