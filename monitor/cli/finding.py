"""One result of `doctor`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one test."""

    subject: str  # "database", "slack:#roles", "greenhouse:deepmind"
    ok: bool
    found: str
    remedy: str = ""  # what to do
