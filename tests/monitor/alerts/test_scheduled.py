"""Reminders and digests as the daemon writes them: read first, then written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, Engine, event

from crawler.items import Deadline, Probe
from monitor.alerts import digest, reminders, scheduled
from monitor.config.model import AlertSettings
from monitor.database.engine import is_reading, read_and_roll_back
from monitor.messages import DigestMessage, load
from monitor.rules.matcher import Matcher
from tests.support.boards import START, posting, snapshot
from tests.support.history import History, settings

NINE = AlertSettings(digest=time(9), timezone=ZoneInfo("UTC"))
DAY = timedelta(days=1)


@pytest.fixture
def history(engine: Engine) -> History:
    """Return a history with a deadline in a day and a daily digest at nine."""
    history = History(engine, settings(alerts=NINE), now=START + timedelta(hours=1))
    deadline = Deadline(START + timedelta(days=2), "by then")
    history.check(
        snapshot(
            [
                posting("1", deadline=deadline, stated=frozenset({"deadline"})),
                posting("2", title="Chef"),
            ]
        )
    )
    return history


@pytest.fixture
def order(history: History) -> Iterator[list[str]]:
    """Record the writing transactions and the matching of postings, in order."""
    found: list[str] = []

    def note(what: str, connection: Connection) -> None:
        if not is_reading(connection):
            found.append(what)

    begin, commit = partial(note, "begin"), partial(note, "commit")
    event.listen(history.engine, "begin", begin)
    event.listen(history.engine, "commit", commit)
    yield found
    event.remove(history.engine, "begin", begin)
    event.remove(history.engine, "commit", commit)


def test_no_posting_is_matched_while_the_database_is_locked(
    history: History, order: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    explain = Matcher.explain

    def noted(self: Matcher, content: Any) -> Any:  # as the matcher has it
        order.append("match")
        return explain(self, content)

    monkeypatch.setattr(Matcher, "explain", noted)
    assert (
        scheduled.write(history.engine, history.settings, START + DAY + timedelta(minutes=1)).alerts
        == 2
    )
    assert order == ["match", "match", "match", "begin", "commit"]


def test_a_role_that_closes_between_read_and_write_has_no_alert(history: History) -> None:
    now = START + DAY + timedelta(minutes=1)
    with read_and_roll_back(history.engine) as connection:
        near = reminders.read(connection, history.settings, now)
        of_digest = digest.read(connection, history.settings, now)
    history.check(snapshot([posting("2", title="Chef")], {"1": Probe.GONE}))
    with history.engine.begin() as connection:
        assert reminders.write(connection, near, now) == 0
        assert digest.write(connection, history.settings, of_digest, now) == 1
    [message] = [
        load(text) for (text,) in history.ask("SELECT message FROM alert WHERE kind = 'digest'")
    ]
    assert isinstance(message, DigestMessage)
    assert (message.open, message.fitting, message.deadlines) == (1, 0, ())


@pytest.mark.parametrize("before", [timedelta(microseconds=1), timedelta(minutes=1)])
def test_the_next_digest_is_planned_by_the_time_of_the_write(
    history: History, before: timedelta
) -> None:
    nine = datetime(2026, 3, 3, 9, tzinfo=UTC)
    assert scheduled.write(history.engine, settings(alerts=NINE), nine - before).next_at == nine
