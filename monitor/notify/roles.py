"""A posting as a message of its own: the card that tells what happened, and the card as it stands today."""

from __future__ import annotations

from typing import Final

from monitor.messages import CardMessage, FieldChange, Role, RoleKind, RoleMessage, Why
from monitor.notify import rich, words
from monitor.notify.buttons import row
from monitor.notify.difference import edited
from monitor.notify.rich import Part, Parts

EMOJI: Final[dict[RoleKind, str]] = {
    "opened": "new",
    "revised": "pencil2",
    "closed": "no_entry_sign",
    "reopened": "arrows_counterclockwise",
}
_REASONS: Final = 4  # shown one by one in the footer


def told(message: RoleMessage, *, interactive: bool) -> Parts:
    """What happened to a posting, and what is known of it."""
    closed = message.kind == "closed"
    body = rich.block(*_title(message), *_facts(message), *mentions(message.mention))
    buttons = row(message.role, message.why, closed=closed, revised=bool(message.changes), interactive=interactive)
    return [head(message), body, *buttons, *reasons(message.why), _source(message)]


def head(message: RoleMessage) -> Part:
    about = [words.turn(message), words.fields(message) if message.kind == "revised" else ""]
    said = " · ".join([words.company(message.role), *filter(None, about)])
    return rich.context(rich.ours(f":{EMOJI[message.kind]}: *{words.KINDS[message.kind]}*"), rich.plain(f"· {said}"))


def _title(message: RoleMessage) -> Parts:
    closed = message.kind == "closed"
    title = rich.link(message.role.url, words.title(message.role), bold=True, strike=closed)
    return [rich.section(title, *gone(message))] if closed else [rich.section(title)]


def gone(message: RoleMessage) -> Parts:
    """How the title of a closed posting goes on."""
    listed = words.listed_for(message)
    spent = [rich.text(" It was listed for "), rich.text(listed, bold=True), rich.text(".")] if listed else []
    return [rich.text(" is no longer on the board."), *spent]


def _facts(message: RoleMessage) -> Parts:
    """What moved, then what is known and did not move, a line each."""
    changed = {change.field for change in message.changes}
    left = [line for name, line in known(message.role) if name not in changed]
    if message.kind == "closed":
        left = left[:2]  # where it was and what it paid; the rest serves nobody now
    rows = [moved(change) for change in message.changes] + left
    return [rich.lines(*rows)] if rows else []


def moved(change: FieldChange) -> Parts:
    """One field, old → new."""
    name = rich.text(words.label(change.field), bold=True)
    if change.old == change.new:
        return [name, rich.text(f"  {words.BACK}")]
    if change.field == "description":
        return [name, rich.text(f"  {edited(change.old, change.new)}")]
    by = words.moved_by(change)
    later = [rich.text(f"  ({by})")] if by else []
    old, new = _sides(change)
    return [name, rich.text("  "), old, rich.text("  →  "), new, *later]


def _sides(change: FieldChange) -> tuple[Part, Part]:
    """Old struck through and new in bold; a deadline in each reader's own time zone."""
    old, new = words.old_and_new(change)
    at = (words.moment(change.old), words.moment(change.new)) if change.field == "deadline" else (None, None)
    before = rich.date(at[0], strike=True) if at[0] else rich.text(old, strike=True)
    return before, rich.date(at[1], bold=True) if at[1] else rich.text(new, bold=True)


def known(role: Role, *, overdue: bool = False) -> list[tuple[str, Parts]]:
    """What is known of a posting, as (field, line). `overdue`: its deadline has passed."""
    said = [("location", words.place(role)), ("pay", words.pay(role.pay))]
    rest = [("department", words.clean(role.department)), ("employment_type", words.clean(role.employment_type))]
    rows = [(name, [rich.text(words.label(name), bold=True), rich.text(f"  {value}")]) for name, value in [*said, *rest] if value]
    deadline = _deadline(role, words.PASSED if overdue else words.label("deadline"))
    return rows + ([("deadline", deadline)] if deadline else [])


