"""Lists, also long and hostile ones: within Slack's limits, without markup from a board."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from monitor.config.model import Rule
from monitor.queries.status import Status
from monitor.rules.matcher import Explanation
from monitor.slack_app import lists, overviews, replies
from monitor.slack_app.replies import SlackReply
from tests.support.alerts import HOSTILE
from tests.support.block_rules import TOTAL, faults, length
from tests.support.rendered import rendered

NOW = datetime(2026, 5, 4, 9, 2, tzinfo=UTC)


# any column
def row(title: str = "Research Engineer", **more: Any) -> dict[str, Any]:
    """Return a row of `postings`."""
    pay = {
        "pay_min": 133000.0,
        "pay_max": 240000.0,
        "pay_currency": "USD",
        "pay_period": "year",
        "pay_text": title,
    }
    place = {
        "title": title,
        "company": title,
        "location": title,
        "url": "https://jobs.example/1",
        "posting": "greenhouse:labs:1",
    }
    times = {
        "deadline_at": "2026-05-19T19:00:00.000000Z",
        "first_seen_at": "2026-05-01T19:00:00.000000Z",
    }
    return {**place, **pay, **times, "state": "open", **more}


def change(text: str, field: str | None = "title") -> dict[str, Any]:
    told = {
        "at": "2026-05-04T09:00:00.000000Z",
        "kind": "revised",
        "field": field,
        "old": text,
        "new": f"{text}!",
        "version": 2,
    }
    return told | {"posting": "greenhouse:labs:1"}


def board(text: str) -> dict[str, Any]:
    return {
        "board": "greenhouse:labs",
        "company": text,
        "url": "https://jobs.example/",
        "state": "failing",
        "open_postings": 3,
        "failures": 4,
    } | {"last_ok_at": None}


def every(text: str, number: int) -> list[SlackReply]:
    """Return every reply with that many lines of the text."""
    rows = [row(text)] * number
    changes = [change(text, field) for field in ("title", "pay", "description", None)] * number
    rules = [Rule(text or "rule", any=(text,), locations=(text,))] * number
    title = text[:200].strip() or "x"
    explained = [
        Explanation(text, fits=number % 2 == 0, words=text, failed=text) for number in range(number)
    ]
    return [
        lists.roles(rows, text[:150]),
        lists.saved(rows),
        lists.choose_posting(rows, text[:150]),
        lists.history(
            row(text),
            changes,
            {
                ("greenhouse:labs:1", number + 1): f"{text[:3000]} more" * number
                for number in range(2)
            },
        ),
        lists.history(row(text, posting="google:labs:1"), changes, {}),
        overviews.rules(rules, {text or "rule": [text]}),
        overviews.status(
            Status([board(text)] * number, [(text, "pending", 3)] * number, number), NOW
        ),
        replies.why(title, "https://jobs.example/", explained),
        replies.saved(title, "javascript:alert(1)", "greenhouse:labs:1", new=True),
        replies.error_reply(text),
        replies.not_allowed([text[:12] or "U1"] * number),
    ]


@pytest.mark.parametrize("number", [0, 1, 60])
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_slack_accepts_every_reply(text: str, number: int) -> None:
    for said in every(text, number):
        assert faults(said.blocks) == []
        assert length(said.blocks) < TOTAL
        assert 0 < len(said.text) < 4000
        assert "<!" not in said.text


def test_a_deadline_in_history_is_in_the_readers_time_zone() -> None:
    said = lists.history(
        row(), [change("2026-05-19T19:00:00.000000Z", "deadline") | {"new": None}], {}
    )
    assert "2026-05-19T19" not in str(said.blocks)
    assert "'style': {'strike': True}" in str(said.blocks)


def test_a_list_counts_the_roles_it_leaves_out() -> None:
    said = lists.roles([row()] * 500, "engineer")
    rows = said.blocks[0]["elements"][1]["elements"]
    left = re.fullmatch(r"and (\d+) more.*", rows[-1]["elements"][0]["text"])
    assert left is not None
    assert int(left[1]) + len(rows) - 1 == 500


def test_lists_are_worded_as_stored(snapshot: SnapshotAssertion) -> None:
    shown = every("engineer", 2)
    empty = every("engineer", 0)
    for reply in (*shown, *empty, overviews.HELP):
        assert rendered(reply.text, reply.blocks) == snapshot
