from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine

from crawler.items import Deadline, Failure, Probe
from monitor.alerts import mutes, watches
from monitor.alerts.digest import next_due
from monitor.channels import Listed
from monitor.config.model import AlertSettings, Rule, SlackSettings
from monitor.config.values import Kind
from monitor.database import slack_channels
from monitor.delivery.manual import discard
from monitor.delivery.open_items import count_moving_of_round
from monitor.delivery.pack import pack
from monitor.messages import DigestMessage, load
from monitor.queries.resolve import find_posting
from tests.support.boards import BOARD, START, posting, snapshot
from tests.support.history import ENGINEER, History, settings
from tests.support.slack_scenario import MORE, PAY, paid
from tests.support.written_alerts import write_digests

NEW_YORK = ZoneInfo("America/New_York")
# Greenwich until 29 March
DIGEST = AlertSettings(digest=time(9), timezone=ZoneInfo("Europe/London"))
NIGHT = replace(DIGEST, quiet=(time(22), time(7)))
CHEF = posting("99", title="Chef")
ENGINEER_TOO = replace(ENGINEER, name="kinds-at-once")
_SECRET = SecretStr("ntfy://topic")


class Days:
    """A board and a clock. Its baseline is the check of 2 March, 09:15."""

    # any of the settings
    def __init__(
        self, engine: Engine, *rules: Rule, alerts: AlertSettings = DIGEST, **more: Any
    ) -> None:
        self.history = History(engine, settings(*rules, alerts=alerts, **more))
        self.history.check(snapshot([CHEF, posting("1")]))

    def at(self, day: float, hour: float) -> int:
        """Write what is due on that day of March. Return the number of digests."""
        self.history.now = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(days=day - 1, hours=hour)
        with self.history.engine.begin() as connection:
            return write_digests(connection, self.history.settings, self.history.now)

    def digests(self) -> list[DigestMessage]:
        texts = [
            row[0]
            for row in self.history.ask(
                "SELECT message FROM alert WHERE kind = 'digest' ORDER BY id"
            )
        ]
        return [message for message in map(load, texts) if isinstance(message, DigestMessage)]

    @property
    def last(self) -> DigestMessage:
        return self.digests()[-1]


def test_a_digest_is_sent_daily_even_without_changes(engine: Engine) -> None:
    days = Days(engine)
    assert [
        days.at(2, 10),
        days.at(3, 8.9),
        days.at(3, 9),
        days.at(3, 9.1),
        days.at(4, 8),
        days.at(4, 9),
    ] == [0, 0, 1, 0, 0, 1]
    assert (days.last.items, days.last.open, days.last.fitting) == ((), 2, 1)
    assert (
        days.history.ask("SELECT state, channel, rule FROM alerts WHERE kind = 'digest'")
        == [("pending", "console", None)] * 2
    )


def test_missed_digests_are_not_sent_day_by_day(engine: Engine) -> None:
    days = Days(engine)
    assert [days.at(3, 9), days.at(8, 22), days.at(8, 23), days.at(9, 9)] == [1, 1, 0, 1]


def test_a_clock_that_is_set_back_by_long_does_not_end_the_digests(engine: Engine) -> None:
    days = Days(engine)
    assert [days.at(3, 9), days.at(368, 9)] == [1, 1]
    assert [days.at(3, 10), days.at(4, 9), days.at(4, 9.1), days.at(5, 9)] == [0, 1, 0, 1]
    assert days.digests()[2].since == datetime(2026, 3, 3, 9, tzinfo=UTC)


def test_a_channel_whose_clock_was_ahead_at_first_gets_digests(engine: Engine) -> None:
    days = Days(engine)
    assert [days.at(-300, 9), days.at(-300, 9.1), days.at(-299, 9)] == [1, 0, 1]


