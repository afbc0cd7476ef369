"""Addresses of feeds and calendars, and the addresses that they link to."""

from __future__ import annotations

import re
from urllib.parse import quote, urlencode

from monitor.notify import wording
from monitor.web.keys import key_of
from monitor.web.site import rule_path

# what a browser takes in an address, and no IRI may have (RFC 3987)
_NOT_IN_AN_IRI = re.compile(r"[\"\\^`{}]")


def rule_page(base: str, rule: str | None) -> str:
    """Return the address of a rule's page, or of all changes."""
    return base.rstrip("/") + ("/changes" if rule is None else rule_path(rule))


def feed_path(rule: str | None) -> str:
    """Return the path of a rule's feed, or of the feed of all changes."""
    return f"/feeds/{'all' if rule is None else rule}.atom"


def calendar_path(rule: str | None) -> str:
    """Return the path of a rule's calendar, or of the calendar of all roles."""
    return "/calendar.ics" if rule is None else f"/calendar/{rule}.ics"


def address(path: str, base: str = "", password: str | None = None) -> str:
    """Return what a link to such a path has: encoded, with its key if there is a password."""
    folder, _, name = path[1:].partition("/")
    encoded = f"/{folder}/{quote(name, safe=':')}" if name else path
    key = f"?{urlencode({'key': key_of(password, path)})}" if password else ""
    return base.rstrip("/") + encoded + key


def posting_link(url: str) -> str | None:
    """Return a posting's own address as an IRI. None if it may not be linked."""
    safe = wording.safe_url(url)
    return safe and _NOT_IN_AN_IRI.sub(lambda match: f"%{ord(match[0]):02X}", safe)
