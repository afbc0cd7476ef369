"""Pay over time: the stretches in which a posting stated the same pay. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.text.money import format_pay
from monitor.text.values import clean
from monitor.web.change_words import percent
from monitor.web.timeline import instant


@dataclass(frozen=True, slots=True)
class PayStep:
    """The pay from one instant on, and how its top moved. Empty pay: none was stated."""

    since: datetime
    pay: str  # as people write it
    written: str  # the posting's own words
    moved: str  # "+6%"


def pay_steps(
    versions: Iterable[Mapping[str, Any]], changes: Iterable[Mapping[str, Any]]
) -> list[PayStep]:
    """Return a step for each pay, oldest first. Empty if the pay never changed.

    `versions` are rows of `posting_versions`, oldest first, `changes` of `posting_changes`.
    """
    moves = {row["version"]: row["pay_change_percent"] for row in changes if row["field"] == "pay"}
    steps: list[PayStep] = []
    for row in versions:
        amounts = (row["pay_min"], row["pay_max"], row["pay_currency"], row["pay_period"])
        pay, written = format_pay(*amounts), clean(row["pay_text"] or "")
        if steps and (steps[-1].pay, pay or steps[-1].written) == (pay, pay or written):
            continue
        moved = percent(moves.get(row["version"]))
        steps.append(PayStep(instant(row["valid_from"]), pay, written, moved))
    return steps if len(steps) > 1 else []
