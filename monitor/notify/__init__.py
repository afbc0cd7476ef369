"""Notifiers, one for each kind of channel. `docs/adding-a-notifier.md` shows how to add one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TextIO

from monitor.config.model import Settings
from monitor.notify.apprise import AppriseNotifier
from monitor.notify.base import Notifier
from monitor.notify.console import ConsoleNotifier
from monitor.notify.slack.notifier import SlackNotifier
from monitor.notify.webhook import WebhookNotifier

# kind of channel, the prefix in `slack:#roles` → its notifier; None without its secret
NOTIFIERS: Final[dict[str, Callable[[Settings, TextIO], Notifier | None]]] = {
    "console": ConsoleNotifier.from_settings,
    "slack": SlackNotifier.from_settings,
    "webhook": WebhookNotifier.from_settings,
    "apprise": AppriseNotifier.from_settings,
}


def notifiers(settings: Settings, console: TextIO) -> dict[str, Notifier]:
    """Return every notifier whose secret is set, by kind of channel."""
    made = {kind: make(settings, console) for kind, make in NOTIFIERS.items()}
    return {kind: notifier for kind, notifier in made.items() if notifier is not None}
