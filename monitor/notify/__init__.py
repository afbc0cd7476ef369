"""What can send to one kind of channel."""

from __future__ import annotations

from typing import TextIO

from monitor.config.model import Settings
from monitor.notify.apprise import AppriseNotifier
from monitor.notify.base import Notifier
from monitor.notify.console import ConsoleNotifier
from monitor.notify.slack.notifier import SlackNotifier
from monitor.notify.webhook import WebhookNotifier


def notifiers(settings: Settings, console: TextIO) -> dict[str, Notifier]:
    """Every notifier that has what it needs, by the kind of channel: the word before the colon in `slack:#roles`."""
    token, url = settings.slack.token, settings.webhook_url
    return {
        "console": ConsoleNotifier(console),
        **({"apprise": AppriseNotifier(settings.apprise)} if settings.apprise else {}),
        **(
            {
                "slack": SlackNotifier(
                    token, settings.slack.api_url, interactive=settings.slack.app_token is not None
                )
            }
            if token
            else {}
        ),
        **({"webhook": WebhookNotifier(url)} if url else {}),
    }