def test_a_digest_is_not_sent_twice_when_the_clock_is_set_back_by_hours(engine: Engine) -> None:
    days = Days(engine)
    assert [days.at(3, 9.1), days.at(2, 23), days.at(3, 9), days.at(4, 9)] == [1, 0, 0, 1]


def test_a_missed_digest_is_late_by_some_hours_at_most(engine: Engine) -> None:
    days = Days(engine, alerts=replace(DIGEST, digest=time(23, 30)))
    assert [days.at(4, 2), days.at(5, 6)] == [1, 0]


def test_a_digest_within_quiet_hours_is_written_just_before_they_end(engine: Engine) -> None:
    days = Days(engine, alerts=replace(NIGHT, digest=time(23)))
    assert [days.at(3, 23), days.at(4, 6.9), days.at(4, 6.99), days.at(4, 7)] == [0, 0, 1, 0]
    days.history.check(snapshot([CHEF], {"1": Probe.GONE}))
    assert [days.at(4, 23), days.at(5, 6.99)] == [0, 1]
    assert (days.last.open, days.last.fitting) == (1, 0)


def test_a_digest_missed_before_quiet_hours_is_written_as_they_end(engine: Engine) -> None:
    days = Days(engine, alerts=replace(NIGHT, digest=time(21)))
    assert [days.at(3, 21), days.at(4, 23), days.at(5, 6.99), days.at(5, 21)] == [1, 0, 1, 1]


@pytest.mark.parametrize(
    ("at", "after"),
    [
        (time(9), timedelta(hours=1)),
        (time(23), timedelta(hours=22, minutes=59)),
        (time(7), timedelta(hours=23)),
    ],
)
def test_the_next_digest_is_planned_with_quiet_hours(
    sqlite_engine: Engine, at: time, after: timedelta
) -> None:
    days = Days(sqlite_engine, alerts=replace(NIGHT, digest=at))
    eight = datetime(2026, 3, 3, 8, tzinfo=UTC)
    assert next_due(days.history.settings, eight) == eight + after


@pytest.mark.parametrize("at", [time(2, 30), time(1, 30)])
@pytest.mark.parametrize(
    "around", [datetime(2026, 3, 8, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)]
)
def test_a_skipped_or_doubled_local_time_has_one_digest(
    sqlite_engine: Engine, at: time, around: datetime
) -> None:
    days = Days(sqlite_engine, alerts=AlertSettings(digest=at, timezone=NEW_YORK))
    for step in range(3 * 24 * 4):
        now = around - timedelta(days=1) + timedelta(minutes=15 * step)
        with sqlite_engine.begin() as connection:
            write_digests(connection, days.history.settings, now)
    dates = [one.day for one in days.digests()]
    assert len(dates) == len(set(dates)) >= 3


def test_a_digest_tells_a_role_once_with_its_net_state(
    engine: Engine,
) -> None:
    days = Days(engine)
    days.at(3, 9)
    days.history.check(snapshot([CHEF, posting("1"), posting("2")]))
    days.history.check(
        snapshot([CHEF, posting("1", location="Paris", locations=("Paris",)), posting("2")])
    )
    days.history.check(
        snapshot([CHEF, posting("1", location="Rome", locations=("Rome",)), posting("2")], {})
    )
    days.history.check(
        snapshot([CHEF, posting("1", location="Rome", locations=("Rome",))], {"2": Probe.GONE})
    )
    days.at(4, 9)
    assert [(item.kind, item.after, item.role.posting[-1]) for item in days.last.items] == [
        ("closed", "opened", "2"),
        ("revised", "", "1"),
    ]
    (change,) = days.last.items[1].changes
    assert (change.old, change.new) == ("London, UK", "Rome")
    days.at(5, 9)
    assert days.last.items == ()


