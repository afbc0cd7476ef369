"""Checks of `doctor` for channels outside Slack: their addresses and their limits.

Nothing is sent.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

from monitor.channels import kind
from monitor.cli.finding import Finding
from monitor.config.model import Settings, secret_name

_TRIED = "; `rolewatch alerts test` tries it"
_WEBHOOK = (
    "its address is set; it has no threads and no edits, so each change is a message of its own"
    + _TRIED
)
_INSTALL = "pip install 'rolewatch[apprise]'"


def examine(settings: Settings) -> Iterator[Finding]:
    """Return a finding for the webhook and for each Apprise channel in use."""
    for channel in settings.channels():
        if kind(channel) in {"webhook", "apprise"}:
            yield _examine(settings, channel)


def _examine(settings: Settings, channel: str) -> Finding:
    if settings.effective_channel(channel) != channel:
        return Finding(
            channel,
            ok=True,
            found="no address: its alerts print to the console",
            remedy=f"set ${secret_name(channel)}",
        )
    if channel == "webhook":
        return Finding(channel, ok=True, found=_WEBHOOK)
    try:
        service = _service(settings.apprise[channel].get_secret_value())
    except ImportError:
        return Finding(channel, ok=False, found="Apprise is not installed", remedy=_INSTALL)
    if service is None:
        return Finding(
            channel,
            ok=False,
            found=f"Apprise cannot read ${secret_name(channel)}",
            remedy="see https://appriseit.com/services/",
        )
    return Finding(
        channel,
        ok=True,
        found=f"{service}; it has no threads and no edits, so each change is a message of its "
        f"own{_TRIED}",
    )


def _service(address: str) -> str | None:
    """Return the service's name, such as "ntfy", or None for an invalid address.

    Raises ImportError.
    """
    from apprise import Apprise

    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)  # its lines hold the address
    services = Apprise()
    return (
        ", ".join(str(service.service_name) for service in services)
        if services.add(address)
        else None
    )
