"""Addresses on the page of roles, to which messages, feeds and assistants link."""

from __future__ import annotations

from urllib.parse import quote


def role_path(posting: str) -> str:
    """Return the path of a role's page: `/roles/greenhouse:deepmind:5938712`."""
    return f"/roles/{quote(posting, safe=':')}"


def role_page(base_url: str, posting: str) -> str:
    """Return the address of a role's page below the base URL. Empty without one."""
    return base_url.rstrip("/") + role_path(posting) if base_url else ""
