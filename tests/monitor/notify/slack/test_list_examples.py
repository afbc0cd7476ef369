"""Lists are drawn as in the collection of examples, where the same facts go in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from monitor.message_parts import (
    BoardCount,
    BoardHealth,
    FieldChange,
    Passage,
    Reminder,
    Role,
    RuleCount,
    Why,
)
from monitor.messages import (
    BoardWideEdit,
    DigestMessage,
    FirstCheckSummary,
    GroupMessage,
    Message,
    QuietHoursMessage,
    ReminderMessage,
    RoleMessage,
)
from monitor.notify.compose.pages import split_board_wide_edit, split_summary
from monitor.notify.compose.style import Style
from monitor.notify.slack.draw import draw
from tests.support.places import ROOT

EXAMPLES = ROOT.parent / "shared" / "slack" / "examples"
needs = pytest.mark.needs(EXAMPLES)
ZONE = ZoneInfo("America/Los_Angeles")
ENGINEER, SCIENTIST = "research-engineer", "applied-scientist"
NIGHT = datetime(2026, 12, 9, 15, tzinfo=UTC)
EVENING = datetime(2026, 12, 9, 2, tzinfo=UTC)


def payloads(name: str) -> list[dict[str, Any]]:
    messages = json.loads((EXAMPLES / f"{name}.json").read_text())["messages"]
    return [message["payload"] for message in messages]


def _links(name: str) -> Iterator[tuple[str, str]]:
    def within(part: Any) -> Iterator[tuple[str, str]]:  # any JSON
        if isinstance(part, list):
            for one in part:
                yield from within(one)
        elif isinstance(part, dict):
            if part.get("type") == "link":
                yield part["text"], part["url"]
            yield from within(part.get("elements"))

    for payload in payloads(name):
        yield from within(payload["blocks"])


class Example:
    """Roles with the addresses of an example."""

    def __init__(self, name: str) -> None:
        self.payloads = payloads(name)
        self.urls = dict(_links(name))

    def role(self, company: str, title: str, *places: str, pay: str = "", **fields: Any) -> Role:
        url = next(url for shown, url in self.urls.items() if shown == title)
        board = f"greenhouse:{company.rsplit(maxsplit=1)[-1].lower()}"
        return Role(f"{board}:{title}", company, title, url, places=places, pay=pay, **fields)

    def expect(self, *messages: Message) -> None:
        style = Style(ZONE, interactive=True)
        for message, payload in zip(messages, self.payloads, strict=True):
            text, blocks = draw(message, style)
            assert blocks == payload["blocks"]
            assert text == payload["text"]


def happened(
    kind: Any, role: Role, *changes: FieldChange, days: int = 0, **fields: Any
) -> RoleMessage:
    at = fields.pop("at", EVENING)
    before = at - timedelta(days=days) if days else None
    values: dict[str, Any] = {"before_at": before} | fields
    return RoleMessage(kind, role, (Why(ENGINEER, "x"),), at, changes, **values)


def dollars(low: int, high: int) -> str:
    return f"{low}000-{high}000 USD/year"


def deepmind(one: Example) -> tuple[Role, ...]:
    """Return the seven roles that two examples list."""
    name = "Google DeepMind"
    end = datetime.fromtimestamp(1797642000, UTC)
    return (
        one.role(
            name,
            "Senior Research Engineer, Post-training",
            "Mountain View, CA",
            "New York",
            pay=dollars(166, 291),
        ),
        one.role(name, "Research Engineer, Agent Safety", "London, UK"),
        one.role(name, "Research Engineer, Audio Generation", "Zurich"),
        one.role(name, "Research Engineer, Biology", "London, UK"),
        one.role(
            name,
            "Research Engineer, Gemini Evaluations",
            "Mountain View, CA",
            pay=dollars(141, 245),
            deadline_at=end,
            deadline_text="5pm PST",
        ),
        one.role(name, "Research Engineer, Robotics Learning", "London, UK"),
        one.role(
            name,
            "Research Scientist / Research Engineer, Reasoning",
            "Mountain View",
            "London",
            pay=dollars(174, 258),
        ),
    )


@needs
def test_a_first_summary_is_drawn_as_in_the_examples() -> None:
    one = Example("11_first_look")
    engineers = (
        *deepmind(one),
        one.role(
            "Anthropic",
            "Research Engineer, Tool Use",
            "San Francisco, CA",
            "New York, NY",
            pay=dollars(315, 425),
        ),
        one.role("Anthropic", "Research Engineer, Sandboxes", "Zurich"),
        one.role(
            "Anthropic", "Research Engineer, Data Pipelines", "London", pay="240000-280000 GBP/year"
        ),
        one.role(
            "Anthropic",
            "Research Engineer, Interpretability",
            "San Francisco",
            pay=dollars(315, 560),
        ),
        one.role(
            "Anthropic", "Research Engineer, Reward Models", "San Francisco", pay=dollars(340, 500)
        ),
    )
    both = one.role("Mistral AI", "Applied Scientist / Research Engineer, OCR", "Paris, France")
    contract = one.role(
        "Mistral AI", "Applied Scientist, Evaluation (contract)", "Paris", pay="55 EUR/hour"
    )
    boards = (
        BoardCount("greenhouse:deepmind", "Google DeepMind", "", 57),
        BoardCount("greenhouse:labs", "Isomorphic Labs", "", 34),
        BoardCount("greenhouse:anthropic", "Anthropic", "", 212),
        BoardCount("greenhouse:ai", "Mistral AI", "", 61),
    )
    rules = (RuleCount(SCIENTIST, (contract, both)), RuleCount(ENGINEER, (*engineers, both)))
    head, rests = split_summary(
        FirstCheckSummary(boards, rules, at=datetime(2026, 11, 30, 17, tzinfo=UTC)), threaded=True
    )
    one.expect(head, *rests)


@needs
def test_a_grouped_round_is_drawn_as_in_the_examples() -> None:
    one = Example("12_grouped_round")
    end = datetime.fromtimestamp(1797728400, UTC)
    a, c, d = "Anthropic", "Cohere", "Google DeepMind"
    tool_use = one.role(a, "Research Engineer, Tool Use", "San Francisco", pay=dollars(330, 450))
    items = (
        happened("closed", one.role(d, "Research Engineer, Biology", "London"), days=41),
        happened("revised", tool_use, FieldChange("pay", dollars(315, 425), dollars(330, 450))),
        *(
            happened("opened", role)
            for role in (
                one.role(
                    d, "Staff Research Engineer, Agents", "Mountain View", pay=dollars(227, 320)
                ),
                one.role(d, "Research Engineer, Genie", "London"),
                one.role(
                    d, "Research Engineer, Gemini Serving", "Mountain View", pay=dollars(147, 216)
                ),
                one.role(
                    d,
                    "Research Engineer, Materials",
                    "London",
                    deadline_at=end,
                    deadline_text="5pm PST",
                ),
                one.role(
                    c, "Research Engineer, Retrieval", "Toronto", pay="180000-240000 CAD/year"
                ),
                one.role(c, "Research Engineer, Multilingual", "London", pay="98000 GBP/year"),
                one.role(
                    a,
                    "Senior Research Engineer, Inference",
                    "San Francisco",
                    "Seattle",
                    pay=dollars(350, 560),
                ),
                one.role(a, "Research Engineer, Post-training Tokyo", "Tokyo"),
                one.role(a, "Research Engineer, Knowledge Work", "New York", pay=dollars(315, 425)),
                one.role(a, "Research Engineer, Context", "San Francisco", pay=dollars(340, 500)),
                one.role(
                    a,
                    "Research Engineer, Alignment Evaluations",
                    "London",
                    pay="240000-280000 GBP/year",
                ),
                one.role(
                    a,
                    "Research Engineer, Agents",
                    "San Francisco",
                    "New York",
                    pay=dollars(315, 425),
                ),
            )
        ),
    )
    one.expect(GroupMessage(items))


@needs
def test_a_digest_is_drawn_as_in_the_examples() -> None:
    one = Example("13_digest")
    a, d = "Anthropic", "Google DeepMind"
    science = one.role(
        d,
        "Research Engineer, Science",
        "London",
        deadline_at=datetime.fromtimestamp(1796864400, UTC),
        deadline_text="5pm PST",
    )
    protein = one.role(
        "Isomorphic Labs",
        "Applied Scientist, Protein Design",
        "London",
        deadline_at=datetime.fromtimestamp(1797148740, UTC),
        deadline_text="12 December",
    )
    gemini = one.role(
        d,
        "Research Engineer, Gemini Evaluations",
        "Mountain View",
        "New York",
        deadline_at=datetime.fromtimestamp(1797987600, UTC),
        deadline_text="5pm PST",
    )
    video = one.role(d, "Research Engineer, Video Understanding", "London")
    items = (
        happened("opened", protein),
        happened("closed", one.role(a, "Research Engineer, Economics", "x"), days=62),
        happened(
            "opened",
            one.role(a, "Research Engineer, Model Welfare", "San Francisco", pay=dollars(315, 340)),
        ),
        happened(
            "opened",
            one.role(a, "Research Engineer, Cybersecurity", "New York", pay=dollars(320, 405)),
        ),
        happened("opened", one.role(d, "Research Engineer, Robotics Simulation", "London")),
        happened(
            "revised",
            one.role(a, "Research Engineer, Reward Models", "London"),
            FieldChange("location", "San Francisco, CA", "London, UK"),
        ),
        happened(
            "revised",
            gemini,
            FieldChange("deadline", "2026-12-19T01:00:00Z", "2026-12-23T01:00:00Z"),
            FieldChange("location", "Mountain View", "Mountain View; New York"),
        ),
        happened("closed", video, after="opened", before_at=EVENING - timedelta(hours=5)),
    )
    names = ("A", "B", "C", "D", "E")
    boards = tuple(BoardHealth(f"greenhouse:{name}", name, "", "ok") for name in names)
    failing = BoardHealth(
        "lever:mistral", "Mistral AI", "", "failing", datetime.fromtimestamp(1796749320, UTC)
    )
    quiet = datetime(2026, 12, 14, 2, tzinfo=UTC)
    day = timedelta(days=1)
    healthy = (*boards, BoardHealth("lever:mistral", "Mistral AI", "", "ok"))
    one.expect(
        DigestMessage(
            date(2026, 12, 8),
            EVENING - day,
            items,
            (protein, science),
            467,
            15,
            (*boards, failing),
            EVENING,
        ),
        DigestMessage(date(2026, 12, 13), quiet - day, (), (), 467, 15, healthy, quiet),
    )


@needs
def test_a_night_is_drawn_as_in_the_examples() -> None:
    one = Example("14_after_quiet_hours")
    d, w = "Google DeepMind", "Wayve"
    science = one.role(
        d,
        "Research Engineer, Science",
        "London",
        deadline_at=datetime.fromtimestamp(1796864400, UTC),
        deadline_text="5pm PST",
    )
    driving = one.role(w, "Research Engineer, Driving Models", "London", workplace="hybrid")
    safety = one.role(d, "Research Engineer, Agent Safety", "London")
    items = (
        happened("closed", one.role(w, "Research Engineer, Perception", "x"), days=30),
        happened(
            "opened",
            one.role(w, "Research Engineer, Simulation", "Sunnyvale", pay=dollars(175, 230)),
        ),
        happened("opened", driving),
        happened("revised", safety, FieldChange("pay", "", "147000-196000 GBP/year")),
        happened("opened", one.role(d, "Research Engineer, World Models", "London")),
    )
    due = ReminderMessage((Reminder(science, (Why(ENGINEER, ""),), 86400.0),), NIGHT)
    one.expect(QuietHoursMessage((GroupMessage(items), due)))


@needs
def test_a_board_wide_edit_is_drawn_as_in_the_examples() -> None:
    one = Example("15_template_edit")
    passage = Passage(
        "on a rolling basis.", "within two weeks.", 52, before="We review applications"
    )
    edit = BoardWideEdit(
        "greenhouse:deepmind",
        "Google DeepMind",
        "",
        NIGHT,
        (passage,),
        52,
        57,
        (RuleCount(ENGINEER, deepmind(one)),),
        (Why(ENGINEER, ""),),
        unedited=(),
    )
    head, rests = split_board_wide_edit(edit, threaded=True)
    one.expect(head, *rests)
