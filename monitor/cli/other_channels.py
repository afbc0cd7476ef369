"""Checks of `doctor` for channels outside Slack: their addresses and their limits.

Nothing is sent.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from monitor.channels import kind
from monitor.cli.finding import Finding
from monitor.config.model import Settings, secret_name
from monitor.notify import notifiers
from monitor.notify.base import NotifyError, WriteOnly

_LIMITS = "it has no threads and no edits, so each change is a message of its own"
_TRIED = "`rolewatch alerts test` tries it"


def examine(settings: Settings) -> Iterator[Finding]:
    """Yield a finding for the webhook and for each channel of Apprise that is used."""
    for channel in settings.channels():
        if kind(channel) not in {"slack", "console"}:
            yield _examine(settings, channel)


def _examine(settings: Settings, channel: str) -> Finding:
    if settings.effective_channel(channel) != channel:
        return Finding(
            channel,
            ok=True,
            found="no address: its alerts print to the console",
            remedy=f"set ${secret_name(channel)}",
        )
    notifier = notifiers(settings, sys.stderr)[kind(channel)]
    try:
        description = notifier.check(channel) if isinstance(notifier, WriteOnly) else ""
    except NotifyError as error:
        found, _, remedy = error.reason.partition(": ")
        return Finding(channel, ok=False, found=found, remedy=remedy)
    return Finding(channel, ok=True, found=f"{description}; {_LIMITS}; {_TRIED}")
