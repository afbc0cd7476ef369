"""Messages as plain text."""

from __future__ import annotations

import json
from datetime import timedelta

import msgspec
import pytest
from syrupy.assertion import SnapshotAssertion

from monitor.message_parts import Why
from monitor.notify import plain
from monitor.notify.compose.style import DEFAULT
from monitor.notify.slack.draw import draw_reply
from tests.support.alerts import AT, every_kind, reminder, role


@pytest.mark.parametrize("number", range(len(every_kind())))
def test_a_message_is_written_as_stored(number: int, snapshot: SnapshotAssertion) -> None:
    message = every_kind()[number]
    assert {
        "fallback": plain.fallback_text(message),
        "title and body": plain.title_and_body(message),
    } == snapshot


def test_escaping_leaves_no_markup_for_slack() -> None:
    escaped = plain.escape("<!channel> & @here **bold** [text](https://evil.example)")
    assert escaped == (
        "&lt;!channel&gt; &amp; @\u2060here *\u2060*bold*\u2060* [text]\u2060(https://evil.example)"
    )


def test_a_reminder_names_its_rules_unless_its_card_does() -> None:
    one = reminder()
    said = [Why("engineers", ""), Why("london", "")]
    item = msgspec.structs.replace(one.items[0], why=tuple(said))
    two = msgspec.structs.replace(one, items=(item,))
    assert plain.fallback_text(one).endswith("engineers")
    assert plain.fallback_text(two).endswith("engineers · london")
    assert "engineers" not in json.dumps(draw_reply(one, DEFAULT)[1])


def test_near_deadlines_in_one_message_name_their_rules() -> None:
    near = role(deadline_at=AT + timedelta(hours=23), deadline_text="12pm PST")
    many = reminder(near, msgspec.structs.replace(near, posting="greenhouse:examplelabs:2"))
    london = msgspec.structs.replace(many.items[1], why=(Why("london", ""),))
    mixed = msgspec.structs.replace(many, items=(many.items[0], london))
    assert plain.fallback_text(many).endswith("engineers")
    first, second = (
        line for line in plain.fallback_text(mixed).splitlines() if "Research Engineer" in line
    )
    assert (first.endswith("engineers"), second.endswith("london")) == (True, True)
