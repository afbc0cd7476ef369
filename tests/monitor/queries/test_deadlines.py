"""Known deadlines of open roles, and how often they moved, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, insert, text

from crawler.items import Deadline, Posting, Probe
from monitor.config.model import Rule
from monitor.database import tables
from monitor.database.engine import read_transaction
from monitor.queries import deadlines
from monitor.queries.deadlines import find_deadlines
from monitor.web.calendar import calendar
from tests.support.boards import posting, snapshot
from tests.support.feeds import BASE, read_calendar
from tests.support.history import ENGINEER, History, settings

CHEF = Rule("chef", any=("chef",))
TEXT = Rule("text", any=("build",), read_in=("description",))
DAY = timedelta(days=1)


def due(day: int, key: str = "1", **fields: object) -> Posting:
    at = datetime(2026, 5, day, 17, 0, tzinfo=UTC)
    deadline = Deadline(at, f"May {day}, 5 pm UTC")
    return posting(key, deadline=deadline, stated=frozenset({"deadline"}), **fields)


@pytest.fixture
def history(engine: Engine) -> History:
    return History(engine, settings(ENGINEER, CHEF, TEXT))


def known(
    history: History, rule: Rule | None = None, later: timedelta = timedelta(0)
) -> list[deadlines.Deadline]:
    with read_transaction(history.engine) as connection:
        return find_deadlines(connection, history.settings, history.now + later, rule)


def keys(found: list[deadlines.Deadline]) -> list[str]:
    return [each.role.posting.split(":")[-1] for each in found]


def sequence(history: History) -> int:
    (event,) = read_calendar(calendar(known(history), base=BASE))
    return int(event["sequence"])


def test_without_a_history_there_is_no_deadline(history: History) -> None:
    assert known(history) == known(history, ENGINEER) == []


def test_each_open_role_with_a_deadline_is_there_nearest_first(history: History) -> None:
    unclear = posting("4", deadline=Deadline(None, "soon"))
    history.check(snapshot([due(9), due(7, "2"), posting("3"), unclear]))
    found = known(history)
    assert keys(found) == ["2", "1"]
    assert found[0].role.deadline_at == datetime(2026, 5, 7, 17, 0, tzinfo=UTC)
    assert (found[0].closed, found[0].revision, found[0].changed_at) == (False, 0, history.now)


def test_the_sequence_rises_each_time_the_deadline_moves(history: History) -> None:
    history.check(snapshot([due(9)]))
    seen = [sequence(history)]
    for day in (12, 10, 20):
        history.check(snapshot([due(day)]))
        seen.append(sequence(history))
    assert seen == [0, 1, 2, 3]


def test_another_edit_leaves_the_sequence(history: History) -> None:
    history.check(snapshot([due(9)]))
    history.check(snapshot([due(9, title="Research Engineer II", description="Other words.")]))
    assert sequence(history) == 0
    assert known(history)[0].changed_at == history.now


def test_a_moved_deadline_keeps_its_uid(history: History) -> None:
    uids = set()
    for day in (9, 12):
        history.check(snapshot([due(day)]))
        (event,) = read_calendar(calendar(known(history), base=BASE))
        uids.add(str(event["uid"]))
    assert uids == {"greenhouse:examplelabs:1@rolewatch"}


def test_a_dropped_deadline_is_removed(history: History) -> None:
    history.check(snapshot([due(9)]))
    history.check(snapshot([posting()]))
    assert known(history) == []
    history.check(snapshot([due(9)]))
    assert sequence(history) == 2


def test_a_closed_roles_event_is_cancelled_for_30_days_and_then_removed(history: History) -> None:
    history.check(snapshot([due(9)]))
    before = sequence(history)
    closed_at = history.check(snapshot([], {"1": Probe.GONE}))
    for later in (timedelta(0), 30 * DAY - timedelta(seconds=1)):
        found = known(history, later=later)
        (event,) = read_calendar(calendar(found, base=BASE))
        assert event["status"] == "CANCELLED"
        assert event["sequence"] > before
        assert found[0].changed_at == closed_at
    assert known(history, later=30 * DAY) == []


def test_a_reopened_roles_event_is_confirmed_again(history: History) -> None:
    history.check(snapshot([due(9)]))
    history.check(snapshot([], {"1": Probe.GONE}))
    cancelled = sequence(history)
    history.check(snapshot([due(9)]))
    (event,) = read_calendar(calendar(known(history), base=BASE))
    assert (event["status"], event["sequence"] > cancelled) == ("CONFIRMED", True)


def test_a_deadline_that_is_read_again_is_a_revision(history: History) -> None:
    """A newer reader corrects a version: both are the same now, and the sequence still rises."""
    history.check(snapshot([due(9)]))
    history.check(snapshot([due(12)]))
    before = sequence(history)
    later = "2026-05-12T17:00:00.000000Z"
    with history.engine.begin() as connection:
        connection.execute(text(f"UPDATE posting_version SET deadline_at = '{later}'"))
        noted = {
            "posting_id": 1, "version": 1, "field": "deadline", "old": "", "new": "",
            "from_reader": 1, "to_reader": 2, "at": history.now,
        }  # fmt: skip
        connection.execute(insert(tables.ReadingChange).values(**noted))
    assert sequence(history) > before


@pytest.mark.parametrize("matched", [True, False], ids=["stored matches", "no stored matches"])
def test_a_rules_calendar_has_the_roles_that_fit_now(history: History, matched: bool) -> None:
    history.check(snapshot([due(9), due(10, "2", title="Chef"), due(11, "3")]))
    history.check(snapshot([due(9), due(10, "2", title="Chef"), due(11, "3", title="Chef")]))
    if not matched:
        with history.engine.begin() as connection:
            connection.execute(text("DELETE FROM rule_match"))
            connection.execute(text("DELETE FROM matched_rule"))
    assert keys(known(history, CHEF)) == ["2", "3"]
    assert keys(known(history, ENGINEER)) == ["1"]
    assert keys(known(history, TEXT)) == ["1", "2", "3"]


def test_a_role_that_moved_to_another_board_has_one_event(history: History) -> None:
    history.check(snapshot([due(9)]))
    with history.engine.begin() as connection:
        connection.execute(text("UPDATE board SET watched = false"))
        new = {
            "board": "ashby:new", "ats": "ashby", "token": "new", "company": "Example Labs",
            "url": "https://jobs.ashbyhq.com/new", "watched": True, "every": 900.0,
            "moved_from": "greenhouse:examplelabs", "read_at": history.now,
        }  # fmt: skip
        connection.execute(insert(tables.Board).values(**new))
    assert known(history) == []


def test_the_same_history_gives_the_same_bytes(history: History) -> None:
    history.check(snapshot([due(9), due(9, "2"), due(9, "3")]))
    one = calendar(known(history), base=BASE)
    assert calendar(known(history, later=DAY), base=BASE) == one
    history.check(snapshot([due(9, "3"), due(9, "2"), due(9)]))
    assert calendar(known(history), base=BASE) == one
