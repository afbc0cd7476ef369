from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from crawler.items import Deadline, Posting, Probe
from monitor.alerts import mutes, reminders
from monitor.alerts.open_roles import OpenRole
from monitor.config.model import Rule
from monitor.database.tables import Alert, Delivery
from monitor.delivery.held_messages import merged_messages
from monitor.delivery.merge_deliveries import merge
from monitor.delivery.pack import pack
from monitor.message_parts import Reminder, Role, Why
from monitor.messages import QuietHoursMessage, ReminderMessage, load
from tests.support.boards import BOARD, START, posting, snapshot
from tests.support.history import ENGINEER, History, settings
from tests.support.written_alerts import write_reminders

WHY = Why("research-engineer", "title has “research engineer”")
DEADLINE = START + timedelta(days=10)


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


# a pair or None
def due(
    left: float,
    *,
    learnt: float | None = 200,
    remind: tuple[float, ...] = (72, 24),
    first: float = 200,
    mode: Any = "instant",
) -> Any:
    """Return the reminder due with `left` hours left: (threshold in hours, expired), or None."""
    role = Role(
        f"{BOARD}:1",
        "Example Labs",
        "Research Engineer",
        "https://jobs.example/1",
        deadline_at=DEADLINE,
    )
    rule = replace(ENGINEER, remind=tuple(map(hours, remind)), mode=mode)
    at = None if learnt is None else DEADLINE - hours(learnt)
    found = reminders.decide(
        OpenRole(1, BOARD, role, DEADLINE - hours(first), (WHY,)),
        rule,
        WHY,
        at,
        DEADLINE - hours(left),
    )
    return (found.threshold / hours(1), found.expired) if found else None


@pytest.mark.parametrize(
    ("left", "more", "expected"),
    [
        (73, {}, None),
        (72, {}, (72, False)),
        (30, {}, (72, False)),
        (24, {}, (24, False)),
        (0.1, {}, (24, False)),
        (0, {}, (24, True)),
        (-23, {}, (24, True)),
        (-25, {}, None),
        (50, {"learnt": 50, "first": 50}, None),  # the card just showed it
        (24, {"learnt": 50, "first": 50}, (24, False)),
        (20, {"learnt": 20, "first": 20}, (24, False)),  # the last threshold is always sent
        (50, {"learnt": None, "first": 50}, (72, False)),  # a baseline has no card
        (-1, {"learnt": 20, "first": 20}, None),
        (-1, {"learnt": None, "first": -0.5}, None),  # found when it was over
        (20, {"remind": ()}, None),
        (20, {"mode": "digest"}, None),
        (100, {"remind": (168,)}, (168, False)),
    ],
)
def test_the_nearest_threshold_is_due_from_its_moment_to_the_deadline(
    left: float, more: dict[str, Any], expected: object
) -> None:
    assert due(left, **more) == expected


class Days:
    """A board with a posting whose deadline is in ten days, and a clock."""

    def __init__(self, engine: Engine, *rules: Rule) -> None:
        self.history = History(engine, settings(*rules))
        self.history.check(snapshot([posting("99", title="Chef")]))
        self.check(self.role())

    # any field of a posting
    def role(self, deadline: datetime | None = DEADLINE, **fields: Any) -> Posting:
        return posting(
            deadline=Deadline(deadline, "by then") if deadline else None,
            stated=frozenset({"deadline"}),
            **fields,
        )

    def check(self, *postings: Posting, closed: str = "") -> None:
        probes = {closed: Probe.GONE} if closed else {}
        self.history.check(snapshot([posting("99", title="Chef"), *postings], probes))

    def at(self, left: float, deadline: datetime = DEADLINE) -> int:
        """Write what is due with that many hours left. Return the number of reminders."""
        self.history.now = deadline - hours(left)
        with self.history.engine.begin() as connection:
            return write_reminders(connection, self.history.settings, self.history.now)

    def reminders(self) -> list[Reminder]:
        rows = self.history.ask("SELECT message FROM alert WHERE kind = 'reminder' ORDER BY id")
        messages = [load(row[0]) for row in rows]
        return [
            item
            for message in messages
            if isinstance(message, ReminderMessage)
            for item in message.items
        ]

    def waiting(self) -> list[ReminderMessage]:
        messages = [
            load(row[0])
            for row in self.history.ask("SELECT message FROM delivery WHERE state = 'pending'")
        ]
        return [message for message in messages if isinstance(message, ReminderMessage)]

    def pack(self) -> None:
        with self.history.engine.begin() as connection:
            pack(connection, self.history.now)


