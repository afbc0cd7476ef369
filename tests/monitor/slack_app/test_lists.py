"""Lists, also long and hostile ones: within Slack's limits, without markup from a board."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from monitor.config.model import Rule
from monitor.notify.document import Composed
from monitor.queries.status import Status
from monitor.rules.matcher import Explanation
from monitor.rules.watches import WatchRule
from monitor.slack_app import (
    history_reply,
    lists,
    mute_replies,
    overviews,
    replies,
    status_reply,
    watch_replies,
    why_reply,
)
from tests.support.alerts import HOSTILE
from tests.support.block_rules import TOTAL, faults, length
from tests.support.rendered import Drawn, drawn, rendered

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
        "deadline_text": title,
        "first_seen_at": "2026-05-01T19:00:00.000000Z",
    }
    kinds = {"department": title, "employment_type": title, "workplace": "hybrid"}
    return {**place, **pay, **times, **kinds, "state": "open", **more}


def change(text: str, field: str | None = "title") -> dict[str, Any]:
    columns = {
        "at": "2026-05-04T09:00:00.000000Z",
        "kind": "revised",
        "field": field,
        "old": text,
        "new": f"{text}!",
        "version": 2,
    }
    return columns | {"posting": "greenhouse:labs:1"}


def board(text: str) -> dict[str, Any]:
    return {
        "board": "greenhouse:labs",
        "company": text,
        "url": "https://jobs.example/",
        "state": "failing",
        "open_postings": 3,
        "failures": 4,
    } | {"last_ok_at": None, "next_check_at": None}


def every(text: str, number: int) -> list[Drawn]:
    """Return every reply with that many lines of the text."""
    rows = [row(text)] * number
    changes = [change(text, field) for field in ("title", "pay", "description", None)] * number
    rules = [Rule(text or "rule", any=(text,), locations=(text,))] * number
    title = text[:200].strip() or "x"
    explained = [
        Explanation(text, fits=number % 2 == 0, words=text, failed=text) for number in range(number)
    ]
    found = [
        lists.roles([lists.role_of_row(one) for one in rows], text[:150]),
        lists.saved(rows),
        history_reply.choose_posting(rows, text[:150]),
        history_reply.history(
            row(text),
            changes,
            {
                ("greenhouse:labs:1", number + 1): f"{text[:3000]} more" * number
                for number in range(2)
            },
        ),
        history_reply.history(row(text, posting="google:labs:1"), changes, {}),
        overviews.rules(rules, {text or "rule": [text]}),
        status_reply.status(
            Status([board(text)] * number, [(text, "pending", 3)] * number, number, failing(text)),
            number,
            NOW,
        ),
        why_reply.why(title, "https://jobs.example/", explained),
        replies.saved(title, "javascript:alert(1)", "greenhouse:labs:1", new=True),
        replies.error_reply(text),
        mute_replies.not_allowed([text[:12] or "U1"] * number),
        *of_watches(text, number, rows),
        mute_replies.ask_rule([text[:80] or "rule"] * max(number, 1), "1.0", direct=False),
    ]
    return [drawn(one) for one in found]


def failing(text: str) -> dict[str, tuple[str, datetime | None]]:
    return {"greenhouse:labs": (text, NOW)}


def of_watches(text: str, number: int, rows: list[dict[str, Any]]) -> list[Composed]:
    """Return every reply to `watch` and `unwatch`."""
    one = WatchRule(
        name="watch:9",
        all=(text[:100] or "engineer",),
        locations=(text[:40],),
        employer=text[:60],
        watch_id=9,
        user="U0ALICE001",
        begun=NOW,
    )
    several = [one] * max(1, number % 11)
    fitting = [lists.role_of_row(row) for row in rows]
    return [
        watch_replies.begun(one, fitting),
        watch_replies.already(one),
        watch_replies.ended(one),
        watch_replies.full(several),
        watch_replies.several(several),
        watch_replies.yours(several[: number % 11]),
        watch_replies.none_fits(text, several[: number % 11]),
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
    moved = change("2026-05-19T19:00:00.000000Z", "deadline") | {"new": None}
    said = drawn(history_reply.history(row(), [moved], {}))
    assert "2026-05-19T19" not in str(said.blocks)
    assert "1779217200" in str(said.blocks)


def test_a_list_counts_the_roles_it_leaves_out() -> None:
    said = drawn(lists.roles([lists.role_of_row(row())] * 1500, "engineer"))
    rows = said.blocks[1]["elements"][1]["elements"]
    left = re.fullmatch(
        r"and ([\d,]+) more.*", said.blocks[-1]["elements"][0]["elements"][0]["text"]
    )
    assert left is not None
    assert int(left[1].replace(",", "")) + len(rows) == 1500


def test_lists_are_worded_as_stored(snapshot: SnapshotAssertion) -> None:
    shown = every("engineer", 2)
    empty = every("engineer", 0)
    for reply in (*shown, *empty, drawn(overviews.HELP)):
        assert rendered(reply.text, reply.blocks) == snapshot


def test_a_passed_deadline_is_not_one_to_apply_by() -> None:
    due = row("Engineer", deadline_at=NOW - timedelta(days=1), deadline_text="yesterday")
    role = lists.role_of_row(due)
    for reply in (lists.saved([due], NOW), lists.roles([role], "", at=NOW)):
        said = str(reply.document)
        assert "deadline passed " in said
        assert "'by '" not in said
        assert "alarm_clock" not in said
