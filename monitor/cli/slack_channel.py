"""The channel that `slack setup` asks for."""

from __future__ import annotations

import re
from typing import Final

import typer

from monitor.channels import kind
from monitor.config.model import Settings
from monitor.errors import UserError

EXAMPLE: Final = "slack:#roles"  # as `init` writes it
_ID: Final = re.compile("[CGDUW][A-Z0-9]{5,}")
_NAME: Final = re.compile(r"[^\s#@,:]{1,80}")
_TRIES: Final = 3


def first_channel(settings: Settings) -> str | None:
    """Return the first Slack channel that a rule names."""
    return next(
        (channel for rule in settings.rules for channel in rule.notify if kind(channel) == "slack"),
        None,
    )


def ask_channel(default: str) -> str:
    """Ask where alerts go. Return the channel as the configuration writes it.

    Raises UserError after three answers that name no channel.
    """
    for _ in range(_TRIES):
        given = str(
            typer.prompt("Channel for alerts", default=default.removeprefix("slack:"))
        ).strip()
        channel = as_channel(given)
        if channel:
            return channel
        typer.echo(
            "Use a channel's name (#roles), its id (C…), or a person's id (U…) for a direct "
            "message."
        )
    raise UserError("no channel was named: nothing was written")


def as_channel(given: str) -> str | None:
    """Return `slack:#roles` for `#roles` or `roles`, `slack:C…` for an id, else None."""
    bare = given.removeprefix("slack:")
    if _ID.fullmatch(bare):
        return f"slack:{bare}"
    name = bare.removeprefix("#").lower()
    return f"slack:#{name}" if _NAME.fullmatch(name) else None
