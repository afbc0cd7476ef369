"""Addresses that feeds and calendars link to."""

from __future__ import annotations

import re
from urllib.parse import quote

from monitor.notify import wording
from monitor.notify.compose.style import Style

# what a browser takes in an address, and no IRI may have (RFC 3987)
_NOT_IN_AN_IRI = re.compile(r"[\"\\^`{}]")


def role_page(base: str, posting: str) -> str:
    """Return the address of a role's page below the base address."""
    return Style(base_url=base).page(posting)


def rule_page(base: str, rule: str | None) -> str:
    """Return the address of a rule's page, or of all changes."""
    root = base.rstrip("/")
    return f"{root}/changes" if rule is None else f"{root}/rules/{quote(rule, safe='')}"


def feed_path(rule: str | None) -> str:
    """Return the path of a rule's feed, or of the feed of all changes."""
    return f"/feeds/{'all' if rule is None else quote(rule, safe='')}.atom"


def calendar_path(rule: str | None) -> str:
    """Return the path of a rule's calendar, or of the calendar of all roles."""
    return "/calendar.ics" if rule is None else f"/calendar/{quote(rule, safe='')}.ics"


def posting_link(url: str) -> str | None:
    """Return a posting's own address as an IRI. None if it may not be linked."""
    safe = wording.safe_url(url)
    return safe and _NOT_IN_AN_IRI.sub(lambda match: f"%{ord(match[0]):02X}", safe)
