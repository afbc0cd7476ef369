"""A service that the daemon runs beside its own work, such as the page, which it does not know."""

from __future__ import annotations

from typing import Protocol

from monitor.config.model import Settings


class Service(Protocol):
    """Starts, follows changed settings, and stops."""

    async def start(self, settings: Settings) -> None:
        """Start. Raise UserError if the settings do not allow it."""

    async def reconfigure(self, settings: Settings) -> None:
        """Use changed settings. On UserError everything stays as before."""

    async def stop(self) -> None:
        """Stop at once."""


class NoService:
    """Nothing beside the daemon."""

    async def start(self, settings: Settings) -> None:
        pass

    async def reconfigure(self, settings: Settings) -> None:
        pass

    async def stop(self) -> None:
        pass
