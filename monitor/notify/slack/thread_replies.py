"""Replies in a card's thread: the next events of a posting. The card shows the other facts."""

from __future__ import annotations

from typing import Final

from monitor.messages import FieldChange, Message, ReminderMessage, Role, RoleMessage
from monitor.notify import wording
from monitor.notify.slack import blockkit, role_card
from monitor.notify.slack.blockkit import Parts
from monitor.notify.slack.buttons import diff
from monitor.text.diff import changed_passages

# A change of these fields is also shown in the channel.
_IMPORTANT: Final = frozenset({"title", "location", "pay", "deadline"})
_PASSAGES: Final = 4  # of a description that are shown
_PASSAGE: Final = 600  # UTF-16 units of one of them


def broadcasts(message: Message) -> bool:
    """Return whether a reply is also shown in the channel."""
    if not isinstance(message, RoleMessage):
        return isinstance(message, ReminderMessage)
    return message.kind in {"closed", "reopened"} or any(
        change.field in _IMPORTANT for change in message.changes
    )


def role(message: RoleMessage, *, interactive: bool) -> Parts:
    body = blockkit.block(
        *_title(message), *_changes(message), *role_card.mentions(message.mention)
    )
    # other changes are complete here
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
    details = [wording.fit_change(message), wording.changed_fields(message)]
    text = " ".join(f"· {detail}" for detail in filter(None, details))
    kind = blockkit.mrkdwn_text(
        f":{role_card.EMOJI[message.kind]}: *{wording.KIND_TITLES[message.kind]}*"
    )
    return blockkit.context(kind, *([blockkit.plain_text(text)] if text else []))


def _title(message: RoleMessage) -> Parts:
    """Return the title, which a reply needs outside its thread, and the event of the role."""
    title = blockkit.link(message.role.url, wording.title(message.role), bold=True)
    if message.kind == "closed":
        return [blockkit.section(title, *role_card.closed_sentence(message))]
    if message.kind == "reopened":
        facts = _facts(message.role)
        return [blockkit.section(title), *([blockkit.section(*facts)] if facts else [])]
    return [blockkit.section(title)]


def _facts(role: Role) -> Parts:
    """Return place, pay and deadline of a reopened role."""
    text = blockkit.DOT.join(filter(None, [wording.place(role), wording.format_pay(role.pay)]))
    deadline = wording.deadline(role)
    facts = [blockkit.text(text)] if text else []
    if deadline:
        instant = blockkit.date(role.deadline_at) if role.deadline_at else blockkit.text(deadline)
        facts += [blockkit.text(f"{blockkit.DOT if text else ''}apply by "), instant]
    return facts


def _changes(message: RoleMessage) -> Parts:
    rows = [role_card.changed_line(change) for change in message.changes]
    described = next((change for change in message.changes if change.field == "description"), None)
    return [
        *([blockkit.lines(*rows)] if rows else []),
        *(_passages(described) if described else []),
    ]


def _passages(change: FieldChange) -> Parts:
    """Return the changed passages, word by word, each in a quote."""
    changed = changed_passages(change.old, change.new)
    shown = [blockkit.quote(*_passage(pieces)) for pieces in changed[:_PASSAGES]]
    left = len(changed) - len(shown)
    return [
        *shown,
        *(
            [blockkit.section(blockkit.text(f"and {wording.count(left, 'more passage')}"))]
            if left > 0
            else []
        ),
    ]


def _passage(pieces: list[tuple[str, str]]) -> Parts:
    limit = max(20, _PASSAGE // len(pieces))
    parts: Parts = []
    for kind, words in pieces:
        text = blockkit.text(
            wording.sanitize(words, limit), strike=kind == "old", bold=kind == "new"
        )
        parts += [*([blockkit.text(" ")] if parts else []), text]
    return parts


def _when(message: RoleMessage) -> Parts:
    if message.kind == "closed" and message.not_before:
        return [
            blockkit.mrkdwn_date("last seen", message.not_before),
            blockkit.mrkdwn_date("· closed", message.at),
        ]
    return [blockkit.mrkdwn_date("seen", message.at)]