def test_each_threshold_is_sent_once(engine: Engine) -> None:
    days = Days(engine)
    assert [days.at(left) for left in (100, 72, 71, 30, 24, 23.9, 1)] == [0, 1, 0, 0, 1, 0, 0]
    assert [item.threshold / 3600 for item in days.reminders()] == [72, 24]
    assert (
        days.history.ask("SELECT posting, rule, why FROM alerts WHERE kind = 'reminder'")
        == [(f"{BOARD}:1", "research-engineer", "title has “research engineer”")] * 2
    )


def test_a_postponed_deadline_has_new_reminders(engine: Engine) -> None:
    days = Days(engine)
    assert days.at(72) == 1
    later = DEADLINE + timedelta(days=7)
    days.check(days.role(later))
    assert days.at(24) == 0
    assert [days.at(left, later) for left in (100, 72, 24)] == [0, 1, 1]


def test_a_slightly_earlier_deadline_has_no_new_reminder(engine: Engine) -> None:
    days = Days(engine)
    assert [days.at(72), days.at(24)] == [1, 1]
    nearer = DEADLINE - hours(2)
    days.check(days.role(nearer))
    assert [days.at(left, nearer) for left in (21, 5)] == [0, 0]


def test_closed_and_unfit_roles_have_no_reminder(engine: Engine) -> None:
    days = Days(engine)
    days.check(days.role(key="2"), days.role())
    days.check(days.role(key="2", title="Chef"), closed="1")
    assert days.at(24) == 0


def test_a_muted_roles_reminder_is_discarded(engine: Engine) -> None:
    days = Days(engine)
    with engine.begin() as connection:
        mine = connection.scalar(select(Alert.posting_id).where(Alert.kind == "opened"))
        mutes.mute(
            connection, "console", posting_id=mine, rule=None, by="U0ALICE001", now=days.history.now
        )
    days.at(24)
    assert days.history.ask("SELECT state FROM alerts WHERE kind = 'reminder'") == [("discarded",)]


def test_a_reminder_expires_at_its_deadline(engine: Engine) -> None:
    days = Days(engine)
    days.at(24)
    days.pack()
    days.at(-0.1)
    assert days.history.ask("SELECT state, reason FROM alerts WHERE kind = 'reminder'") == [
        ("expired", "the deadline passed before it could be sent")
    ]


def test_a_reminder_expires_when_its_role_closes(engine: Engine) -> None:
    days = Days(engine)
    days.check(days.role(), days.role(key="2"))
    days.at(24)
    days.pack()
    days.check(days.role(), closed="2")
    days.at(23)
    assert days.history.ask(
        "SELECT posting, state, reason FROM alerts WHERE kind = 'reminder' ORDER BY posting"
    ) == [
        (f"{BOARD}:1", "pending", None),
        (f"{BOARD}:2", "expired", "the role closed before it could be sent"),
    ]


def test_a_reminder_of_a_postponed_deadline_is_sent_later(
    engine: Engine,
) -> None:
    days = Days(engine)
    days.at(24)
    days.pack()
    later = DEADLINE + timedelta(days=7)
    days.check(days.role(later))
    assert [days.at(left, later) for left in (100, 24)] == [0, 1]
    states = days.history.ask(
        "SELECT state, reason FROM alerts WHERE kind = 'reminder' ORDER BY alert_id"
    )
    assert states == [("expired", "the deadline moved before it could be sent"), ("pending", None)]


def test_a_reminder_that_expired_with_its_role_is_sent_when_the_role_reopens(
    engine: Engine,
) -> None:
    days = Days(engine)
    days.at(24)
    days.pack()
    days.check(closed="1")
    days.at(23)
    days.check(days.role())
    assert [days.at(22), days.at(21)] == [1, 0]
    assert days.history.ask(
        "SELECT state, reason FROM alerts WHERE kind = 'reminder' ORDER BY alert_id"
    ) == [("expired", "the role closed before it could be sent"), ("pending", None)]


@pytest.mark.parametrize("meanwhile", [DEADLINE + timedelta(days=7), None])
def test_a_reminder_that_expired_with_its_deadline_is_sent_when_the_deadline_is_back(
    engine: Engine, meanwhile: datetime | None
) -> None:
    days = Days(engine)
    days.at(24)
    days.pack()
    days.check(days.role(meanwhile))
    days.at(23)
    days.check(days.role())
    assert [days.at(22), days.at(21)] == [1, 0]
    assert days.history.ask(
        "SELECT state, reason FROM alerts WHERE kind = 'reminder' ORDER BY alert_id"
    ) == [("expired", "the deadline moved before it could be sent"), ("pending", None)]


