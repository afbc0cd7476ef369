"""Decide when a message goes, and its state after an attempt to send it. Pure.

pending ──claim──▶ sending ──ok──▶ sent
   ▲                 │ clear no, rate limit ──▶ pending, later
   │                 │ unconfirmed ──▶ sending: searched for, then sent or tried again
   │                 │ unconfirmed, unreadable channel ──▶ failed, "maybe sent": a person decides
   └─ a person ──────┘ permanent ──▶ failed, retried now and then; its channel waits behind it
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal

from monitor.history.schedule import MAX_RETRY_AFTER
from monitor.notify.base import MessageMissingError, NotifyError, Receipt

# A search begins this long before the first call, because the channel's clock may differ.
LOOK_BACK: Final = timedelta(hours=1)
# First and longest wait after temporary trouble.
_SHORT: Final = (timedelta(seconds=1), timedelta(minutes=5))
# The same after trouble that a person must end.
_LONG: Final = (timedelta(minutes=5), timedelta(hours=1))
MAYBE: Final = "maybe sent: "


@dataclass(frozen=True, slots=True)
class QueuedDelivery:
    """The first open message of a channel, as stored."""

    id: int
    delivery_id: str
    channel: str
    state: str  # pending sending failed
    attempts: int
    next_try_at: datetime | None  # null: now
    sending_at: datetime | None  # the first call that is not known to have failed
    channel_id: str | None = None  # of a reply that was tried
    thread_ts: str | None = None  # the thread of that reply

    @property
    def queue(self) -> str:
        """Queue name. Messages of one queue are sent in order."""
        return self.channel

    @property
    def thread(self) -> Receipt | None:
        """Location of the card that it was sent to as a reply."""
        return Receipt(self.channel_id, self.thread_ts) if self.thread_ts else None


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


@dataclass
class Delivered:
    """Counts of messages of one delivery run."""

    sent: int = 0
    failed: int = 0  # refused, or maybe sent
    waiting: int = 0  # not sent yet


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


def outcome_of_lookup(error: NotifyError, head: QueuedDelivery, now: datetime) -> DeliveryOutcome:
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


@dataclass
class TokenBucket:
    """A token bucket. With an interval of 0 nothing waits."""

    interval: float  # seconds per message
    burst: int  # messages at once
    _tokens: float = field(init=False)
    _at: datetime | None = field(init=False, default=None)
    # when the message that was booked last goes
    _last_slot: datetime | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._tokens = float(self.burst)

    def take(self, now: datetime) -> float:
        """Book one message. Return the seconds to wait before it goes."""
        if self.interval <= 0:
            return 0.0
        # a clock set back neither adds nor removes tokens
        passed = max(0.0, (now - self._at).total_seconds()) if self._at else 0.0
        self._at = now
        self._tokens = min(float(self.burst), self._tokens + passed / self.interval) - 1
        wait = max(0.0, -self._tokens * self.interval)
        self._last_slot = now + timedelta(seconds=wait)
        return wait

    def go(self, now: datetime) -> None:
        """Note that the booked message goes now. If it is late, the next ones are late too."""
        if self._at is not None and self._last_slot is not None and now > self._last_slot:
            self._at += now - self._last_slot
            self._last_slot = now
