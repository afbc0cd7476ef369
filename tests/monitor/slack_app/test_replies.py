"""The texts of short replies."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from monitor.rules.matcher import Explanation
from monitor.slack_app import mute_replies, replies, why_reply
from tests.support.block_rules import faults
from tests.support.rendered import drawn, rendered
from tests.support.socket_server import ADMIN, ALICE

UNTIL = datetime(2026, 5, 5, 9, 2, tzinfo=UTC)


def mute(**fields: object) -> Any:
    columns = {"id": 1, "user_id": ALICE, "rule": None, "until": None, "ended_at": None}
    return SimpleNamespace(**columns, **fields)


def ended() -> Any:
    row = mute(ended_by=ADMIN)
    row.ended_at = UNTIL
    return row


def rule_mute() -> Any:
    row = mute()
    row.rule, row.until = "kernels", UNTIL
    return row


URL = "https://jobs.example/1"
REPLIES = {
    "unknown button": replies.UNKNOWN_BUTTON,
    "broken": replies.BROKEN,
    "unknown role": replies.UNKNOWN_ROLE,
    "unknown mute": mute_replies.UNKNOWN_MUTE,
    "another's mute": mute_replies.NOT_YOUR_MUTE,
    "no alerts here": mute_replies.NO_ALERTS_HERE,
    "error": replies.error_reply("name a posting: `/rolewatch history ID`"),
    "saved": replies.saved("Engineer", URL, "greenhouse:labs:1", new=True),
    "saved before": replies.saved("Engineer", URL, "greenhouse:labs:1", new=False),
    "unsaved": replies.unsaved("Engineer"),
    "not allowed": mute_replies.not_allowed([ADMIN]),
    "not allowed without admins": mute_replies.not_allowed([]),
    "role muted": mute_replies.mute_announcement(mute(), "Engineer", "alice"),
    "rule muted": mute_replies.mute_announcement(rule_mute(), "kernels", "alice"),
    "mute ended": mute_replies.mute_announcement(ended(), "Engineer", "bob"),
    "mute done": mute_replies.mute_done(mute(), "Engineer", new=True),
    "mute done before": mute_replies.mute_done(rule_mute(), "kernels", new=False),
    "ask rule": mute_replies.ask_rule(["kernels", "engineers"], "1.0", direct=False),
    "ask rule in a direct message": mute_replies.ask_rule(["kernels"], "1.0", direct=True),
    "no rule here": mute_replies.NO_RULE_HERE,
    "not announced": mute_replies.not_announced("not_in_channel"),
    "unmuted": mute_replies.unmuted("Engineer", new=True),
    "unmuted before": mute_replies.unmuted("Engineer", new=False),
    "no rule": mute_replies.no_rule("kernels"),
    "never revised": replies.never_revised("Engineer"),
    "diff uploaded": replies.diff_uploaded("Engineer"),
    "diff uploading": replies.diff_uploading("Engineer"),
    "diff failed": replies.diff_failed("missing_scope"),
    "why": why_reply.why(
        "Engineer",
        URL,
        [
            Explanation("kernels", fits=False, words="", failed="none of “kernels”"),
            Explanation("engineers", fits=True, words="title has “engineer”", failed=""),
        ],
        "5pm PST, Friday December 18",
    ),
}


@pytest.mark.parametrize("name", REPLIES)
def test_a_reply_is_worded_as_stored(name: str, snapshot: SnapshotAssertion) -> None:
    reply = drawn(REPLIES[name])
    assert faults(reply.blocks) == []
    assert rendered(reply.text, reply.blocks) == snapshot
