"""Parts of the sentences that messages about incidents share."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

from monitor.messages import instant

_BEGINS_INSTANT: Final = re.compile(r"<(?=\d{4}-)")
_SAME_DAY: Final = timedelta(hours=12)


def short_reason(reason: str) -> str:
    """Return the reason as the beginning of a sentence."""
    words = without_instants(reason).strip().rstrip(".")
    return words[:1].upper() + words[1:]


def without_instants(reason: str) -> str:
    """Return the reason, in which a text of others cannot be an instant. Commands stay."""
    return _BEGINS_INSTANT.sub("\u2039", reason)


def near(at: datetime, other: datetime) -> str:
    """Return an instant, without its day if the other one is on the same."""
    return instant(at, "time" if abs(other - at) < _SAME_DAY else "moment")


def from_to(since: datetime, at: datetime) -> str:
    return f" from {instant(since)} to {near(at, since)}"
