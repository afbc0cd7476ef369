"""Samples of `alerts test` and `slack setup`: a message to each channel, marked as a sample."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import uuid4

from monitor.channels import Listed, kind, secret_name
from monitor.config.model import Settings
from monitor.database.slack_channels import Directory
from monitor.message_parts import Role, Why
from monitor.messages import SAMPLE, Message, OperatorMessage, RoleMessage
from monitor.notify.base import Named, Notifier, NotifyError, Receipt
from monitor.notify.slack.tokens import wrong_kind

_LONGEST_WAIT = 60.0  # seconds that a channel may ask us to wait


@dataclass(frozen=True, slots=True)
class Tried:
    """The result of sending a sample to one channel."""

    channel: str
    ok: bool
    words: str  # where it went, or why not and what to do
    channel_id: str | None = field(default=None, repr=False)  # Slack's, of where it went


async def send_samples(
    settings: Settings, notifiers: Mapping[str, Notifier], now: datetime, *, only: str = ""
) -> AsyncIterator[Tried]:
    """Send a sample to each channel of the rules and of the operator that begins with `only`.

    A channel gets one, however many names it has.
    """
    token = settings.slack.token
    wrong = wrong_kind(token.get_secret_value(), "xoxb-") if token else None
    samples = {
        channel: message
        for channel, message in _samples(settings, now).items()
        if channel.startswith(only)
    }
    others = {} if wrong else await _other_names(notifiers, list(samples))
    reached = set[str | None]()
    for channel, message in samples.items():
        if channel in others or channel.removeprefix("slack:") in reached:
            continue
        if wrong and kind(channel) == "slack":
            yield Tried(channel, ok=False, words=f"$SLACK_BOT_TOKEN: {wrong}")
            continue
        target = settings.effective_channel(channel)
        notifier = notifiers.get(kind(target))
        if notifier is None:
            yield Tried(channel, ok=False, words="no notifier for this kind of channel")
            continue
        tried = await _try(notifier, channel, target, message)
        reached.add(tried.channel_id)
        yield (
            tried
            if target == channel
            else replace(
                tried, words=f"{tried.words}, on the console: ${secret_name(channel)} is not set"
            )
        )


async def _other_names(
    notifiers: Mapping[str, Notifier], channels: Sequence[str]
) -> Mapping[str, str]:
    """Return the names of channels that came before under another name, as Slack says now."""
    slack = notifiers.get("slack")
    if not isinstance(slack, Named):
        return {}
    listed: Mapping[str, Listed] = {}
    for channel in channels:
        with suppress(NotifyError):  # the sample says why
            listed = await slack.listed(channel) or listed
    return Directory(listed).aliases(channels)


def _samples(settings: Settings, now: datetime) -> dict[str, Message]:
    """Return a role for channels of rules, and an operator message for the others."""
    samples: dict[str, Message] = {}
    for rule in settings.rules:
        for channel in rule.notify:
            samples.setdefault(channel, _role(rule.name, now))
    for channel in settings.alerts.operator:
        samples.setdefault(channel, _OPERATOR)
    return samples


_OPERATOR = OperatorMessage(
    "test",
    "Sample: messages for the operator arrive here",
    ("No board is in trouble. Somebody ran `rolewatch alerts test`.",),
)


def _role(rule: str, now: datetime) -> RoleMessage:
    role = Role(
        posting=f"{SAMPLE}rolewatch:1",
        company="Example Labs",
        title="Research Engineer (a sample, no real role)",
        url="https://careers.example.org/",
        location="Mountain View, California, US",
        pay="133000-240000 USD/year",
        department="Research",
        first_seen_at=now,
    )
    return RoleMessage(
        "opened", role, (Why(rule, "here stand the words that fitted; this is a sample"),), now
    )


async def _try(notifier: Notifier, channel: str, target: str, message: Message) -> Tried:
    """Send it. Wait once if the channel asks for a short wait."""
    delivery_id = f"test-{uuid4().hex}"
    try:
        receipt = await notifier.send(target, message, delivery_id)
    except NotifyError as error:
        if error.retry_after is None or error.retry_after > _LONGEST_WAIT:
            return Tried(channel, ok=False, words=_why(channel, error))
        await asyncio.sleep(error.retry_after)
    else:
        return _sent(channel, receipt)
    try:
        receipt = await notifier.send(target, message, delivery_id)
    except NotifyError as error:
        return Tried(channel, ok=False, words=_why(channel, error))
    return _sent(channel, receipt)


def _sent(channel: str, receipt: Receipt) -> Tried:
    return Tried(channel, ok=True, words=receipt.url or "sent", channel_id=receipt.channel_id)


def _why(channel: str, error: NotifyError) -> str:
    """Return why it failed, with what to type in a channel that lacks the app."""
    if error.slack_error in {"not_in_channel", "channel_not_found"}:
        return f"{error.reason}; in {channel.removeprefix('slack:')}, type: /invite @rolewatch"
    return error.reason
