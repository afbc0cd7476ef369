"""A channel's settings for its messages: time zone, buttons, and links to the page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo

from monitor.text.page_addresses import role_page


@dataclass(frozen=True, slots=True)
class Style:
    """The settings that all messages of a channel share."""

    zone: tzinfo = UTC  # of dates that the service does not convert for each reader
    interactive: bool = False  # people can click buttons
    limited: bool = True  # at most as long as a message in Slack; else it may be of any length
    base_url: str = ""  # of the web page, "https://roles.example.org"; empty without one

    def page(self, posting: str) -> str:
        """Return the address of a role's page, or an empty text without a page."""
        return role_page(self.base_url, posting)


DEFAULT = Style()
UNLIMITED = Style(limited=False)
