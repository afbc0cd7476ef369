"""Parts that answers to slash commands share: signs and changed fields."""

from __future__ import annotations

from typing import Final

from monitor.messages import FieldChange, RoleKind
from monitor.notify import wording
from monitor.notify.slack import blockkit
from monitor.notify.slack.blockkit import Part, Parts
from monitor.text.diff import edit_summary

EMOJI: Final[dict[RoleKind, str]] = {
    "opened": "new",
    "revised": "pencil2",
    "closed": "white_circle",
    "reopened": "arrows_counterclockwise",
}


def changed_line(change: FieldChange) -> Parts:
    """Return one field, old → new."""
    name = blockkit.text(wording.field_label(change.field), bold=True)
    if change.old == change.new:
        return [name, blockkit.text(f"  {wording.CHANGED_BACK}")]
    if change.field == "description":
        return [name, blockkit.text(f"  {edit_summary(change.old, change.new)}")]
    shift = wording.deadline_shift(change)
    shifted = [blockkit.text(f"  ({shift})")] if shift else []
    old, new = _sides(change)
    return [name, blockkit.text("  "), old, blockkit.text("  →  "), new, *shifted]


def _sides(change: FieldChange) -> tuple[Part, Part]:
    """Return old struck through and new in bold. Deadlines are in each reader's time zone."""
    old, new = wording.old_and_new(change)
    at = (
        (wording.parse_instant(change.old), wording.parse_instant(change.new))
        if change.field == "deadline"
        else (None, None)
    )
    before = blockkit.date(at[0], strike=True) if at[0] else blockkit.text(old, strike=True)
    return before, blockkit.date(at[1], bold=True) if at[1] else blockkit.text(new, bold=True)
