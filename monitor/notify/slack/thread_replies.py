"""What happened next to a posting, as a reply in its card's thread: the card says what it is, so this says what moved."""

from __future__ import annotations

from typing import Final

from monitor.messages import FieldChange, Role, RoleMessage
from monitor.notify import wording
from monitor.notify.slack import blockkit, role_card
from monitor.notify.slack.blockkit import Parts
from monitor.notify.slack.buttons import diff
from monitor.text.diff import changed_passages

_LOUD: Final = frozenset({"title", "location", "pay", "deadline"})  # fields that a channel hears of
_PASSAGES: Final = 4  # of a description that are shown
_PASSAGE: Final = 600  # UTF-16 units of one of them


def broadcasts(message: RoleMessage) -> bool:
    """Is it shown in the channel too?"""
    return message.kind in {"closed", "reopened"} or any(
        change.field in _LOUD for change in message.changes
    )


def role(message: RoleMessage, *, interactive: bool) -> Parts:
    body = blockkit.block(
        *_title(message), *_changes(message), *role_card.mentions(message.mention)
    )
    # anything else is here whole
    described = any(change.field == "description" for change in message.changes)
    buttons = diff(message.role, message.version, interactive=interactive) if described else []
    return [
        _head(message),
        body,
        *buttons,
        *role_card.reasons(message.why),
        blockkit.context(*_when(message)),
    ]


def _head(message: RoleMessage) -> blockkit.Part:
    about = [wording.fit_change(message), wording.fields(message)]
    said = "".join(f"· {one} " for one in filter(None, about)).rstrip()
    kind = blockkit.mrkdwn_text(
        f":{role_card.EMOJI[message.kind]}: *{wording.KINDS[message.kind]}*"
    )
    return blockkit.context(kind, *([blockkit.plain_text(said)] if said else []))


def _title(message: RoleMessage) -> Parts:
    """The title, for whoever meets the reply outside its thread; of a closed one in a sentence."""
    title = blockkit.link(message.role.url, wording.title(message.role), bold=True)
    if message.kind == "closed":
        return [blockkit.section(title, *role_card.gone(message))]
    if message.kind == "reopened":
        facts = _still(message.role)
        return [blockkit.section(title), *([blockkit.section(*facts)] if facts else [])]
    return [blockkit.section(title)]


def _still(role: Role) -> Parts:
    """Where a role is that is back, what it pays, and until when."""
    said = blockkit.DOT.join(filter(None, [wording.place(role), wording.pay(role.pay)]))
    by = wording.deadline(role)
    facts = [blockkit.text(said)] if said else []
    if by:
        last = blockkit.date(role.deadline_at) if role.deadline_at else blockkit.text(by)
        facts += [blockkit.text(f"{blockkit.DOT if said else ''}apply by "), last]
    return facts


def _changes(message: RoleMessage) -> Parts:
    rows = [role_card.moved(change) for change in message.changes]
    described = next((change for change in message.changes if change.field == "description"), None)
    return [
        *([blockkit.lines(*rows)] if rows else []),
        *(_passages(described) if described else []),
    ]


def _passages(change: FieldChange) -> Parts:
    """The passages that changed, word by word, each in a quote."""
    found = changed_passages(change.old, change.new)
    shown = [blockkit.quote(*_passage(pieces)) for pieces in found[:_PASSAGES]]
    left = len(found) - len(shown)
    return [
        *shown,
        *(
            [blockkit.section(blockkit.text(f"and {wording.count(left, 'more passage')}"))]
            if left > 0
            else []
        ),
    ]


def _passage(pieces: list[tuple[str, str]]) -> Parts:
    room = max(20, _PASSAGE // len(pieces))
    parts: Parts = []
    for kind, said in pieces:
        text = blockkit.text(wording.sanitize(said, room), strike=kind == "old", bold=kind == "new")
        parts += [*([blockkit.text(" ")] if parts else []), text]
    return parts


def _when(message: RoleMessage) -> Parts:
    if message.kind == "closed" and message.not_before:
        return [
            blockkit.mrkdwn_date("last seen", message.not_before),
            blockkit.mrkdwn_date("· gone", message.at),
        ]
    return [blockkit.mrkdwn_date("seen", message.at)]
