"""What `doctor` finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of trying one thing."""

    subject: str  # "database", "slack:#roles", "greenhouse:deepmind"
    ok: bool
    found: str
    remedy: str = ""  # what to do
