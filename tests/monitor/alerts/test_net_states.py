"""A role is listed once in a digest or after quiet hours, in its net state."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from monitor.alerts.net_states import net_states, states_to_send
from monitor.message_parts import FieldChange, RoleKind, Why
from monitor.messages import RoleMessage
from tests.support.alerts import AT, opened, role

HOUR = timedelta(hours=1)
LOW, MID, HIGH = "1-2 USD/year", "2-3 USD/year", "3-4 USD/year"


def event(kind: RoleKind, hours: int = 0, *changes: FieldChange, **fields: Any) -> RoleMessage:
    return opened("1", kind=kind, at=AT + HOUR * hours, changes=changes, **fields)


def pay(old: str, new: str) -> FieldChange:
    return FieldChange("pay", old, new)


OPENED, CLOSED = event("opened"), event("closed", 5, before_at=AT - timedelta(days=9))
REOPENED = event("reopened", 7, before_at=AT + HOUR * 5)
RAISED = event("revised", 1, pay(LOW, MID))
FURTHER = event("revised", 2, pay(MID, HIGH))
BACK = event("revised", 3, pay(MID, LOW))
RENAMED = event("revised", 4, FieldChange("title", "a", "b"))


@pytest.mark.parametrize(
    ("events", "kind", "changes", "after"),
    [
        ((OPENED,), "opened", (), ""),
        ((OPENED, RAISED), "opened", (), ""),
        ((OPENED, CLOSED), "closed", (), "opened"),
        ((OPENED, RAISED, CLOSED), "closed", (), "opened"),
        ((OPENED, CLOSED, REOPENED), "opened", (), ""),
        ((REOPENED,), "reopened", (), ""),
        ((REOPENED, RAISED), "reopened", (pay(LOW, MID),), ""),
        ((REOPENED, CLOSED), "closed", (), "reopened"),
        ((CLOSED,), "closed", (), ""),
        ((RAISED, CLOSED), "closed", (), ""),
        ((CLOSED, REOPENED, CLOSED), "closed", (), ""),
        ((RAISED, FURTHER), "revised", (pay(LOW, HIGH),), ""),
        ((RAISED, BACK, RENAMED), "revised", (FieldChange("title", "a", "b"),), ""),
        ((CLOSED, REOPENED, RAISED), "revised", (pay(LOW, MID),), ""),
        ((CLOSED, replace(REOPENED, changes=(pay(LOW, MID),))), "revised", (pay(LOW, MID),), ""),
    ],
)
def test_a_role_has_one_net_state(
    events: tuple[RoleMessage, ...], kind: str, changes: tuple[FieldChange, ...], after: str
) -> None:
    [state] = net_states(events)
    assert (state.kind, state.changes, state.after) == (kind, changes, after)


@pytest.mark.parametrize(
    "events",
    [
        (RAISED, BACK),
        (CLOSED, REOPENED),
        (RAISED, CLOSED, REOPENED, BACK),
        (
            event("revised", 1, pay(LOW, MID), why=(Why("a", "", "now fits"),)),
            event("revised", 2, pay(MID, HIGH), why=(Why("a", "", "no longer fits"),)),
        ),
    ],
)
def test_a_role_that_is_as_before_is_left_out(events: tuple[RoleMessage, ...]) -> None:
    other = opened("2")
    assert net_states([*events, other]) == (other,)
    assert [one.role.posting for one in states_to_send([*events, other])] == [other.role.posting]


def test_a_message_in_which_every_role_is_as_before_still_names_them() -> None:
    assert net_states([RAISED, BACK]) == ()
    [state] = states_to_send([RAISED, BACK])
    assert (state.kind, state.changes) == ("revised", (pay(LOW, LOW),))


def test_the_alerts_of_two_rules_about_one_change_are_one_state() -> None:
    twice = [replace(RAISED, why=(Why(rule, ""),)) for rule in ("a", "b")]
    [state] = net_states(twice)
    assert state.changes == (pay(LOW, MID),)
    assert [why.rule for why in state.why] == ["a", "b"]


def test_an_opening_has_the_newest_facts_and_its_own_time() -> None:
    newest = replace(RAISED, role=role("1", "Senior Research Engineer"))
    [state] = net_states([OPENED, newest])
    assert (state.role.title, state.at) == ("Senior Research Engineer", AT)


def test_a_closing_says_since_when_the_role_was_open() -> None:
    [old] = net_states([RAISED, CLOSED])
    [new] = net_states([OPENED, RAISED, CLOSED])
    assert (old.before_at, new.before_at) == (CLOSED.before_at, OPENED.at)


def test_a_rule_that_fits_again_just_fits() -> None:
    events = [
        replace(RAISED, why=(Why("a", "", "no longer fits"),)),
        replace(FURTHER, why=(Why("a", "", "now fits"),)),
    ]
    [state] = net_states(events)
    assert [why.fit_change for why in state.why] == [""]
