"""The buttons of a card. `monitor/slack_app/actions.py` handles them.

Old messages keep their buttons, so the names of actions stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from monitor.messages import SAMPLE, Role, Why
from monitor.notify import wording
from monitor.notify.slack import blockkit
from monitor.notify.slack.blockkit import Parts

_VALUE: Final = 2000  # UTF-16 units of a button's value
_OPTION: Final = 150  # UTF-16 units of a menu entry's value
_OPTIONS: Final = 100
_DIGITS: Final = 10  # of a version


def row(role: Role, why: Sequence[Why], *, closed: bool, revised: bool, interactive: bool) -> Parts:
    """Return the buttons of a card.

    A sample has only the link, since it has no posting. The link needs no app token.
    """
    buttons: Parts = []
    if wording.safe_url(role.url):
        label = "Old link" if closed else "View role"
        buttons = [blockkit.button("role_open", label, url=role.url, primary=not closed)]
    if interactive and not role.posting.startswith(SAMPLE) and _fits(role.posting):
        buttons.append(blockkit.button("role_save", "Save", value=role.posting))
        if not closed:
            buttons.append(blockkit.button("role_mute", "Mute this role", value=role.posting))
            buttons += _mute_rule(why)
        if revised:
            buttons.append(blockkit.button("role_diff", "Full diff", value=role.posting))
        buttons.append(blockkit.button("role_why", "Why this?", value=role.posting))
    return [blockkit.actions(*buttons)] if buttons else []


def diff(role: Role, version: int | None, *, interactive: bool) -> Parts:
    """Return the button of a reply about a revision."""
    value = versioned(role.posting, version)
    if not interactive or not _fits(value):
        return []
    return [blockkit.actions(blockkit.button("role_diff", "Full diff", value=value))]


def versioned(posting: str, version: int | None) -> str:
    """Return the value of a button for one version of a posting, or for the last."""
    return posting if version is None else f"{posting} {version}"


def unversioned(value: str) -> tuple[str, int | None]:
    """Return the posting and the version that a button's value names."""
    posting, _, version = value.rpartition(" ")
    return (
        (posting, int(version))
        if posting and version.isdecimal() and version.isascii() and len(version) < _DIGITS
        else (value, None)
    )


def _mute_rule(why: Sequence[Why]) -> Parts:
    """Return a button for the one rule that matches, or a menu for several."""
    rules = list(dict.fromkeys(each.rule for each in why if each.fit_change != "rule removed"))
    if len(rules) == 1 and _fits(rules[0]):
        return [blockkit.button("rule_mute", "Mute rule for a day", value=rules[0])]
    values = [rule for rule in rules if wording.utf16_length(rule) <= _OPTION][:_OPTIONS]
    return [blockkit.menu("rule_mute", "Mute a rule for a day", values)] if values else []


def _fits(value: str) -> bool:
    return wording.utf16_length(value) <= _VALUE