def _deadline(role: Role, name: str) -> Parts:
    at, written = role.deadline_at, words.written(role)
    if not at and not written:
        return []
    label = rich.text(name, bold=True)
    if at is None:
        return [label, rich.text(f"  “{written}”")]
    return [label, rich.text("  "), rich.date(at), *([rich.text(f"  (as written: “{written}”)")] if written else [])]


def mentions(who: tuple[str, ...]) -> Parts:
    parts: Parts = []
    for one in who:
        parts += [rich.mention(one), rich.text(" ")]
    return [rich.section(*parts)] if parts else []


def reasons(why: tuple[Why, ...]) -> Parts:
    """A grey line that says why it is told."""
    said = [f"Matched {words.reason(one)}" for one in why[:_REASONS]]
    if len(why) > _REASONS:
        more = ", ".join(words.clean(one.rule, 100) for one in why[_REASONS : 3 * _REASONS])
        said.append(f"and {words.count(len(why) - _REASONS, 'more rule')}: {words.cut(more, words.VALUE)}")
    return [rich.context(rich.plain("\n".join(said)))] if said else []


def _source(message: RoleMessage) -> Part:
    return rich.context(*_origin(message.role), *(seen(message) if message.kind == "closed" else []))


def _origin(role: Role) -> Parts:
    ats, _, rest = role.posting.partition(":")
    token, _, key = rest.partition(":")
    again = words.repost(role)
    first = [rich.moment("· first seen", role.first_seen_at)] if role.first_seen_at else []
    return [rich.plain(words.clean(f"{ats} / {token} · {key}" + (f" · {again}" if again else ""))), *first]


def seen(message: RoleMessage) -> Parts:
    """When a closed posting was last there."""
    return [rich.moment("· last seen", message.not_before), rich.moment("· gone", message.at)] if message.not_before else []


def card(message: CardMessage, *, interactive: bool) -> Parts:
    """How a posting stands today."""
    closed = message.state == "closed"
    body = _struck(message.role) if closed else _standing(message)
    foot = rich.context(*_origin(message.role), *(_left(message) if closed else []))
    buttons = row(message.role, message.why, closed=closed, revised=message.changed_at is not None, interactive=interactive)
    return [_today(message), body, *buttons, *reasons(message.why), foot]


def _today(message: CardMessage) -> Part:
    emoji, state = _state(message)
    company = rich.plain(f"· {words.company(message.role)}")
    if message.state == "closed":
        listed = words.listed(message.role.first_seen_at, message.closed_at)
        about = [rich.ours(f"· was open {listed}")] if listed else []
    else:
        about = [rich.moment("· changed", message.changed_at)] if message.changed_at else []
    return rich.context(rich.ours(f":{emoji}: *{state}*"), company, *about)


def _state(message: CardMessage) -> tuple[str, str]:
    """An emoji and a word or two."""
    if message.state == "closed":
        return "white_circle", "Closed"
    if message.why and all(why.turn == "no longer fits" for why in message.why):
        return "white_circle", "No longer fits"
    if message.reopened_at:
        return EMOJI["reopened"], words.KINDS["reopened"]
    return (EMOJI["opened"], words.KINDS["opened"]) if message.began == "opened" else ("large_green_circle", "Open role")


def _standing(message: CardMessage) -> Part:
    rows = [line for _, line in known(message.role, overdue=message.overdue)]
    facts = [rich.lines(*rows)] if rows else []
    return rich.block(rich.section(rich.link(message.role.url, words.title(message.role), bold=True)), *facts, *mentions(message.mention))


def _struck(role: Role) -> Part:
    """A closed posting: its title struck through, where it was and what it paid."""
    was = rich.DOT.join(filter(None, [words.place(role), words.pay(role.pay)]))
    title = rich.text(words.title(role), strike=True)
    return rich.block(rich.section(title), *([rich.section(rich.text(was))] if was else []))


def _left(message: CardMessage) -> Parts:
    last = [rich.moment("· last seen", message.last_seen_at)] if message.last_seen_at else []
    return [*last, *([rich.moment("· gone", message.closed_at)] if message.closed_at else [])]
