"""The outcome of a message after each kind of answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.channels import kind
from monitor.delivery.open_items import QueuedDelivery
from monitor.delivery.retry_policy import (
    internal_error,
    outcome_of_search,
    outcome_of_send,
    unconfirmed,
)
from monitor.notify.base import (
    ChannelRefusedError,
    MessageMissingError,
    NotifyError,
    RateLimitedError,
    UnconfirmedError,
)
from tests.support.alerts import AT

WAIT = timedelta(seconds=2)
FRESH = QueuedDelivery(1, "id", "slack:#roles", "pending", 0, None, None)
UNCONFIRMED = replace(FRESH, state="sending", attempts=1, sending_at=AT - timedelta(seconds=30))


@pytest.mark.parametrize(
    ("error", "head", "readable", "state", "seconds", "unconfirmed_call"),
    [
        (NotifyError("why"), FRESH, True, "pending", 1, False),
        (NotifyError("why"), replace(FRESH, attempts=3), True, "pending", 8, False),
        (NotifyError("why"), replace(FRESH, attempts=99), True, "pending", 300, False),
        (RateLimitedError("why", 42.0), replace(FRESH, attempts=5), True, "pending", 42, False),
        (RateLimitedError("why", 0.0), FRESH, True, "pending", 0, False),
        (UnconfirmedError("why"), FRESH, True, "sending", 2, True),
        (UnconfirmedError("why"), replace(FRESH, attempts=4), True, "sending", 16, True),
        (UnconfirmedError("why"), FRESH, False, "failed", None, True),
        (ChannelRefusedError("why"), FRESH, True, "failed", 300, False),
        (ChannelRefusedError("why"), replace(FRESH, attempts=9), False, "failed", 3600, False),
        (ChannelRefusedError("why"), UNCONFIRMED, True, "failed", 600, True),
        (NotifyError("why"), UNCONFIRMED, True, "pending", 2, True),
    ],
)
def test_an_error_of_a_send_decides_the_state_and_the_next_try(
    error: NotifyError,
    head: QueuedDelivery,
    *,
    readable: bool,
    state: str,
    seconds: float | None,
    unconfirmed_call: bool,
) -> None:
    outcome = outcome_of_send(error, head, readable=readable, threaded=True, now=AT, wait=WAIT)
    assert outcome.state == state
    assert outcome.next_try_at == (None if seconds is None else AT + timedelta(seconds=seconds))
    assert (outcome.sending_at is not None) == unconfirmed_call
    assert outcome.reason in {"why", "maybe sent: why"}


@pytest.mark.parametrize(("threaded", "seconds"), [(True, None), (False, 1)])
def test_a_missing_thread_is_replaced_at_once_and_other_messages_wait(
    seconds: float | None, *, threaded: bool
) -> None:
    outcome = outcome_of_send(
        MessageMissingError("why"), FRESH, readable=True, threaded=threaded, now=AT, wait=WAIT
    )
    assert (outcome.state, outcome.next_try_at) == (
        "pending",
        None if seconds is None else AT + timedelta(seconds=seconds),
    )


def test_the_first_unconfirmed_call_is_remembered() -> None:
    assert (
        outcome_of_send(
            UnconfirmedError("x"),
            UNCONFIRMED,
            readable=True,
            threaded=True,
            now=AT,
            wait=WAIT,
        ).sending_at
        == UNCONFIRMED.sending_at
    )


@pytest.mark.parametrize(
    ("error", "state", "seconds"),
    [
        (NotifyError("why"), "sending", 30),
        (UnconfirmedError("why"), "sending", 30),
        (RateLimitedError("why", 60.0), "sending", 60),
        (ChannelRefusedError("why"), "failed", 600),
    ],
)
def test_after_a_failed_search_nothing_is_sent_before_another_search(
    error: NotifyError, state: str, seconds: float
) -> None:
    outcome = outcome_of_search(error, UNCONFIRMED, AT)
    assert (outcome.state, outcome.next_try_at) == (state, AT + timedelta(seconds=seconds))
    assert outcome.sending_at == UNCONFIRMED.sending_at
    assert outcome.reason == "cannot check whether it was sent: why"


def test_an_unconfirmed_message_waits_for_a_person() -> None:
    for outcome in (unconfirmed(UNCONFIRMED), internal_error(KeyError("secret"), FRESH, AT)):
        assert (outcome.state, outcome.next_try_at) == ("failed", None)
        assert outcome.reason is not None
        assert outcome.reason.startswith("maybe sent: ")
        assert "secret" not in outcome.reason


@pytest.mark.parametrize(
    ("channel", "expected"),
    [("slack:#roles", "slack"), ("webhook", "webhook"), ("apprise:phone", "apprise")],
)
def test_a_channel_names_its_notifier(channel: str, expected: str) -> None:
    assert kind(channel) == expected
