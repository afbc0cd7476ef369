"""The one thing that every notifier does: put a message where a person sees it, or say why not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from monitor.channels import Listed
from monitor.messages import Message


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where a message is now; all None where the channel does not say."""

    channel_id: str | None = None
    ts: str | None = None  # Slack's id of a message within its channel
    url: str | None = None


class NotifyError(Exception):
    """A message was not confirmed by its channel. A later try may succeed.

    `slack_error` is Slack's own error code, such as "missing_scope", or "" without one.
    """

    permanent = False  # waiting does not help: a person must act
    may_have_arrived = False  # search the channel before sending again
    affects_all_channels = False  # of this notifier
    retry_after: float | None = None  # seconds that the service asked to wait

    def __init__(self, reason: str, *, slack_error: str = "") -> None:
        super().__init__(reason)
        self.reason = reason  # for a person, without secrets
        self.slack_error = slack_error


class RateLimitedError(NotifyError):
    """The service asked to wait that many seconds."""

    def __init__(self, reason: str, seconds: float) -> None:
        super().__init__(reason)
        self.retry_after = seconds


class UnconfirmedError(NotifyError):
    """The message may have arrived. `permanent`: a person must act as well."""

    may_have_arrived = True

    def __init__(self, reason: str, *, permanent: bool = False) -> None:
        super().__init__(reason)
        self.permanent = permanent


class UnreachableError(NotifyError):
    """No channel of this notifier can be reached now."""

    affects_all_channels = True


class ChannelRefusedError(NotifyError):
    """The service refuses this channel or this message until a person acts."""

    permanent = True


class TokenRefusedError(NotifyError):
    """The service refuses every channel of this notifier until a person acts."""

    permanent = True
    affects_all_channels = True


class MessageMissingError(NotifyError):
    """The message to edit or to reply to does not exist, or cannot be changed."""


class Notifier(Protocol):
    """Sends to one kind of channel."""

    readable: bool  # can a sent message be found again? If not, an unclear end stays unclear
    pace: float  # seconds between two messages to one channel, sustained
    burst: int  # messages that may go at once before the pace holds

    async def send(self, channel: str, message: Message, delivery_id: str) -> Receipt:
        """Where the message went. Raises NotifyError."""
        ...

    async def find(self, channel: str, delivery_id: str, since: datetime) -> Receipt | None:
        """The message of that delivery if the channel has it, sent at or after `since`. Raises NotifyError."""
        ...

    async def close(self) -> None: ...


@runtime_checkable
class Threaded(Notifier, Protocol):
    """A notifier whose messages can be edited and have threads."""

    edit_pace: float  # seconds between two edits in all channels together, sustained
    edit_burst: int

    async def reply(
        self, channel: str, card: Receipt, message: Message, delivery_id: str
    ) -> Receipt:
        """Where the message went in the thread of `card`. Raises NotifyError, MessageMissingError without the card."""
        ...

    async def find_reply(
        self, channel: str, card: Receipt, delivery_id: str, since: datetime
    ) -> Receipt | None:
        """As `find`, in the thread of `card`. Raises NotifyError."""
        ...

    async def edit(self, channel: str, card: Receipt, message: Message) -> None:
        """Lets the card show the message; twice is as good as once. Raises NotifyError, MessageMissingError without the card."""
        ...


Check = Callable[[], Awaitable[None]]


@runtime_checkable
class Guarded(Notifier, Protocol):
    """A notifier that makes several calls for one message, so that the right to send may be lost between them."""

    def guard(self, check: Check) -> None:
        """Call `check` right before each call that writes. What it raises comes through, and nothing is written."""
        ...


@runtime_checkable
class Named(Notifier, Protocol):
    """A notifier whose channels have names and ids, so that two names may be one channel."""

    async def listed(self, channel: str) -> Mapping[str, Listed] | None:
        """Return the channels by name (`#roles`) and direct messages by person (`U…`), asked for once. Raises NotifyError.

        None when `channel` has no other name, and when its id is known from before and the other
        side cannot be asked now.
        """
        ...

    def recall(self, ids: Mapping[str, str]) -> None:
        """Take the ids that are known from before: for a channel that was renamed, and while the other side cannot be asked."""
        ...


class WriteOnly:
    """What a notifier has in common with others whose channels cannot be read back."""

    readable = False

    # nothing to look in
    async def find(self, channel: str, delivery_id: str, since: datetime) -> Receipt | None:  # noqa: ARG002
        raise ChannelRefusedError(f"{channel} cannot be read")

    async def close(self) -> None:
        """Nothing is open between two calls."""
