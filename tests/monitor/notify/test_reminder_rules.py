"""Every reminder names the rules that asked for it, also outside the thread of a card."""

from __future__ import annotations

import pytest

from monitor.message_parts import Reminder, Why
from monitor.messages import GroupMessage, QuietHoursMessage, ReminderMessage, RoleMessage
from monitor.notify import plain
from monitor.notify.slack.draw import draw, draw_reply
from tests.support.alerts import AT, role

FIRST, SECOND = Why("engineers", ""), Why("scientists", "")


def due(key: str, *why: Why) -> Reminder:
    return Reminder(role(key, deadline_at=AT), why, 86400.0)


def shown(message: ReminderMessage | QuietHoursMessage) -> str:
    return str(draw(message)[1])


@pytest.mark.parametrize("why", [(FIRST,), (FIRST, SECOND)])
def test_a_reminder_that_stands_alone_names_its_rules(why: tuple[Why, ...]) -> None:
    message = ReminderMessage((due("1", *why),), AT)
    names = " · ".join(each.rule for each in why)
    assert {"type": "plain_text", "text": names, "emoji": False} in draw(message)[1][-1]["elements"]
    assert plain.fallback_text(message).endswith(names)


def test_a_reminder_in_the_thread_of_a_card_leaves_the_rules_to_the_card() -> None:
    assert "engineers" not in str(draw_reply(ReminderMessage((due("1", FIRST),), AT)))


def test_many_reminders_name_the_rules_of_each() -> None:
    said = shown(ReminderMessage((due("1", FIRST), due("2", SECOND)), AT))
    assert said.count("engineers") == said.count("scientists") == 1


def test_a_reminder_of_the_night_names_its_rule_beside_those_of_the_changes() -> None:
    opened = RoleMessage("opened", role("9"), (SECOND,), AT)
    near = ReminderMessage((due("1", FIRST),), AT)
    said = shown(QuietHoursMessage((GroupMessage((opened,)), near)))
    assert said.count("engineers") == said.count("scientists") == 1
    assert "engineers" in shown(QuietHoursMessage((near,)))
