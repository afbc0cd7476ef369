"""The interface of a notifier: send a message, or raise NotifyError."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TextIO, runtime_checkable

from pydantic import SecretStr

from monitor.channels import Listed, secret_word
from monitor.config.model import Settings
from monitor.messages import Message


@dataclass(frozen=True, slots=True)
class Receipt:
    """The place of a sent message. All None if the service does not report it."""

    channel_id: str | None = None
    ts: str | None = None  # Slack's id of a message within its channel
    url: str | None = None


class NotifyError(Exception):
    """A message was not confirmed by its channel. A later try may succeed.

    `reason` is "what is wrong: what to do", or only the first: `doctor` splits it at its first
    ": ". `slack_error` is Slack's own error code, such as "missing_scope", or "" without one.
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

    # whether a sent message can be found again; if not, an unclear end stays unclear
    readable: bool
    pace: float  # seconds between two messages to one channel, sustained
    burst: int  # messages that may be sent at once

    async def send(self, channel: str, message: Message, delivery_id: str) -> Receipt:
        """Send the message. Return its place. Raises NotifyError."""
        ...

    async def find(self, channel: str, delivery_id: str, since: datetime) -> Receipt | None:
        """Return the message of a delivery, sent at or after `since`. None if it is not there.

        Raises NotifyError.
        """
        ...

    async def close(self) -> None: ...


class NotifierClass(Protocol):
    """A notifier's class, as KINDS names it. It makes the notifier of its kind."""

    def from_settings(self, settings: Settings, console: TextIO) -> Notifier:
        """Return the notifier. Its secrets are in `settings.secrets`, by channel."""
        ...


@runtime_checkable
class Described(Notifier, Protocol):
    """A notifier that describes its channels for `doctor`. WriteOnly has a simple `check()`."""

    def check(self, channel: str) -> str:
        """Return what is known of a channel without sending. Raises NotifyError."""
        ...


@runtime_checkable
class Threaded(Notifier, Protocol):
    """A notifier whose messages can be edited and have threads."""

    edit_pace: float  # seconds between two edits in all channels together, sustained
    edit_burst: int

    async def reply(
        self, channel: str, card: Receipt, message: Message, delivery_id: str
    ) -> Receipt:
        """Send the message in the thread of `card`. Return its place.

        Raises NotifyError, MessageMissingError without the card.
        """
        ...

    async def find_reply(
        self, channel: str, card: Receipt, delivery_id: str, since: datetime
    ) -> Receipt | None:
        """Find a message in the thread of `card`, as `find` does. Raises NotifyError."""
        ...

    async def edit(self, channel: str, card: Receipt, message: Message) -> None:
        """Replace the card by the message. It is safe to repeat.

        Raises NotifyError, MessageMissingError without the card.
        """
        ...


Check = Callable[[], Awaitable[None]]


@runtime_checkable
class Guarded(Notifier, Protocol):
    """A notifier that makes several calls for one message.

    The right to send may be lost between them.
    """

    def guard(self, check: Check) -> None:
        """Await `check` right before each call that writes. If it raises, nothing is written."""
        ...


@runtime_checkable
class Named(Notifier, Protocol):
    """A notifier whose channels have names and ids: two names may be one channel."""

    async def listed(self, channel: str) -> Mapping[str, Listed] | None:
        """Return the channels by name (`#roles`) and direct messages by person (`U…`).

        None if `channel` has no other name, or if its id is known from before and the service
        cannot be asked now. Raises NotifyError.
        """
        ...

    def set_former_ids(self, ids: Mapping[str, str]) -> None:
        """Set the ids that are known from before.

        They are used for a renamed channel, and while the service cannot be asked.
        """
        ...


class WriteOnly:
    """The base of notifiers whose channels cannot be read."""

    readable = False
    pace = 1.02  # seconds; one message a second and a little for the clocks' jitter
    burst = 1
    secrets: Mapping[str, SecretStr]  # by channel; set by a notifier that calls secret_of()

    def secret_of(self, channel: str) -> str:
        """Return the channel's secret. Raises ChannelRefusedError if a reload removed it."""
        if channel not in self.secrets:
            raise ChannelRefusedError(f"its {secret_word(channel)} is no longer set")
        return self.secrets[channel].get_secret_value()

    async def find(  # the protocol's signature
        self,
        channel: str,
        delivery_id: str,  # noqa: ARG002
        since: datetime,  # noqa: ARG002
    ) -> Receipt | None:
        raise ChannelRefusedError(f"{channel} cannot be read")

    def check(self, channel: str) -> str:
        """Return what is known of a channel without sending. Raises NotifyError."""
        return f"its {secret_word(channel)} is set"

    async def close(self) -> None:
        """Do nothing: no connection stays open."""
