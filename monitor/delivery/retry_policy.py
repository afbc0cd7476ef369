"""Decide the state of a message after an attempt, and when to try again. Pure.

pending ──claim──▶ sending ──ok──▶ sent
   ▲                 │ clear no, rate limit ──▶ pending, later
   │                 │ unconfirmed ──▶ sending: searched for, then sent or tried again
   │                 │ unconfirmed, unreadable channel ──▶ failed, "maybe sent": a person decides
   └─ a person ──────┘ permanent ──▶ failed, retried now and then; its channel waits behind it
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from monitor.delivery.open_items import QueuedDelivery
from monitor.history.schedule import MAX_RETRY_AFTER
from monitor.notify.base import MessageMissingError, NotifyError, Receipt

# A search begins this long before the first call, because the channel's clock may differ.
SEARCH_BACK: Final = timedelta(hours=1)
# First and longest wait after temporary trouble.
_SHORT: Final = (timedelta(seconds=1), timedelta(minutes=5))
# The same after trouble that a person must end.
_LONG: Final = (timedelta(minutes=5), timedelta(hours=1))
MAYBE: Final = "maybe sent: "


@dataclass(frozen=True, slots=True)
class DeliveryOutcome:
    """State of a message after an attempt."""

    state: Literal["pending", "sending", "sent", "failed"]
    next_try_at: datetime | None = None
    sending_at: datetime | None = None
    reason: str | None = None
    # The service asked not to be called before. A person's retry waits too.
    not_before: datetime | None = None
    receipt: Receipt | None = None
    error: NotifyError | None = None  # from the notifier


def outcome_of_send(
    error: NotifyError,
    head: QueuedDelivery,
    *,
    readable: bool,
    threaded: bool,
    now: datetime,
    wait: timedelta,
) -> DeliveryOutcome:
    """Return the outcome of a send that raised an error.

    `head` is the message before the send, `threaded` says that it was sent as a reply. `wait` is
    the time that a message may need to appear in its channel.
    """
    reason, since = error.reason, head.sending_at
    if isinstance(error, MessageMissingError) and threaded:  # post it as a new card at once
        return DeliveryOutcome("pending", None, since, reason, error=error)
    if error.may_have_arrived and not readable:
        return DeliveryOutcome("failed", None, since or now, MAYBE + reason, error=error)
    if error.may_have_arrived:
        again = now + max(wait, _backoff(_SHORT, head.attempts))
        return DeliveryOutcome("sending", again, since or now, reason, error=error)
    if error.permanent:
        again = now + _backoff(_LONG, head.attempts)
        return DeliveryOutcome("failed", again, since, reason, error=error)
    until = asked_until(error, now)
    again = until or now + _backoff(_SHORT, head.attempts)
    return DeliveryOutcome("pending", again, since, reason, until, error=error)


def outcome_of_edit(error: NotifyError, attempts: int, now: datetime) -> datetime:
    """Return when a failed edit is tried again. An edit may run twice, so nothing is searched."""
    backoff = _backoff(_LONG if error.permanent else _SHORT, attempts)
    return asked_until(error, now) or now + backoff


def outcome_of_search(error: NotifyError, head: QueuedDelivery, now: datetime) -> DeliveryOutcome:
    """Return the outcome of a search that raised an error.

    The message is not sent again before a search succeeds.
    """
    reason = f"cannot check whether it was sent: {error.reason}"
    since = head.sending_at or now
    if error.permanent:
        again = now + _backoff(_LONG, head.attempts)
        return DeliveryOutcome("failed", again, since, reason, error=error)
    shortest, longest = _SHORT
    doubled = min(longest, max(shortest, now - since))  # as long again as it has lasted
    again = asked_until(error, now) or now + doubled
    return DeliveryOutcome("sending", again, since, reason, error=error)


def unconfirmed(head: QueuedDelivery) -> DeliveryOutcome:
    """Return the outcome of a message whose process died while sending to an unreadable channel."""
    reason = f"{MAYBE}the program stopped while sending"
    return DeliveryOutcome("failed", None, head.sending_at, reason)


def internal_error(error: Exception, head: QueuedDelivery, now: datetime) -> DeliveryOutcome:
    """Return the outcome of a bug in rolewatch: other messages go on, and a person may retry."""
    reason = f"{MAYBE}a fault in rolewatch ({type(error).__name__}), see the log"
    return DeliveryOutcome("failed", None, head.sending_at or now, reason)


def asked_until(error: NotifyError, now: datetime) -> datetime | None:
    """Return when the service may be called again, within a limit. None: it did not ask to wait."""
    if error.retry_after is None:
        return None
    return now + min(timedelta(seconds=error.retry_after), MAX_RETRY_AFTER)


def _backoff(bounds: tuple[timedelta, timedelta], tries: int) -> timedelta:
    """Return a wait that doubles with every earlier attempt, up to the longest."""
    first, longest = bounds
    return min(longest, first * (1 << min(tries, 16)))
