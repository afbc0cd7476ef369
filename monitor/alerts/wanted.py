"""Decide whether a rule sends a change as an alert. Pure.

A rule with `on`, `fields` and `mode` is compared with one change of one posting:

    kind                 fits before  fits after  sent when
    opened and the like  -            yes         the kind is in `on`
    revised              yes          yes         "revised" is in `on`, and a field is in `fields`
    revised              no           yes         "revised" or "opened" is in `on`
    revised              yes          no          "revised" or "closed" is in `on`
    any                  no           no          never

A board-wide edit of descriptions is one message of its own, so it counts for no posting. A rule
with mode "digest" has no such message: there it counts for each posting. A posting that starts or
stops to fit shows all its changed fields.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from monitor.config.model import Rule
from monitor.config.values import Kind
from monitor.message_parts import Why
from monitor.rules.matcher import Explanation

FitChange = Literal["", "now fits", "no longer fits"]
# A revision that changes whether a rule fits counts as this kind too.
_AS_KIND: Final = {"now fits": "opened", "no longer fits": "closed"}


@dataclass(frozen=True, slots=True)
class WantedChange:
    """A change that a rule sends: the reason, and the changed fields that its message shows."""

    why: Why
    fields: tuple[str, ...]
    places: tuple[str, ...] = ()  # those of its single places that the rule asks for


def wanted(
    rule: Rule,
    kind: Kind,
    fields: Sequence[str],
    fields_without_board_wide: Sequence[str],
    *,
    before: Explanation | None,
    after: Explanation,
) -> WantedChange | None:
    """Return what the rule sends of a change, or None.

    `fields` are all that changed, `fields_without_board_wide` those without a board-wide edit.
    `before` and `after` say whether the rule fits; only a revision has a `before`.
    """
    counted = tuple(fields if rule.mode == "digest" else fields_without_board_wide)
    if before is None:
        sent = after.fits and kind in rule.on
        return WantedChange(why_of(after), counted, after.places) if sent else None
    change = _fit_change(before, after)
    why = why_of(after if after.fits else before, change)
    if change:
        sent = "revised" in rule.on or _AS_KIND[change] in rule.on
        return WantedChange(why, tuple(fields), after.places) if sent else None
    sent = after.fits and "revised" in rule.on and any(field in rule.fields for field in counted)
    return WantedChange(why, counted, after.places) if sent else None


def wants_board_wide_edits(rule: Rule) -> bool:
    """Return whether a rule sends board-wide edits of descriptions as messages of their own."""
    return rule.mode != "digest" and "revised" in rule.on and "description" in rule.fields


def why_board_wide(before: Explanation, after: Explanation) -> Why | None:
    """Return why a posting counts in a board-wide edit: the rule fits it before and after."""
    return why_of(after) if before.fits and after.fits else None


def why_of(explanation: Explanation, fit_change: FitChange = "") -> Why:
    """Return the reason that a message gives for a rule."""
    return Why(
        explanation.label or explanation.rule,
        explanation.words,
        fit_change,
        pay_unknown=explanation.pay_unknown,
        watch=explanation.watch,
    )


def _fit_change(before: Explanation, after: Explanation) -> FitChange:
    if before.fits == after.fits:
        return ""
    return "now fits" if after.fits else "no longer fits"