@pytest.mark.parametrize("on", [("opened", "revised", "closed", "reopened"), ("closed",)])
def test_a_digest_says_that_a_role_is_open_again_whose_closing_was_sent_at_once(
    engine: Engine, on: tuple[Kind, ...]
) -> None:
    """A rule became a digest, or another rule sends the closing alone."""
    at_once, in_digest = replace(ENGINEER, on=on), replace(ENGINEER_TOO, mode="digest")
    days = Days(engine, at_once, in_digest)
    days.history.check(snapshot([CHEF], {"1": Probe.GONE}))
    days.history.settings = settings(replace(at_once, mode="digest"), in_digest, alerts=DIGEST)
    days.history.check(snapshot([CHEF, posting("1")]))
    days.at(3, 9)
    assert [(item.kind, item.role.posting) for item in days.last.items] == [
        ("reopened", f"{BOARD}:1")
    ]


def test_alerts_of_a_digest_rule_are_sent_only_with_the_digest(engine: Engine) -> None:
    days = Days(engine, replace(ENGINEER, mode="digest"))
    days.history.check(snapshot([CHEF, posting("1"), posting("2")]))
    with engine.begin() as connection:
        assert pack(connection, days.history.now) == 1  # the summary
    days.at(3, 9)
    rows = days.history.ask(
        "SELECT kind, delivery_id FROM alerts WHERE kind IN ('opened', 'digest') ORDER BY alert_id"
    )
    assert [kind for kind, _ in rows] == ["opened", "digest"]
    assert len({delivery for _, delivery in rows}) == 1
    assert [item.role.posting for item in days.last.items] == [f"{BOARD}:2"]


def test_a_digest_rule_without_a_time_has_one_in_the_morning(engine: Engine) -> None:
    days = Days(engine, replace(ENGINEER, mode="digest"), alerts=AlertSettings())
    assert [days.at(3, 8), days.at(3, 9)] == [0, 1]


def test_a_check_beside_the_daemon_does_not_wait_for_a_digest(engine: Engine) -> None:
    days = Days(engine, replace(ENGINEER, mode="digest"))
    days.history.check(snapshot([CHEF, posting("1"), posting("2")]))
    [[round_id]] = days.history.ask("SELECT round_id FROM alert WHERE kind = 'opened'")
    with engine.connect() as connection:
        assert count_moving_of_round(connection, days.history.now, round_id) == 0


def test_alerts_waiting_for_a_removed_digest_are_sent_at_once(engine: Engine) -> None:
    days = Days(engine, replace(ENGINEER, mode="digest"))
    days.history.check(snapshot([CHEF, posting("1"), posting("2")]))
    days.history.settings = settings(ENGINEER)
    days.at(3, 9)
    with engine.begin() as connection:
        pack(connection, days.history.now)
    assert days.history.alerted("state") == ["pending", "pending"]


def test_alerts_waiting_for_the_digest_of_a_channel_that_no_rule_names_are_sent_at_once(
    engine: Engine,
) -> None:
    """A rule without a token tells the console, until there is one."""
    family = replace(ENGINEER, mode="digest", notify=("apprise:a",))
    days = Days(engine, family)
    days.history.check(snapshot([CHEF, posting("1"), posting("2")]))
    days.at(2, 12)
    assert days.history.alerted("channel") == ["console", "console"]
    assert days.history.alerted("state") == ["pending", "held"]
    days.history.settings = settings(family, alerts=DIGEST, secrets={"apprise:a": _SECRET})
    assert days.at(2, 13) == 1
    assert days.history.alerted("state") == ["pending", "pending"]


def test_alerts_wait_for_the_digest_of_a_channel_that_a_rule_names_otherwise(
    engine: Engine,
) -> None:
    family = replace(ENGINEER, mode="digest", notify=("slack:C0ROLES001",))
    slack = SlackSettings(token=_SECRET)
    days = Days(engine, family, slack=slack)
    days.history.check(snapshot([CHEF, posting("1"), posting("2")]))
    with engine.begin() as connection:
        listed = {"#roles": Listed("C0ROLES001", private=False)}
        slack_channels.remember(connection, listed, days.history.now)
    respelled = replace(family, notify=("slack:#roles",))
    days.history.settings = settings(respelled, alerts=DIGEST, slack=slack)
    days.at(2, 8)
    assert days.history.alerted("state") == ["pending", "held"]


