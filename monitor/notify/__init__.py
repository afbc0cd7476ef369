"""Notifiers, one for each kind of channel. `docs/adding-a-notifier.md` shows how to add one."""

from __future__ import annotations

import pkgutil
from typing import TextIO

from monitor.channels import KINDS, Kind, kind
from monitor.config.model import Settings
from monitor.notify.base import Notifier, NotifierClass


def notifiers(settings: Settings, console: TextIO) -> dict[str, Notifier]:
    """Return every notifier that needs no secret or has one, by kind of channel."""
    usable = {kind(channel) for channel in settings.secrets}
    usable |= {name for name in KINDS if settings.secret(name)}
    return {
        name: _class(known).from_settings(settings, console)
        for name, known in KINDS.items()
        if name in usable or not known.variable
    }


def _class(known: Kind) -> NotifierClass:
    found: NotifierClass = pkgutil.resolve_name(known.notifier)
    return found
