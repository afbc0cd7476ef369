"""Text from a board has no effect in a message."""

from __future__ import annotations

import pytest

from monitor.message_parts import BoardCount, FieldChange, Move, Role, RuleCount, Why
from monitor.messages import FirstCheckSummary, GroupMessage, Message, OperatorMessage, RoleMessage
from monitor.notify.compose.changes import FIELDS
from monitor.notify.plain import fallback_text, lines
from monitor.notify.slack.draw import draw
from tests.support.alerts import AT, HOSTILE, opened, role
from tests.support.block_rules import TOTAL, faults, length, parts
from tests.support.slack_server import shown

LIMIT = 12_000


def hostile(text: str) -> list[Message]:
    """Return every kind of message with the text wherever board text may be."""
    bad = Role(
        "greenhouse:x:" + text, text, text, text, text, text, None, text, text, text, text, AT, text
    )
    why = (Why(text, text),) * 6
    changes = tuple(FieldChange(field, text, text + "!") for field in (*FIELDS, text))
    one = RoleMessage("revised", bad, why, AT, changes, AT)
    kinds: list[Message] = [
        RoleMessage(kind, bad, why, AT, (), AT) for kind in ("opened", "closed", "reopened")
    ]
    board = BoardCount(text, text, text, 3)
    rules = (RuleCount(text, (bad,) * 20),) * 2
    listed: list[Message] = [
        FirstCheckSummary((board,), rules),
        FirstCheckSummary((board,) * 40, rules),
        GroupMessage((one,) * 12),
    ]
    move = Move(text, text, text, text, text, 57, 41, 1, 32, rules)
    listed += [FirstCheckSummary((), (), (move,)), FirstCheckSummary((board,), rules, (move,) * 3)]
    return [one, *kinds, *listed, OperatorMessage("failing", text, (text,) * 40, text, text)]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_text_breaks_no_message(text: str) -> None:
    for message in hostile(text):
        heading, blocks = draw(message)
        assert faults(blocks) == []
        assert length(blocks) <= min(LIMIT, TOTAL)
        assert 0 < len(heading) <= 4000
        assert len(fallback_text(message)) <= 4000


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_board_text_is_never_in_mrkdwn(text: str) -> None:
    marked = text[:60] + "MARK"
    for message in hostile(marked):
        read = [part["text"] for part in parts(draw(message)[1]) if part.get("type") == "mrkdwn"]
        assert not any("MARK" in words_ for words_ in read)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_the_text_for_notifications_is_escaped(text: str) -> None:
    for message in hostile(text):
        for heading in (draw(message)[0], fallback_text(message)):
            assert "<" not in heading
            assert ">" not in heading
            assert (
                heading.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "").count("&") == 0
            )
            assert "@channel" not in heading
            assert "**" not in heading


def test_characters_that_move_or_hide_text_are_removed() -> None:
    message = opened(title="".join(HOSTILE[4:7]))
    everything = shown({"blocks": draw(message)[1]}) + draw(message)[0] + "".join(lines(message))
    assert not any(character in everything for character in "\u202e\u2066\x00\x07\x1b\ud800")


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "ftp://x.example/",
        "https://",
        "//x",
        "https://a b",
        "https://x/" + "y" * 3000,
        "",
        "https://[",
        "https://x|y",
    ],
)
def test_a_url_that_slack_refuses_is_not_linked(url: str) -> None:
    _, blocks = draw(RoleMessage("opened", role(url=url), (), AT))
    assert faults(blocks) == []
    assert not [part for part in parts(blocks) if "url" in part]
