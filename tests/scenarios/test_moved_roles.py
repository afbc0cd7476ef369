"""Roles of an employer that moved, where they are listed, counted, muted, saved and reminded of."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from crawler.items import Deadline
from monitor.alerts import mutes, saved
from monitor.alerts.alerting import Alerting
from monitor.alerts.open_roles import open_postings
from monitor.messages import DigestMessage, load
from monitor.queries.moved import former_lives
from monitor.queries.stats_input import facts
from monitor.queries.titles import find_by_name_or_title
from monitor.reports.stats import by_employer
from tests.support.boards import posting, snapshot
from tests.support.history import ENGINEER, History
from tests.support.moves import (
    BOARD,
    NEW,
    before_the_move,
    came,
    counts,
    listing,
    move,
    moved,
    open_roles,
    postings,
    some_new,
    there,
)
from tests.support.written_alerts import write_digests, write_reminders


@pytest.fixture
def history(engine: Engine) -> History:
    return before_the_move(engine)


def test_a_role_that_moved_is_found_once_by_its_title(history: History) -> None:
    with history.engine.connect() as connection:
        before = find_by_name_or_title(connection, "team 3")
    move(history)
    history.check(listing([*came(6), *some_new(1)]))
    with history.engine.connect() as connection:
        [found] = find_by_name_or_title(connection, "team 3")
        assert found.board == NEW
        assert former_lives(connection, found) == before


def test_a_role_that_moved_is_listed_once(history: History) -> None:
    move(history)
    assert len(open_roles(history)) == 11
    history.check(listing([*came(6), *some_new(1)]))
    here = [f"{NEW}:13{number}" for number in range(1, 7)]
    assert open_roles(history) == [*here, f"{NEW}:70"]
    assert len(open_roles(history, text="engineer")) == 7
    assert len(open_roles(history, rules=(ENGINEER,))) == 7
    assert len(open_roles(history, status="all")) == 18
    assert history.ask(f"SELECT state, open_postings FROM boards WHERE board = '{BOARD}'") == [
        ("unwatched", 11)
    ]
    with history.engine.connect() as connection:
        fitting = [
            one.role.posting
            for one in open_postings(
                connection, Alerting.of(history.settings), history.settings.rules
            )
        ]
    assert sorted(fitting) == open_roles(history)


def test_statistics_count_a_role_that_moved_once(history: History) -> None:
    move(history)
    history.check(listing([*came(6), *some_new(1)]))
    history.now += timedelta(days=10)
    history.check(listing([*came(6), *some_new(1)]))
    assert _counted(history) == (7, 12)  # five of the former board did not come along
    assert _counted(history, since=history.now - timedelta(days=5)) == (7, 7)
    assert _counted(history, BOARD) == (0, 11)


def _counted(history: History, *boards: str, since: datetime | None = None) -> tuple[int, int]:
    """Return how many roles are open, and how many there were."""
    with history.engine.connect() as connection:
        [row] = by_employer(facts(connection, boards, since))
    return row["open"], row["roles"]


def test_a_former_board_that_is_watched_again_is_listed_again(history: History) -> None:
    move(history)
    history.check(listing(came(6)))
    move(history, NEW, BOARD)
    history.check(snapshot([*postings(10), posting("99", title="Chef")]))
    assert len(open_roles(history)) == 11
    assert [counts(one) for one in moved(history)] == [(11, 6, 0, 0), (6, 6, 0, 5)]
    assert "opened" not in history.alerted()


def test_a_reminder_sent_on_the_former_board_is_not_alerted_on_the_new_one(engine: Engine) -> None:
    history = History(engine)
    near = Deadline(history.now + timedelta(hours=60), "soon")
    dated = [replace(one, deadline=near, stated=frozenset({"deadline"})) for one in postings(3)]
    history.check(snapshot([*dated, *postings(10)[3:], posting("99", title="Chef")]))
    assert _remind(history) == 3
    move(history)
    history.check(
        listing(
            [
                *map(there, dated),
                replace(some_new(1)[0], deadline=near, stated=frozenset({"deadline"})),
            ]
        )
    )
    assert _remind(history) == 1  # of the new role
    history.now += timedelta(hours=40)
    assert _remind(history) == 4


def _remind(history: History) -> int:
    with history.engine.begin() as connection:
        return write_reminders(connection, history.settings, history.now)


def test_a_digest_counts_a_role_that_moved_once(history: History) -> None:
    move(history)
    history.check(listing([*came(6), *some_new(1)]))
    day = replace(
        history.settings,
        alerts=replace(history.settings.alerts, digest=(history.now + timedelta(minutes=5)).time()),
    )
    with history.engine.begin() as connection:
        write_digests(connection, day, history.now + timedelta(minutes=10))
    message = load(history.alerted("(SELECT message FROM alert WHERE id = alert_id)")[-1])
    assert isinstance(message, DigestMessage)
    assert (message.open, message.fitting, [board.board for board in message.boards]) == (
        7,
        7,
        [NEW],
    )


def test_mutes_and_saved_roles_go_along(history: History) -> None:
    first = history.ask("SELECT id FROM posting WHERE key = '1'")[0][0]
    with history.engine.begin() as connection:
        mutes.mute(connection, "console", posting_id=first, rule=None, by="U1", now=history.now)
        for user in ("U1", "U2"):
            saved.save_role(connection, user, first, history.now)
    move(history)
    history.check(listing(came(6)))
    history.check(
        listing([there(postings(1)[0], title="Research Engineer, Team 1, Tokyo"), *came(6)[1:]])
    )
    [state] = history.ask("SELECT state FROM alerts WHERE kind = 'revised'")
    assert state == ("discarded",)
    assert open_roles(history, status="all", saved_by="U2") == [f"{NEW}:131"]
