"""A board whose links are understood, of an ATS that no spider reads."""

from __future__ import annotations

from typing import Final

UNREADABLE: Final = "breezy:acme"
UNREADABLE_TITLE: Final = "Breezy HR"
UNREADABLE_URL: Final = "https://acme.breezy.hr"
