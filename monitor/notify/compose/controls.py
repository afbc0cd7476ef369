"""The buttons of a card. `monitor/slack_app/actions.py` handles them.

Old messages keep their buttons, so the names of actions stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from monitor.message_parts import Role, Why
from monitor.notify import wording
from monitor.notify.compose import facts
from monitor.notify.compose.style import Style
from monitor.notify.document import Control, Controls, Menu

_VALUE: Final = 2000  # UTF-16 units of a button's value
_OPTION: Final = 150  # UTF-16 units of a menu entry's value
_DIGITS: Final = 10  # of a version


def card_controls(
    role: Role, why: Sequence[Why], style: Style, *, closed: bool, revised: bool
) -> tuple[Controls, ...]:
    """Return View, Save and the menu. View needs no app token."""
    elements: list[Control | Menu] = list(view(role)) if not closed else []
    if style.interactive:
        elements += _interactive(role, why, style, closed=closed, revised=revised)
    return (Controls(tuple(elements)),) if elements else ()


def view(role: Role) -> tuple[Control, ...]:
    """Return the button that opens the posting, if its link is safe."""
    url = wording.safe_url(role.url)
    return (Control("role_open", "View", facts.title(role), url=url),) if url else ()


def _interactive(
    role: Role, why: Sequence[Why], style: Style, *, closed: bool, revised: bool
) -> list[Control | Menu]:
    elements: list[Control | Menu] = []
    if _fits(role.posting, _VALUE):
        elements.append(Control("role_save", "Save", facts.title(role), value=role.posting))
    options = [
        ("Why this?", "role_why", role.posting),
        *([("Full diff", "role_diff", role.posting)] if revised else []),
        *(
            [("Mute this role", "role_mute", role.posting), *_of_rules(role, why)]
            if not closed
            else []
        ),
    ]
    menu = [
        Control(action, label, value=value)
        for label, action, value in options
        if _fits(f"{action} {value}", _OPTION)
    ]
    page = style.page(role.posting)
    if page:
        menu.append(Control("role_page", "History", url=page, value="role_page"))
    return elements + _as_menu(menu)


def _of_rules(role: Role, why: Sequence[Why]) -> list[tuple[str, str, str]]:
    """Return the options for the rules that fit: stop a watch, or mute what all others share."""
    watches = [
        ("Stop watching", "watch_end", str(each.watch)) for each in why if each.watch is not None
    ]
    rules = [each for each in why if each.watch is None and each.fit_change != "rule removed"]
    mute = [("Mute rule for a day", "rule_mute", role.posting)] if rules else []
    return [*watches[:1], *mute]


def _as_menu(options: Sequence[Control]) -> list[Control | Menu]:
    """Return the menu, or the button of its only option."""
    if len(options) > 1:
        return [Menu("role_menu", tuple(options))]
    return list(options)


def diff_control(role: Role, version: int | None, style: Style) -> tuple[Controls, ...]:
    """Return the button below a reply about a description."""
    value = versioned(role.posting, version)
    if not style.interactive or not _fits(value, _VALUE):
        return ()
    return (Controls((Control("role_diff", "Full diff", value=value),)),)


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


def _fits(value: str, limit: int) -> bool:
    return wording.utf16_length(value) <= limit
