"""Fuzz targets for outgoing messages, made of any bytes. See fuzz_targets.py."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime

from monitor.config.values import KINDS
from monitor.message_parts import (
    BoardCount,
    BoardHealth,
    FieldChange,
    Move,
    Passage,
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
    OperatorMessage,
    QuietHoursMessage,
    RestMessage,
    RoleMessage,
    card_of,
    dump,
    load,
)
from monitor.notify.plain import fallback_text, lines
from monitor.notify.slack.draw import draw, draw_reply
from monitor.redaction import printable, redact
from monitor.text.values import clean as for_terminal
from tests.support.block_rules import faults

NOON = datetime(2026, 4, 1, 12, tzinfo=UTC)
_LIMIT = 4000  # characters of a notification
# what a terminal would obey but a tab, with line ends and what turns the direction of writing
_COMMAND = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def words(data: bytes) -> list[str]:
    """Return at least ten texts made of the bytes."""
    found = data.decode("utf-8", "replace").split("|")
    return [found[number % len(found)] for number in range(max(10, len(found)))]


def draw_message(data: bytes) -> None:
    """Blocks that Slack takes, a notification that it takes, and the same message after its row."""
    for message in _messages(words(data)):
        for draws in (draw, draw_reply):
            text, blocks = draws(message)
            assert faults(blocks) == []
            assert 0 < len(text) <= _LIMIT
            assert "<!" not in text
            text.encode()
        fallback_text(message).encode()
        for line in lines(message):
            assert not _COMMAND.search(for_terminal(line))
        assert load(dump(message)) == message


def _messages(texts: list[str]) -> list[Message]:
    a, b, c, d, e, f, g, h, i, j = texts[:10]
    role = Role(a, b, c, d, e, f, NOON, g, h, i, j, NOON, a)
    pairs = zip(("title", "pay", "deadline", "description"), texts, texts[1:], strict=False)
    changes = tuple(FieldChange(field, old, new) for field, old, new in pairs)
    why = (Why(a, b), Why(c, d, "now fits"))
    roles = [RoleMessage(kind, role, why, NOON, changes, NOON, (e,)) for kind in KINDS]
    board, rule = BoardCount(a, b, c, len(texts)), RuleCount(d, (role,) * len(texts))
    operator = OperatorMessage("failing", a, tuple(texts), b, c)
    move = Move(a, b, c, d, e, 3, 2, 1, 1, (rule,) * 2)
    summary = FirstCheckSummary((board,) * 3, (rule,) * 3, (move,))
    group = GroupMessage(tuple(roles * 5))
    passage = Passage(a, b, 3, c, d)
    edit = BoardWideEdit(a, b, c, NOON, (passage,) * 4, 3, 4, (rule,) * 2, why, (e,), (f,))
    health = BoardHealth(a, b, c, "failing", NOON)
    digest = DigestMessage(NOON.date(), NOON, tuple(roles), (role,), 3, 2, (health,) * 2, NOON)
    rest = RestMessage("summary", (rule,), a, 1, 2)
    night = QuietHoursMessage((group, summary, edit, digest))
    lists: list[Message] = [group, summary, edit, digest, rest, night]
    return [*roles, card_of(roles[2]), *lists, operator]


def write_line(data: bytes) -> None:
    """Return the texts that a terminal and a log get."""
    text = data.decode("utf-8", "surrogateescape")
    shown = for_terminal(text)
    assert not any(sign in shown for sign in "\x1b\x9b\x07\x08\x00\x7f\u202e")
    assert printable(redact(text)).isascii() or "\n" not in printable(text)
    assert io.StringIO(printable(text)).readlines() in ([], [printable(text)])