def test_a_personal_watch_keeps_no_alert_waiting_for_a_digest(engine: Engine) -> None:
    """A direct message gets a digest from a rule of the file, and none from a watch."""
    to_alice = replace(ENGINEER, mode="digest", notify=("slack:U0ALICE001",))
    slack = SlackSettings(token=_SECRET)
    days = Days(engine, to_alice, slack=slack)
    days.history.check(snapshot([CHEF, posting("1"), posting("2")]))
    with engine.begin() as connection:
        now = days.history.now
        watch = watches.begin(connection, "U0ALICE001", ["chef"], employer=None, place="", now=now)
    days.history.settings = settings(
        replace(to_alice, notify=("slack:#roles",)), watch, alerts=DIGEST, slack=slack
    )
    days.at(2, 13)
    assert days.history.alerted("state") == ["pending", "pending"]


def test_alerts_wait_for_the_digest_of_a_channel_whose_address_is_missing_for_now(
    engine: Engine,
) -> None:
    family = replace(ENGINEER, mode="digest", notify=("apprise:a",))
    days = Days(engine, family, secrets={"apprise:a": _SECRET})
    days.history.check(snapshot([CHEF, posting("1"), posting("2")]))
    days.history.settings = settings(family, alerts=DIGEST)
    assert days.at(2, 13) == 0
    assert days.history.alerted("state") == ["pending", "held"]


def test_alerts_waiting_for_a_digest_can_be_discarded(engine: Engine) -> None:
    days = Days(engine, replace(ENGINEER, mode="digest"))
    days.history.check(snapshot([CHEF, posting("1"), posting("2")]))
    with engine.begin() as connection:
        pack(connection, days.history.now)
        # the summary, which is older than this check
        assert discard(connection, days.history.now) == 1
        assert discard(connection, days.history.now + timedelta(seconds=1), "slack:#others") == 0
        assert discard(connection, days.history.now + timedelta(seconds=1)) == 1
    assert days.history.alerted("state") == ["discarded"] * 2
    days.at(3, 9)
    assert days.last.items == ()


def test_each_channel_has_its_own_roles_and_counts(engine: Engine) -> None:
    addresses = {"apprise:a": _SECRET, "apprise:b": _SECRET}
    chefs = Rule("chefs", any=("chef",), notify=("apprise:b",))
    days = Days(engine, replace(ENGINEER, notify=("apprise:a",)), chefs, secrets=addresses)
    days.history.check(snapshot([CHEF, posting("98", title="Sous Chef"), posting("1")]))
    assert days.at(3, 9) == 2
    assert [(len(one.items), one.fitting, one.open) for one in days.digests()] == [
        (0, 1, 3),
        (1, 2, 3),
    ]


def test_a_digest_lists_a_weeks_deadlines_and_failing_boards(engine: Engine) -> None:
    days = Days(engine)
    near, far = (Deadline(START + timedelta(days=day), "then") for day in (5, 20))
    days.history.check(
        snapshot(
            [
                CHEF,
                posting("1", deadline=far),
                posting("2", deadline=near),
                posting("3", title="Chef", deadline=near),
            ]
        )
    )
    for _ in range(3):
        days.history.check(Failure(BOARD, "HTTP 503"))
    days.at(3, 9)
    assert [role.posting for role in days.last.deadlines] == [f"{BOARD}:2"]
    assert [(board.company, board.state) for board in days.last.boards] == [
        ("Example Labs", "failing")
    ]


def test_without_a_time_there_is_no_digest(engine: Engine) -> None:
    assert Days(engine, alerts=AlertSettings()).at(3, 9) == 0


