"""What becomes of a message after each kind of answer, and how soon a channel may get the next one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from monitor.channels import kind
from monitor.delivery.attempt import TokenBucket
from monitor.delivery.retry_policy import (
    QueuedDelivery,
    internal_error,
    outcome_of_lookup,
    outcome_of_send,
    unconfirmed,
)
from monitor.notify.base import NotifyError
from tests.support.alerts import AT

WAIT = timedelta(seconds=2)
FRESH = QueuedDelivery(1, "id", "slack:#roles", "pending", 0, None, None)
DOUBTED = replace(FRESH, state="sending", attempts=1, sending_at=AT - timedelta(seconds=30))


@pytest.mark.parametrize(
    ("error", "head", "readable", "state", "seconds", "doubt"),
    [
        ({}, FRESH, True, "pending", 1, False),
        ({}, replace(FRESH, attempts=3), True, "pending", 8, False),
        ({}, replace(FRESH, attempts=99), True, "pending", 300, False),
        ({"retry_after": 42.0}, replace(FRESH, attempts=5), True, "pending", 42, False),
        ({"retry_after": 0.0}, FRESH, True, "pending", 0, False),
        ({"may_have_arrived": True}, FRESH, True, "sending", 2, True),
        ({"may_have_arrived": True}, replace(FRESH, attempts=4), True, "sending", 16, True),
        ({"may_have_arrived": True}, FRESH, False, "failed", None, True),
        ({"permanent": True}, FRESH, True, "failed", 300, False),
        ({"permanent": True}, replace(FRESH, attempts=9), False, "failed", 3600, False),
        ({"permanent": True}, DOUBTED, True, "failed", 600, True),
        ({}, DOUBTED, True, "pending", 2, True),
    ],
)
def test_after_a_send(
    error: dict[str, Any],
    head: QueuedDelivery,
    *,
    readable: bool,
    state: str,
    seconds: float | None,
    doubt: bool,
) -> None:
    settled = outcome_of_send(
        NotifyError("why", **error), head, readable=readable, threaded=True, now=AT, wait=WAIT
    )
    assert settled.state == state
    assert settled.next_try_at == (None if seconds is None else AT + timedelta(seconds=seconds))
    assert (settled.sending_at is not None) == doubt
    assert settled.reason in {"why", "maybe sent: why"}


@pytest.mark.parametrize(("threaded", "seconds"), [(True, None), (False, 1)])
def test_a_thread_that_is_not_there_is_done_without_and_what_is_no_reply_waits(
    seconds: float | None, *, threaded: bool
) -> None:
    settled = outcome_of_send(
        NotifyError("why", gone=True), FRESH, readable=True, threaded=threaded, now=AT, wait=WAIT
    )
    assert (settled.state, settled.next_try_at) == (
        "pending",
        None if seconds is None else AT + timedelta(seconds=seconds),
    )


def test_the_first_call_in_doubt_is_remembered() -> None:
    assert (
        outcome_of_send(
            NotifyError("x", may_have_arrived=True),
            DOUBTED,
            readable=True,
            threaded=True,
            now=AT,
            wait=WAIT,
        ).sending_at
        == DOUBTED.sending_at
    )


@pytest.mark.parametrize(
    ("error", "state", "seconds"),
    [
        ({}, "sending", 30),
        ({"may_have_arrived": True}, "sending", 30),
        ({"retry_after": 60.0}, "sending", 60),
        ({"permanent": True}, "failed", 600),
    ],
)
def test_after_a_search_that_failed_nothing_is_sent_before_another(
    error: dict[str, Any], state: str, seconds: float
) -> None:
    settled = outcome_of_lookup(NotifyError("why", **error), DOUBTED, AT)
    assert (settled.state, settled.next_try_at) == (state, AT + timedelta(seconds=seconds))
    assert settled.sending_at == DOUBTED.sending_at
    assert settled.reason == "cannot look whether it was sent: why"


def test_a_message_of_which_nobody_can_know_is_a_persons() -> None:
    for settled in (unconfirmed(DOUBTED), internal_error(KeyError("secret"), FRESH, AT)):
        assert (settled.state, settled.next_try_at) == ("failed", None)
        assert settled.reason is not None
        assert settled.reason.startswith("maybe sent: ")
        assert "secret" not in settled.reason


@pytest.mark.parametrize(
    ("channel", "expected"),
    [("slack:#roles", "slack"), ("webhook", "webhook"), ("apprise:phone", "apprise")],
)
def test_a_channel_names_its_notifier(channel: str, expected: str) -> None:
    assert kind(channel) == expected


def test_a_burst_goes_at_once_and_then_one_for_each_interval() -> None:
    pace = TokenBucket(interval=2.0, burst=3)
    assert [pace.take(AT) for _ in range(5)] == [0, 0, 0, 2, 4]
    assert pace.take(AT + timedelta(seconds=4)) == 2
    assert pace.take(AT + timedelta(hours=1)) == 0


def test_a_clock_set_back_neither_stops_nor_floods() -> None:
    pace = TokenBucket(interval=1.0, burst=1)
    assert pace.take(AT) == 0
    assert pace.take(AT - timedelta(hours=1)) == 1
    assert pace.take(AT - timedelta(hours=1) + timedelta(seconds=2)) == 0


def test_no_interval_holds_nothing_up() -> None:
    pace = TokenBucket(interval=0.0, burst=1)
    assert [pace.take(AT) for _ in range(100)] == [0] * 100


def test_a_message_that_goes_late_puts_off_the_next() -> None:
    pace, began = TokenBucket(interval=1.0, burst=2), AT
    pace.take(began)
    pace.go(began + timedelta(seconds=0.3))  # names were asked for first
    assert pace.take(began + timedelta(seconds=0.3)) == 0
    pace.go(began + timedelta(seconds=0.3))
    assert pace.take(began + timedelta(seconds=0.3)) == pytest.approx(1.0)
    pace.go(began + timedelta(seconds=1.3))
    assert pace.take(began + timedelta(seconds=1.3)) == pytest.approx(1.0)
