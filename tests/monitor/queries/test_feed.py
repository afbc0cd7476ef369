"""The entries of a feed are the events of `rolewatch changes`, newest first, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event, text

from crawler.items import Pay, Probe
from monitor.config.model import Rule
from monitor.config.values import MinPay
from monitor.database.engine import read_transaction
from monitor.message_parts import FieldChange
from monitor.messages import RoleMessage
from monitor.queries.changes import ChangeFilter, find_changes
from monitor.queries.feed import LIMIT, newest_events
from monitor.queries.view_tables import reader
from monitor.rules.matches import match_backlog, rules_up_to_date
from monitor.web.feed import atom
from tests.support.boards import posting, postings, snapshot, unreadable
from tests.support.feeds import BASE, HOSTILE_IN_FEEDS, entries
from tests.support.history import ENGINEER, History, settings

PAID = Rule("paid", any=("engineer",), min_pay=MinPay(150_000, "USD"))
NOT_LONDON = Rule("elsewhere", any=("research engineer",), locations=("Paris",))
RULES = (ENGINEER, NOT_LONDON)


def newest(history: History, rule: Rule | None = None, limit: int = LIMIT) -> list[RoleMessage]:
    with read_transaction(history.engine) as connection:
        return newest_events(connection, history.settings, rule, limit)


def kinds_and_keys(events: list[RoleMessage]) -> list[tuple[str, str]]:
    return [(each.kind, each.role.posting.split(":")[-1]) for each in events]


def life(engine: Engine) -> History:
    """Record a posting's life beside a baseline of one: opened, revised, closed, reopened."""
    history = History(engine, settings(*RULES))
    first, later = posting("1"), posting("2", title="Research Engineer, Gemini")
    moved = posting("2", title="Research Engineer, Gemini", location="Paris", locations=("Paris",))
    history.check(snapshot([first]))
    history.check(snapshot([first, later]))
    history.check(snapshot([first, moved]))
    history.check(snapshot([first], {"2": Probe.GONE}))
    history.check(snapshot([first, moved]))
    return history


def test_a_history_without_changes_has_no_events(engine: Engine) -> None:
    assert newest(History(engine, settings(*RULES))) == []
    history = History(engine, settings(*RULES))
    history.check(snapshot(postings(3)))  # a baseline opens nothing
    assert newest(history) == newest(history, ENGINEER) == []


def test_each_event_of_a_life_is_one_entry(engine: Engine) -> None:
    history = life(engine)
    events = newest(history)
    assert kinds_and_keys(events) == [
        ("reopened", "2"),
        ("closed", "2"),
        ("revised", "2"),
        ("opened", "2"),
    ]
    reopened, closed, revised, opened = events
    assert revised.changes == (FieldChange("location", "London, UK", "Paris"),)
    assert (opened.role.location, revised.role.location) == ("London, UK", "Paris")
    assert opened.role.title == "Research Engineer, Gemini"
    assert closed.before_at == opened.at
    assert reopened.before_at == closed.at
    assert [each.at for each in events] == [
        history.now - timedelta(minutes=15 * number) for number in range(4)
    ]


def test_all_fields_of_a_check_are_one_entry(engine: Engine) -> None:
    history = History(engine, settings(*RULES))
    pay = Pay(100_000, 150_000, "USD", "year", "$100,000 - $150,000")
    history.check(snapshot([posting()]))
    history.check(snapshot([posting(title="Research Engineer II", pay=pay, description="Other")]))
    (event,) = newest(history)
    assert sorted(change.field for change in event.changes) == ["description", "pay", "title"]


def test_an_entry_names_every_rule_that_fits_before_or_after(engine: Engine) -> None:
    why = [[(each.rule, each.fit_change) for each in event.why] for event in newest(life(engine))]
    assert why == [
        [("research-engineer", ""), ("elsewhere", "")],
        [("research-engineer", ""), ("elsewhere", "")],
        [("research-engineer", ""), ("elsewhere", "now fits")],
        [("research-engineer", "")],
    ]