def test_muted_roles_and_rules_are_in_no_section_of_a_digest(engine: Engine) -> None:
    near = Deadline(datetime(2026, 3, 6, tzinfo=UTC), "6 March")
    rule = replace(ENGINEER, mode="digest")
    days = Days(engine, rule, ENGINEER_TOO)
    roles = [
        posting(
            key, title=f"Research Engineer {key}", deadline=near, stated=frozenset({"deadline"})
        )
        for key in ("2", "3")
    ]
    days.history.check(snapshot([CHEF, posting("1"), *roles]))
    with engine.begin() as connection:
        found = find_posting(connection, "2")
        mutes.mute(
            connection,
            "console",
            posting_id=found.id,
            rule=None,
            by="U0ALICE001",
            now=days.history.now,
        )
    assert days.at(3, 9.5) == 1
    assert [item.role.posting for item in days.last.items] == [f"{BOARD}:3"]
    assert [role.posting for role in days.last.deadlines] == [f"{BOARD}:3"]
    assert days.last.fitting == 2
    assert (
        days.history.ask(
            "SELECT rule, state, reason FROM alerts"
            " WHERE title = 'Research Engineer 2' AND state = 'discarded'"
        )
        != []
    )
    with engine.begin() as connection:
        for name in (rule.name, ENGINEER_TOO.name):
            mutes.mute(
                connection,
                "console",
                posting_id=None,
                rule=name,
                by="U0ALICE001",
                now=days.history.now + timedelta(hours=23),
            )
    assert days.at(4, 9.5) == 1
    assert (days.last.items, days.last.deadlines, days.last.fitting) == ((), (), 0)


def test_a_new_role_has_its_facts_of_now_though_the_rule_tells_changes_of_pay_alone(
    engine: Engine,
) -> None:
    days = Days(engine, replace(ENGINEER, fields=("pay",)))
    moved = paid(MORE, "2", location="Paris", locations=("Paris",))
    for seen in (paid(PAY, "2"), paid(MORE, "2"), moved):
        days.history.check(snapshot([CHEF, posting("1"), seen]))
    days.at(3, 9)
    [item] = days.last.items
    assert (item.kind, item.role.location) == ("opened", "Paris")
    assert item.role.pay == "141000-245000 USD/year"


def test_a_new_role_has_its_facts_of_now_though_the_rule_tells_openings_alone(
    engine: Engine,
) -> None:
    days = Days(engine, replace(ENGINEER, on=("opened",)))
    days.history.check(snapshot([CHEF, posting("1"), posting("2")]))
    moved = posting("2", title="Research Engineer, Robotics", location="Paris")
    days.history.check(snapshot([CHEF, posting("1"), moved]))
    days.at(3, 9)
    [item] = days.last.items
    assert (item.kind, item.role.title, item.role.location) == (
        "opened",
        "Research Engineer, Robotics",
        "Paris",
    )


@pytest.mark.parametrize("kinds", [("opened", "revised"), ("opened", "closed")])
def test_a_role_that_closed_without_an_alert_is_not_called_new(
    engine: Engine, kinds: tuple[Kind, ...]
) -> None:
    days = Days(engine, replace(ENGINEER, on=kinds))
    days.at(2, 10)
    days.history.check(snapshot([CHEF, posting("1"), posting("2")]))
    with days.history.engine.begin() as connection:
        muted = find_posting(connection, f"{BOARD}:2").id
        now = days.history.now
        row, _ = mutes.mute(connection, "console", posting_id=muted, rule=None, by="U1", now=now)
    days.history.check(snapshot([CHEF, posting("1")], {"2": Probe.GONE}))
    with days.history.engine.begin() as connection:
        mutes.undo(connection, row.id, "U1", days.history.now)
    days.at(3, 9)
    [item] = days.last.items
    assert (item.kind, item.after) == ("closed", "opened")
