"""The watchdog on real databases: what it calls late, and how often it says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from crawler.items import Failure
from monitor.alerts.rows import write_operator_message
from monitor.config.model import Settings, WorkerSettings
from monitor.database.engine import make_engine
from monitor.delivery.pack import pack
from monitor.health.watchdog import Watchdog
from monitor.messages import OperatorMessage, load
from tests.support.alerts import AlertWriter, opened
from tests.support.boards import BOARD, posting, snapshot
from tests.support.history import History, settings

MINUTE = 60.0


@dataclass
class Ward:
    """A watchdog over a history, whose time passes on request."""

    engine: Engine
    alerts: list[str] = field(default_factory=list)
    incidents: list[str] = field(default_factory=list)
    passed: float = 0.0  # seconds

    def __post_init__(self) -> None:
        self.history = History(self.engine, now=datetime.now(UTC), alerts=False)
        self.settings: Settings = self.history.settings
        self.dog = self.new_dog(self.write_operator_alert)

    def new_dog(self, write_operator_alert: Callable[[OperatorMessage], None]) -> Watchdog:
        return Watchdog(
            self.engine, lambda: self.history.now, lambda: self.passed, write_operator_alert
        )

    def restart(self) -> None:
        """Replace the watchdog, as a restarted daemon does."""
        self.dog = self.new_dog(self.store)

    def store(self, message: OperatorMessage) -> None:
        """Write an alert to the database, as the daemon does."""
        with self.engine.begin() as connection:
            write_operator_message(connection, ["console"], message, at=self.history.now)

    def stored(self) -> list[str]:
        """Return the headlines of the stored alerts about rounds. Nobody sends them."""
        texts = self.history.ask("SELECT message FROM alert ORDER BY id")
        headlines = [
            message.headline
            for message in (load(row[0]) for row in texts)
            if isinstance(message, OperatorMessage)
        ]
        return [headline for headline in headlines if headline.startswith("Rounds")]

    def write_operator_alert(self, message: OperatorMessage) -> None:
        self.incidents.append(message.incident)
        self.alerts.append(
            f"{message.headline}: {message.lines[0]}" if message.lines else message.headline
        )

    def wait(self, minutes: float, *, asleep: bool = False) -> list[str]:
        """Return the problems after that time."""
        self.history.now += timedelta(minutes=minutes)
        self.passed += 0 if asleep else minutes * MINUTE
        self.dog.check(self.settings)
        return self.dog.reasons(MINUTE)


@pytest.fixture
def ward(engine: Engine) -> Ward:
    ward = Ward(engine)
    ward.history.check(snapshot([posting("1")]))
    return ward


def test_a_board_that_is_not_due_is_in_time(ward: Ward) -> None:
    assert ward.wait(5) == []
    assert ward.wait(5) == []
    assert ward.alerts == []


def test_missing_rounds_are_reported_once_and_so_is_their_return(ward: Ward) -> None:
    ward.wait(16)
    [reason] = ward.wait(16)
    assert reason.startswith(
        f"rounds late: {BOARD} is due and no round takes it up (last checked at "
    )
    ward.wait(60)
    assert [line.partition(":")[0] for line in ward.alerts] == ["Rounds are late"]
    ward.history.check(snapshot([posting("1")]), minutes=1)
    assert ward.wait(1) == []
    assert [line.partition(":")[0] for line in ward.alerts[1:]] == ["Rounds are in time again"]
    assert ward.incidents[0] == ward.incidents[1] != ""
    ward.wait(16)
    assert ward.wait(60)
    assert len(ward.alerts) == 3
    assert ward.incidents[2] != ward.incidents[0]


def test_a_failing_board_is_checked_and_so_in_time(ward: Ward) -> None:
    for _ in range(6):
        ward.history.check(Failure(BOARD, "HTTP 503", 503), minutes=70)
        assert ward.wait(1) == []


def test_a_board_that_was_never_checked_is_late_too(engine: Engine) -> None:
    ward = Ward(engine)
    ward.history.check()
    ward.wait(1)
    assert "never checked" in ward.wait(15)[0]


def test_a_machine_that_slept_for_a_day_is_not_late(ward: Ward) -> None:
    ward.wait(14)
    assert ward.wait(24 * 60, asleep=True) == []
    assert ward.wait(1) == []


def test_an_unsent_message_is_late(ward: Ward) -> None:
    writer = AlertWriter(ward.engine)
    writer.tell(opened(), channel="slack:#roles", at=ward.history.now)
    ward.settings = settings(boards=())
    with ward.engine.begin() as connection:
        pack(connection, ward.history.now)
        connection.execute(text("UPDATE board SET watched = :no"), {"no": False})
    ward.wait(1)
    [reason] = ward.wait(15)
    assert reason.startswith("delivery late: slack:#roles: a message of ")
    assert reason.endswith("is not delivered (nobody sends it)")
    writer.set(
        writer.deliveries()[0].delivery_id,
        attempts=4,
        reason="HTTP 503",
        next_try_at=ward.history.now + timedelta(minutes=5),
    )
    assert ward.wait(1)[0].endswith("(HTTP 503)")
    writer.set(writer.deliveries()[0].delivery_id, state="sent", sent_at=ward.history.now)
    assert ward.wait(1) == []
    assert [line.partition(":")[0] for line in ward.alerts] == [
        "Delivery is late",
        "Delivery is in time again",
    ]


@pytest.mark.parametrize("state", ["failed", "held", "expired", "discarded"])
def test_a_message_that_waits_for_a_person_or_its_hour_is_not_late(
    engine: Engine, state: str
) -> None:
    ward, writer = Ward(engine), AlertWriter(engine)
    writer.tell(opened(), at=ward.history.now)
    with engine.begin() as connection:
        pack(connection, ward.history.now)
    writer.set(writer.deliveries()[0].delivery_id, state=state, next_try_at=ward.history.now)
    ward.wait(1)
    assert ward.wait(60) == []


def test_alerts_that_are_not_made_into_messages_are_late(engine: Engine) -> None:
    ward = Ward(engine)
    AlertWriter(engine).tell(opened(), at=ward.history.now)
    ward.wait(1)
    assert ward.wait(15)[0].startswith("delivery late: alerts written since ")


def test_an_unreadable_database_is_a_reason_and_recovery_is_reported(
    tmp_path: Path,
) -> None:
    ward = Ward(make_engine(f"sqlite:///{tmp_path / 'empty.db'}"))  # no tables yet
    reason = "the database cannot be read: OperationalError: no such table: board"
    assert ward.wait(1) == [f"{part} late: {reason}" for part in ("rounds", "delivery")]
    assert len(ward.alerts) == 2


def test_a_message_to_the_operator_that_cannot_be_written_is_written_later(
    ward: Ward, tmp_path: Path
) -> None:
    broken = make_engine(f"sqlite:///{tmp_path / 'broken.db'}")

    def refuse(_: OperatorMessage) -> None:
        with broken.begin() as connection:
            connection.execute(text("INSERT INTO nowhere VALUES (1)"))

    ward.dog.write_operator_alert = refuse
    ward.wait(16)
    assert ward.wait(16)
    assert ward.alerts == []
    ward.dog.write_operator_alert = ward.write_operator_alert
    ward.wait(1)
    ward.wait(1)
    assert len(ward.alerts) == 1


def test_a_restarted_daemon_ends_the_incident_of_the_one_before(ward: Ward) -> None:
    ward.dog.write_operator_alert = ward.store
    ward.wait(16)
    assert ward.wait(16)
    ward.restart()
    ward.wait(0)
    ward.wait(3)
    assert ward.stored() == ["Rounds are late"]  # nobody knows yet whether they still are
    ward.history.check(snapshot([posting("1")]), minutes=1)
    ward.wait(1)
    assert ward.stored() == ["Rounds are late", "Rounds are in time again"]
    ward.restart()
    ward.wait(5)
    assert len(ward.stored()) == 2


def test_an_incident_that_outlasts_a_restart_is_reported_once(ward: Ward) -> None:
    ward.dog.write_operator_alert = ward.store
    ward.wait(16)
    assert ward.wait(16)
    ward.restart()
    ward.wait(1)
    assert ward.wait(16)
    assert ward.wait(16)
    assert ward.stored() == ["Rounds are late"]
    ward.history.check(snapshot([posting("1")]), minutes=1)
    ward.wait(1)
    assert ward.stored() == ["Rounds are late", "Rounds are in time again"]


def test_a_watchdog_check_that_hangs_is_a_reason(ward: Ward) -> None:
    ward.wait(1)
    ward.passed += 61
    assert ward.dog.reasons(60) == [
        "the watchdog's last check is 61 s old: the database does not answer"
    ]


def test_two_minutes_without_a_worker_are_reported_once_and_so_is_their_end(
    postgres_engine: Engine,
) -> None:
    ward = Ward(postgres_engine)
    ward.settings = replace(ward.settings, workers=WorkerSettings(queue=True))
    assert ward.wait(0) == []
    assert ward.wait(1.5) == []
    assert len(ward.wait(0.75)) == 1
    ward.wait(5)
    with postgres_engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO worker VALUES"
                " ('a', NULL, 'host', 1, '1', now(), now(), now() + interval '1 hour', 0)"
            )
        )
    assert ward.wait(1) == []
    assert [line.partition(":")[0] for line in ward.alerts] == [
        "No worker is alive",
        "A worker is alive again",
    ]
