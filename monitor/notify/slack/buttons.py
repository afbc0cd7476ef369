"""The row of buttons under a posting; `monitor/slack_app/actions.py` says what each does. Old messages keep theirs, so their names stay."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from monitor.messages import SAMPLE, Role, Why
from monitor.notify import wording
from monitor.notify.slack import blockkit
from monitor.notify.slack.blockkit import Part, Parts

_VALUE: Final = 2000  # UTF-16 units of a button's value
_OPTION: Final = 150  # of an option's value
_LABEL: Final = 75  # of an option's text
_OPTIONS: Final = 100
_DIGITS: Final = 10  # of a version


def row(role: Role, why: Sequence[Why], *, closed: bool, revised: bool, interactive: bool) -> Parts:
    """The buttons; one that only opens an address needs nobody who answers, and is the only one of a sample, which is no role."""
    opens = blockkit.button(role.url, "Old link" if closed else "View role", primary=not closed)
    if not interactive or role.posting.startswith(SAMPLE) or wording.width(role.posting) > _VALUE:
        return [opens] if opens else []
    elements = [*(opens["elements"] if opens else []), _press("role_save", "Save", role.posting)]
    if not closed:
        elements += [_press("role_mute", "Mute this role", role.posting), *_mute_rule(why)]
    if revised:
        elements.append(_press("role_diff", "Full diff", role.posting))
    return [
        {"type": "actions", "elements": [*elements, _press("role_why", "Why this?", role.posting)]}
    ]


def diff(role: Role, version: int | None, *, interactive: bool) -> Parts:
    """Return the row of a reply that tells of a revision."""
    value = versioned(role.posting, version)
    return (
        [{"type": "actions", "elements": [_press("role_diff", "Full diff", value)]}]
        if interactive and wording.width(value) <= _VALUE
        else []
    )


def versioned(posting: str, version: int | None) -> str:
    """Return the value of a button for one version of a posting; without a version it means the last."""
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
    """A button for the one rule that fits, a menu for several."""
    rules = list(dict.fromkeys(one.rule for one in why if one.fit_change != "rule removed"))
    if len(rules) == 1 and wording.width(rules[0]) <= _VALUE:
        return [_press("rule_mute", "Mute rule for a day", rules[0])]
    options = [
        {"text": _plain(wording.sanitize(rule, _LABEL)), "value": rule}
        for rule in rules
        if wording.width(rule) <= _OPTION
    ][:_OPTIONS]
    menu = {
        "type": "static_select",
        "action_id": "rule_mute",
        "placeholder": _plain("Mute a rule for a day"),
    }
    return [menu | {"options": options}] if options else []


def _press(action: str, label: str, value: str) -> Part:
    return {"type": "button", "action_id": action, "text": _plain(label), "value": value}


def _plain(text: str) -> Part:
    return {"type": "plain_text", "text": text, "emoji": True}