@pytest.mark.parametrize("matched", [True, False], ids=["stored matches", "no stored matches"])
def test_a_rules_feed_has_the_changes_of_the_rule(engine: Engine, matched: bool) -> None:
    history = life(engine)
    if not matched:  # as after an upgrade, and while the daemon works on a new rule
        with engine.begin() as connection:
            connection.execute(text("DELETE FROM rule_match"))
            connection.execute(text("DELETE FROM matched_rule"))
    with read_transaction(engine) as connection:
        assert bool(rules_up_to_date(connection, history.settings)) == matched
        for rule in RULES:
            listed = find_changes(connection, ChangeFilter(rules=(rule,))).rows
            events = newest_events(connection, history.settings, rule)
            assert [(each.at, each.role.posting) for each in events] == list(
                dict.fromkeys((reader("at")(row["at"]), row["posting"]) for row in listed)
            )
    assert [kind for kind, _ in kinds_and_keys(newest(history, NOT_LONDON))] == [
        "reopened", "closed", "revised",
    ]  # fmt: skip


def test_an_entry_is_the_same_in_every_feed(engine: Engine) -> None:
    history = life(engine)
    every = {each.at: each for each in newest(history)}
    for rule in RULES:
        assert all(every[each.at] == each for each in newest(history, rule))


def test_an_entry_is_the_same_before_and_after_its_rules_are_matched(engine: Engine) -> None:
    history = life(engine)
    before = newest(history)
    history.settings = replace(history.settings, rules=(ENGINEER, NOT_LONDON, PAID))
    meanwhile = newest(history)
    assert all("paid" in {why.rule for why in each.why} for each in meanwhile)
    history.check()
    match_backlog(engine, history.settings, 60)
    assert newest(history) == meanwhile
    history.settings = replace(history.settings, rules=RULES)
    assert newest(history) == before


def test_a_personal_watch_is_in_no_feed(engine: Engine) -> None:
    history = life(engine)
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO rule_match SELECT 'watch:1', posting_id, number, 'secret'"
                " FROM posting_version"
            )
        )
    written = atom(newest(history), base=BASE)
    assert len(entries(written)) == 4
    assert b"watch" not in written.replace(b"rolewatch", b"")
    assert b"secret" not in written


def test_a_feed_has_the_newest_events_and_no_more(engine: Engine) -> None:
    history = History(engine, settings(*RULES))
    history.check(snapshot([]))
    history.check(snapshot(postings(30)))
    edited = [replace(each, title=f"{each.title}, edited", department="x") for each in postings(30)]
    history.check(snapshot(edited))
    for rule in (None, ENGINEER):
        events = newest(history, rule, limit=40)
        assert [each.kind for each in events] == ["revised"] * 30 + ["opened"] * 10
        assert newest(history, rule, limit=7) == events[:7]


def test_many_matches_are_walked_from_the_newest_change_on(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = life(engine)
    few = [newest(history, rule) for rule in RULES]
    monkeypatch.setattr("monitor.queries.feed._FEW_MATCHES", 0)
    assert [newest(history, rule) for rule in RULES] == few


def test_a_feed_of_many_events_takes_no_more_queries_than_a_short_one(
    sqlite_engine: Engine,
) -> None:
    history = History(sqlite_engine, settings(*RULES))
    history.check(snapshot([]))
    statements: list[str] = []
    counts = []
    for number in (1, 50):
        history.check(snapshot(postings(number)))
        with read_transaction(sqlite_engine) as connection:
            event.listen(connection, "before_cursor_execute", lambda *a: statements.append(a[2]))
            assert len(newest_events(connection, history.settings)) == number
        counts.append(len(statements))
        statements.clear()
    assert counts[0] == counts[1] < 12


def test_a_posting_that_was_never_readable_has_no_entry(engine: Engine) -> None:
    history = History(engine, settings(*RULES))
    history.check(snapshot([posting()]))
    history.check(snapshot([posting(), unreadable("9")]))
    history.check(snapshot([posting()], {"9": Probe.GONE}))
    assert newest(history) == []


@pytest.mark.parametrize("hostile", HOSTILE_IN_FEEDS[:-1], ids=range(len(HOSTILE_IN_FEEDS) - 1))
def test_a_stored_hostile_text_leaves_the_feed_valid(sqlite_engine: Engine, hostile: str) -> None:
    """The database refuses what is no text: a lone surrogate."""
    stored = hostile.encode("utf-8", "ignore").decode().replace("\x00", "")
    history = History(sqlite_engine, settings(*RULES))
    history.check(snapshot([]))
    history.check(snapshot([posting(title=stored, location=stored, description=f"a {stored}")]))
    history.check(snapshot([posting(title="x", department=stored, description=f"b {stored}")]))
    assert len(entries(atom(newest(history), base=BASE))) == 2