def test_a_sent_reminder_is_not_sent_again_when_its_role_reopens(engine: Engine) -> None:
    days = Days(engine)
    days.at(24)
    days.pack()
    with engine.begin() as connection:
        connection.execute(update(Delivery).values(state="sent", sent_at=days.history.now))
    days.check(closed="1")
    days.at(23)
    days.check(days.role())
    assert days.at(22) == 0


def test_a_renamed_rule_does_not_remind_again(engine: Engine) -> None:
    days = Days(engine)
    assert days.at(72) == 1
    days.history.settings = settings(replace(ENGINEER, name="engineers"))
    assert [days.at(left) for left in (71, 24)] == [0, 1]


def test_a_new_rule_reminds_beside_another(engine: Engine) -> None:
    days = Days(engine)
    assert days.at(72) == 1
    days.history.settings = settings(ENGINEER, Rule("second", any=("engineer",)))
    assert days.at(71) == 1


def test_a_waiting_reminder_shows_the_moved_deadline(engine: Engine) -> None:
    days = Days(engine)
    days.at(20)
    days.pack()
    nearer = DEADLINE - hours(2)
    days.check(days.role(nearer))
    days.at(10)
    [message] = days.waiting()
    assert [item.role.deadline_at for item in message.items] == [nearer]
    days.at(1)
    assert days.history.ask("SELECT state FROM alerts WHERE kind = 'reminder'") == [("expired",)]


def test_a_night_message_drops_only_its_expired_reminder(engine: Engine) -> None:
    days = Days(engine)
    days.at(24)
    days.pack()
    with engine.begin() as connection:
        rows = connection.execute(
            select(Delivery.delivery_id, Delivery.message).order_by(Delivery.id)
        ).all()
        [(names, night)] = merged_messages(
            [(row.delivery_id, load(row.message)) for row in rows], days.history.now
        )
        merge(connection, names, night)
    days.check(closed="1")
    days.at(23)
    alerts = days.history.ask("SELECT kind, state FROM alerts ORDER BY alert_id")
    assert alerts[:3] == [("summary", "pending"), ("opened", "pending"), ("reminder", "expired")]
    [left] = [
        load(row[0])
        for row in days.history.ask("SELECT message FROM delivery WHERE state = 'pending'")
    ]
    assert isinstance(left, QuietHoursMessage)
    assert [type(part).__name__ for part in left.parts] == ["GroupMessage", "FirstCheckSummary"]


def test_an_unconfirmed_reminder_does_not_expire(engine: Engine) -> None:
    days = Days(engine)
    days.at(24)
    days.pack()
    with engine.begin() as connection:
        connection.execute(update(Delivery).values(state="sending", sending_at=days.history.now))
    days.at(-0.1)
    assert days.history.ask("SELECT state FROM alerts WHERE kind = 'reminder'") == [("sending",)]


def test_a_missed_reminder_is_stored_once_as_expired(engine: Engine) -> None:
    days = Days(engine)
    assert [days.at(-1), days.at(-2)] == [0, 0]
    assert days.history.ask("SELECT state FROM alerts WHERE kind = 'reminder'") == [("expired",)]


def test_reminders_of_several_rules_are_one_message(engine: Engine) -> None:
    days = Days(engine, ENGINEER, Rule("second", any=("engineer",)))
    assert days.at(24) == 2
    days.pack()
    assert (
        len(
            {
                row[0]
                for row in days.history.ask(
                    "SELECT delivery_id FROM alerts WHERE kind = 'reminder'"
                )
            }
        )
        == 1
    )


def test_many_deadlines_at_once_are_one_message(engine: Engine) -> None:
    days = Days(engine)
    days.check(*(days.role(key=str(number)) for number in range(1, 13)))
    assert days.at(24) == 12
    days.pack()
    (message,) = days.waiting()
    assert len(message.items) == 12


def test_only_passed_deadlines_of_a_waiting_group_expire(
    engine: Engine,
) -> None:
    days = Days(engine)
    days.check(
        *(
            days.role(DEADLINE - hours(12) if number < 3 else DEADLINE, key=str(number))
            for number in range(1, 13)
        )
    )
    assert days.at(20) == 12
    days.pack()
    days.at(10)
    assert days.history.ask(
        "SELECT state, count(*) FROM alerts WHERE kind = 'reminder' GROUP BY state ORDER BY state"
    ) == [
        ("expired", 2),
        ("pending", 10),
    ]
    (message,) = days.waiting()
    assert sorted(int(item.role.posting.rpartition(":")[2]) for item in message.items) == list(
        range(3, 13)
    )
