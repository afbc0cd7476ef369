"""What happened next to a posting, as a reply in its card's thread: the card says what it is, so this says what moved."""

from __future__ import annotations

from typing import Final

from monitor.messages import FieldChange, Role, RoleMessage
from monitor.notify import rich, roles, words
from monitor.notify.buttons import diff
from monitor.notify.difference import passages
from monitor.notify.rich import Parts

_LOUD: Final = frozenset({"title", "location", "pay", "deadline"})  # fields that a channel hears of
_PASSAGES: Final = 4  # of a description that are shown
_PASSAGE: Final = 600  # UTF-16 units of one of them


def broadcasts(message: RoleMessage) -> bool:
    """Is it shown in the channel too?"""
    return message.kind in {"closed", "reopened"} or any(change.field in _LOUD for change in message.changes)


def role(message: RoleMessage, *, interactive: bool) -> Parts:
    body = rich.block(*_title(message), *_changes(message), *roles.mentions(message.mention))
    described = any(change.field == "description" for change in message.changes)  # anything else is here whole
    buttons = diff(message.role, message.version, interactive=interactive) if described else []
    return [_head(message), body, *buttons, *roles.reasons(message.why), rich.context(*_when(message))]


def _head(message: RoleMessage) -> rich.Part:
    about = [words.turn(message), words.fields(message)]
    said = "".join(f"· {one} " for one in filter(None, about)).rstrip()
    kind = rich.ours(f":{roles.EMOJI[message.kind]}: *{words.KINDS[message.kind]}*")
    return rich.context(kind, *([rich.plain(said)] if said else []))


def _title(message: RoleMessage) -> Parts:
    """The title, for whoever meets the reply outside its thread; of a closed one in a sentence."""
    title = rich.link(message.role.url, words.title(message.role), bold=True)
    if message.kind == "closed":
        return [rich.section(title, *roles.gone(message))]
    if message.kind == "reopened":
        facts = _still(message.role)
        return [rich.section(title), *([rich.section(*facts)] if facts else [])]
    return [rich.section(title)]


def _still(role: Role) -> Parts:
    """Where a role is that is back, what it pays, and until when."""
    said = rich.DOT.join(filter(None, [words.place(role), words.pay(role.pay)]))
    by = words.deadline(role)
    facts = [rich.text(said)] if said else []
    if by:
        last = rich.date(role.deadline_at) if role.deadline_at else rich.text(by)
        facts += [rich.text(f"{rich.DOT if said else ''}apply by "), last]
    return facts


def _changes(message: RoleMessage) -> Parts:
    rows = [roles.moved(change) for change in message.changes]
    described = next((change for change in message.changes if change.field == "description"), None)
    return [*([rich.lines(*rows)] if rows else []), *(_passages(described) if described else [])]


def _passages(change: FieldChange) -> Parts:
    """The passages that changed, word by word, each in a quote."""
    found = passages(change.old, change.new)
    shown = [rich.quote(*_passage(pieces)) for pieces in found[:_PASSAGES]]
    left = len(found) - len(shown)
    return [*shown, *([rich.section(rich.text(f"and {words.count(left, 'more passage')}"))] if left > 0 else [])]


def _passage(pieces: list[tuple[str, str]]) -> Parts:
    room = max(20, _PASSAGE // len(pieces))
    parts: Parts = []
    for kind, said in pieces:
        text = rich.text(words.clean(said, room), strike=kind == "old", bold=kind == "new")
        parts += [*([rich.text(" ")] if parts else []), text]
    return parts


def _when(message: RoleMessage) -> Parts:
    if message.kind == "closed" and message.not_before:
        return [rich.moment("last seen", message.not_before), rich.moment("· gone", message.at)]
    return [rich.moment("seen", message.at)]
