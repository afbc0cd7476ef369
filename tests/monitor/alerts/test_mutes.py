"""Mutes and saved roles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import Connection, Engine

from monitor.alerts import mutes, saved
from monitor.config.model import Rule, SlackSettings
from monitor.database.engine import read_transaction
from monitor.delivery.pack import pack
from monitor.queries.resolve import find_posting
from monitor.queries.roles import RoleFilter, find_roles
from tests.support.boards import posting, postings, snapshot
from tests.support.history import ENGINEER, History, settings

ALICE = "U0ALICE001"
RULES = (
    replace(ENGINEER, notify=("slack:#roles", "slack:#other")),
    Rule("labs", any=("example labs",), read_in=("company",), notify=("slack:#roles",)),
)
MOVED = posting("1", title="Research Engineer, Moved")


@pytest.fixture
def history(engine: Engine) -> History:
    """Return a board with three roles whose summary is written."""
    history = History(engine, settings(*RULES, slack=SlackSettings(token=SecretStr("xoxb-0"))))
    history.check(snapshot(postings(3)))
    return history


def with_connection(history: History, work: Callable[[Connection], object]) -> None:
    with history.engine.begin() as connection:
        work(connection)


def mute_role(history: History, key: str = "1", channel: str = "slack:#roles") -> None:
    def work(connection: Connection) -> None:
        found = find_posting(connection, key)
        mutes.mute(connection, channel, posting_id=found.id, rule=None, by=ALICE, now=history.now)

    with_connection(history, work)


def mute_rule(
    history: History, rule: str = "research-engineer", channel: str = "slack:#roles"
) -> None:
    with_connection(
        history,
        lambda connection: mutes.mute(
            connection, channel, posting_id=None, rule=rule, by=ALICE, now=history.now
        ),
    )


def alerts(history: History) -> list[tuple[str, ...]]:
    """Return rule, channel and state of every alert but summaries."""
    return sorted(history.ask("SELECT rule, channel, state FROM alerts WHERE kind <> 'summary'"))


def test_a_muted_role_is_discarded_with_the_reason(history: History) -> None:
    mute_role(history)
    history.check(snapshot([MOVED, *postings(3)[1:]]))
    assert alerts(history) == [
        ("labs", "slack:#roles", "discarded"),
        ("research-engineer", "slack:#other", "pending"),
        ("research-engineer", "slack:#roles", "discarded"),
    ]
    assert set(history.ask("SELECT reason FROM alerts WHERE state = 'discarded'")) == {
        (f"{ALICE} muted this role here",)
    }


def test_other_roles_of_the_channel_are_still_sent(history: History) -> None:
    mute_role(history, "2")
    history.check(snapshot([MOVED, *postings(3)[1:]]))
    assert {state for _, _, state in alerts(history)} == {"pending"}


def test_a_muted_rule_is_discarded_and_another_is_sent(history: History) -> None:
    mute_rule(history)
    history.check(snapshot([MOVED, *postings(3)[1:]]))
    assert alerts(history) == [
        ("labs", "slack:#roles", "pending"),
        ("research-engineer", "slack:#other", "pending"),
        ("research-engineer", "slack:#roles", "discarded"),
    ]
    with history.engine.begin() as connection:
        pack(connection, history.now)
    assert (
        "research-engineer"
        not in history.ask(
            "SELECT message FROM delivery WHERE channel = 'slack:#roles' ORDER BY id DESC"
        )[0][0]
    )


def test_a_rules_mute_ends_by_itself_after_a_day(history: History) -> None:
    mute_rule(history)
    history.check(snapshot([MOVED, *postings(3)[1:]]), minutes=24 * 60 - 1)
    history.check(snapshot(postings(3)), minutes=2)
    states = history.ask(
        "SELECT state FROM alerts WHERE kind = 'revised'"
        " AND rule = 'research-engineer' AND channel = 'slack:#roles'"
    )
    assert sorted(states) == [("discarded",), ("pending",)]


def test_mutes_change_nothing_in_the_history(history: History) -> None:
    mute_role(history)
    mute_rule(history, "labs")
    history.check(snapshot([MOVED, *postings(3)[1:]]))
    assert [change[:3] for change in history.changes()] == [("1", "revised", "title")]


def test_an_undone_mute_can_be_made_again(history: History) -> None:
    with history.engine.begin() as connection:
        first, is_new = mutes.mute(
            connection, "slack:#roles", posting_id=None, rule="labs", by=ALICE, now=history.now
        )
        again, is_new_again = mutes.mute(
            connection,
            "slack:#roles",
            posting_id=None,
            rule="labs",
            by="U0BOBBY001",
            now=history.now,
        )
        assert (is_new, is_new_again, again.id) == (True, False, first.id)
        assert mutes.undo(connection, first.id, ALICE, history.now)
        assert not mutes.undo(connection, first.id, ALICE, history.now)
        assert mutes.list_mutes(connection, history.now) == []
        assert mutes.mute(
            connection, "slack:#roles", posting_id=None, rule="labs", by=ALICE, now=history.now
        )[1]


def test_active_mutes_are_listed_with_posting_and_end(history: History) -> None:
    mute_role(history, "3")
    mute_rule(history)
    with read_transaction(history.engine) as connection:
        listed = [
            (row.posting, row.rule, row.until) for row in mutes.list_mutes(connection, history.now)
        ]
        assert listed == [
            ("greenhouse:examplelabs:3", None, None),
            (None, "research-engineer", history.now + mutes.A_DAY),
        ]
        assert [
            row.rule for row in mutes.list_mutes(connection, history.now + timedelta(days=2))
        ] == [None]


def test_a_saved_role_stays_until_its_user_removes_it(history: History) -> None:
    def saved_by(user: str | None) -> list[str]:
        return [
            row["key"] for row in find_roles(connection, RoleFilter(saved=True, saved_by=user)).rows
        ]

    with history.engine.begin() as connection:
        found = find_posting(connection, "2")
        assert saved.save_role(connection, ALICE, found.id, history.now)
        assert not saved.save_role(connection, ALICE, found.id, history.now)
        assert (saved_by(ALICE), saved_by("U0BOBBY001"), saved_by(None)) == (["2"], [], ["2"])
        assert saved.unsave_role(connection, ALICE, found.id)
        assert not saved.unsave_role(connection, ALICE, found.id)
        assert saved_by(None) == []
