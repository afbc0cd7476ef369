"""What becomes of a message after a try to send it: pure decisions, with the waits.

pending ──claim──▶ sending ──ok──▶ sent
   ▲                 │ clear no, 429 ──▶ pending, later
   │                 │ unclear ──▶ sending: looked for, then sent or tried again
   │                 │ unclear, and the channel cannot be read ──▶ failed, "maybe sent": a person decides
   └─ a person ──────┘ permanent ──▶ failed, tried again now and then; what follows it in its channel waits
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from monitor.history.schedule import MAX_RETRY_AFTER
from monitor.notify.base import NotifyError, Receipt

# a search begins so long before the first call: the channel's clock is not ours
LOOK_BACK: Final = timedelta(hours=1)
# first and longest wait after trouble that passes
_SHORT: Final = (timedelta(seconds=1), timedelta(minutes=5))
_LONG: Final = (timedelta(minutes=5), timedelta(hours=1))  # after trouble that a person must end
MAYBE: Final = "maybe sent: "


@dataclass(frozen=True, slots=True)
class QueuedDelivery:
    """The first open message of a channel, as it is stored."""

    id: int
    delivery_id: str
    channel: str
    state: str  # pending sending failed
    attempts: int
    next_try_at: datetime | None  # null: now
    sending_at: datetime | None  # the first call of which nobody knows that it failed
    channel_id: str | None = None  # of a reply that was tried
    thread_ts: str | None = None  # the same: in which thread

    @property
    def queue(self) -> str:
        """Whose turn it is: what has one queue goes one after the other."""
        return self.channel

    @property
    def thread(self) -> Receipt | None:
        """Where the card is that it was sent to as a reply."""
        return Receipt(self.channel_id, self.thread_ts) if self.thread_ts else None


@dataclass(frozen=True, slots=True)
class DeliveryOutcome:
    """How a message stands after a try."""

    state: Literal["pending", "sending", "sent", "failed"]
    next_try_at: datetime | None = None
    sending_at: datetime | None = None
    reason: str | None = None
    # until when the other side asked to be left alone: not even a person's wish is sent sooner
    not_before: datetime | None = None
    receipt: Receipt | None = None
    error: NotifyError | None = None  # what the notifier said


def outcome_of_send(
    error: NotifyError,
    head: QueuedDelivery,
    *,
    readable: bool,
    threaded: bool,
    now: datetime,
    wait: timedelta,
) -> DeliveryOutcome:
    """After a send that brought an error; `head` is as it was before, `wait` what a message may take to appear in its channel.

    `threaded`: it was sent as a reply.
    """
    if error.gone and threaded:  # the thread is not there, so it is posted anew at once
        return DeliveryOutcome("pending", None, head.sending_at, error.reason, error=error)
    if error.may_have_arrived and not readable:
        return DeliveryOutcome(
            "failed", None, head.sending_at or now, MAYBE + error.reason, error=error
        )
    if error.may_have_arrived:
        return DeliveryOutcome(
            "sending",
            now + max(wait, _grown(_SHORT, head.attempts)),
            head.sending_at or now,
            error.reason,
            error=error,
        )
    if error.permanent:
        return DeliveryOutcome(
            "failed", now + _grown(_LONG, head.attempts), head.sending_at, error.reason, error=error
        )
    until = asked_until(error, now)
    return DeliveryOutcome(
        "pending",
        until or now + _grown(_SHORT, head.attempts),
        head.sending_at,
        error.reason,
        until,
        error=error,
    )


def outcome_of_edit(error: NotifyError, attempts: int, now: datetime) -> datetime:
    """When an edit that brought an error is tried again: it may be made twice, so nothing has to be looked for."""
    return asked_until(error, now) or now + _grown(_LONG if error.permanent else _SHORT, attempts)


def outcome_of_lookup(error: NotifyError, head: QueuedDelivery, now: datetime) -> DeliveryOutcome:
    """After a search that brought an error: whether it was sent stays open, and it is not sent again before that is known."""
    reason = f"cannot look whether it was sent: {error.reason}"
    since = head.sending_at or now
    if error.permanent:
        return DeliveryOutcome(
            "failed", now + _grown(_LONG, head.attempts), since, reason, error=error
        )
    shortest, longest = _SHORT
    as_long_again = min(longest, max(shortest, now - since))
    return DeliveryOutcome(
        "sending", asked_until(error, now) or now + as_long_again, since, reason, error=error
    )


def unconfirmed(head: QueuedDelivery) -> DeliveryOutcome:
    """A message found half sent to a channel that cannot be read: its process died."""
    return DeliveryOutcome(
        "failed", None, head.sending_at, f"{MAYBE}the program stopped while sending"
    )


def internal_error(error: Exception, head: QueuedDelivery, now: datetime) -> DeliveryOutcome:
    """A fault of our own: others go on without it, and a person may try again."""
    return DeliveryOutcome(
        "failed",
        None,
        head.sending_at or now,
        f"{MAYBE}a fault in rolewatch ({type(error).__name__}), see the log",
    )


def asked_until(error: NotifyError, now: datetime) -> datetime | None:
    """Return until when the other side asks us to wait, as far as it is believed; None when it does not ask."""
    return (
        None
        if error.retry_after is None
        else now + min(timedelta(seconds=error.retry_after), MAX_RETRY_AFTER)
    )


def _grown(bounds: tuple[timedelta, timedelta], tries: int) -> timedelta:
    """Doubled with every earlier try, up to the longest."""
    first, longest = bounds
    return min(longest, first * (1 << min(tries, 16)))
