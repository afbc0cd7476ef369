"""A posting as a card: drawn for the event it was posted for, and again as it is now."""

from __future__ import annotations

from typing import Final

from monitor.messages import CardMessage, FieldChange, Role, RoleKind, RoleMessage, Why
from monitor.notify import wording
from monitor.notify.slack import blockkit
from monitor.notify.slack.blockkit import Part, Parts
from monitor.notify.slack.buttons import row
from monitor.text.diff import edit_summary

EMOJI: Final[dict[RoleKind, str]] = {
    "opened": "new",
    "revised": "pencil2",
    "closed": "no_entry_sign",
    "reopened": "arrows_counterclockwise",
}
_REASONS: Final = 4  # shown one by one; of the next ones only the rules are named
_MORE_REASONS: Final = 3 * _REASONS


def event_card(message: RoleMessage, *, interactive: bool) -> Parts:
    """Return the card of a new, revised, closed or reopened posting."""
    closed = message.kind == "closed"
    body = blockkit.block(*_title(message), *_facts(message), *mentions(message.mention))
    buttons = row(
        message.role,
        message.why,
        closed=closed,
        revised=bool(message.changes),
        interactive=interactive,
    )
    return [head(message), body, *buttons, *reasons(message.why), _source(message)]


def head(message: RoleMessage) -> Part:
    changed = wording.changed_fields(message) if message.kind == "revised" else ""
    details = [wording.company(message.role), wording.fit_change(message), changed]
    text = " · ".join(filter(None, details))
    return blockkit.context(
        blockkit.mrkdwn_text(f":{EMOJI[message.kind]}: *{wording.KIND_TITLES[message.kind]}*"),
        blockkit.plain_text(f"· {text}"),
    )


def _title(message: RoleMessage) -> Parts:
    closed = message.kind == "closed"
    title = blockkit.link(message.role.url, wording.title(message.role), bold=True, strike=closed)
    return (
        [blockkit.section(title, *closed_sentence(message))]
        if closed
        else [blockkit.section(title)]
    )


def closed_sentence(message: RoleMessage) -> Parts:
    """Return the words after the title of a closed posting."""
    listed = wording.listed_for(message)
    duration = (
        [blockkit.text(" It was listed for "), blockkit.text(listed, bold=True), blockkit.text(".")]
        if listed
        else []
    )
    return [blockkit.text(" is no longer on the board."), *duration]


def _facts(message: RoleMessage) -> Parts:
    """Return the changes, then the facts that did not change, a line each."""
    changed = {change.field for change in message.changes}
    unchanged = [line for name, line in known_facts(message.role) if name not in changed]
    if message.kind == "closed":
        unchanged = unchanged[:2]  # place and pay: the rest no longer helps
    rows = [changed_line(change) for change in message.changes] + unchanged
    return [blockkit.lines(*rows)] if rows else []


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


def known_facts(role: Role, *, overdue: bool = False) -> list[tuple[str, Parts]]:
    """Return (field, line) for each known fact. `overdue` says that the deadline has passed."""
    facts = [
        ("location", wording.place(role)),
        ("pay", wording.format_pay(role.pay)),
        ("department", wording.sanitize(role.department)),
        ("employment_type", wording.sanitize(role.employment_type)),
    ]
    rows = [
        (name, [blockkit.text(wording.field_label(name), bold=True), blockkit.text(f"  {value}")])
        for name, value in facts
        if value
    ]
    deadline = _deadline(
        role, wording.DEADLINE_PASSED if overdue else wording.field_label("deadline")
    )
    return rows + ([("deadline", deadline)] if deadline else [])


def _deadline(role: Role, name: str) -> Parts:
    at, written = role.deadline_at, wording.deadline_as_written(role)
    if not at and not written:
        return []
    label = blockkit.text(name, bold=True)
    if at is None:
        return [label, blockkit.text(f"  “{written}”")]
    return [
        label,
        blockkit.text("  "),
        blockkit.date(at),
        *([blockkit.text(f"  (as written: “{written}”)")] if written else []),
    ]


def mentions(users: tuple[str, ...]) -> Parts:
    parts: Parts = []
    for user in users:
        parts += [blockkit.mention(user), blockkit.text(" ")]
    return [blockkit.section(*parts)] if parts else []


def reasons(why: tuple[Why, ...]) -> Parts:
    """Return a grey line with the rules that match, and why."""
    rows = [f"Matched {wording.reason(each)}" for each in why[:_REASONS]]
    if len(why) > _REASONS:
        rules = ", ".join(wording.sanitize(each.rule, 100) for each in why[_REASONS:_MORE_REASONS])
        left = wording.count(len(why) - _REASONS, "more rule")
        rows.append(f"and {left}: {wording.truncate(rules, wording.VALUE_LIMIT)}")
    return [blockkit.context(blockkit.plain_text("\n".join(rows)))] if rows else []


def _source(message: RoleMessage) -> Part:
    return blockkit.context(
        *_origin(message.role), *(seen_and_closed(message) if message.kind == "closed" else [])
    )


def _origin(role: Role) -> Parts:
    ats, _, rest = role.posting.partition(":")
    token, _, key = rest.partition(":")
    repost = wording.repost_note(role)
    first = [blockkit.mrkdwn_date("· first seen", role.first_seen_at)] if role.first_seen_at else []
    return [
        blockkit.plain_text(
            wording.sanitize(f"{ats} / {token} · {key}" + (f" · {repost}" if repost else ""))
        ),
        *first,
    ]


def seen_and_closed(message: RoleMessage) -> Parts:
    """Return when a closed posting was last seen, and first missing."""
    return (
        [
            blockkit.mrkdwn_date("· last seen", message.not_before),
            blockkit.mrkdwn_date("· closed", message.at),
        ]
        if message.not_before
        else []
    )


def current_card(message: CardMessage, *, interactive: bool) -> Parts:
    """Return the card of a posting as it is now."""
    closed = message.state == "closed"
    body = _closed_body(message.role) if closed else _open_body(message)
    foot = blockkit.context(*_origin(message.role), *(_last_seen(message) if closed else []))
    buttons = row(
        message.role,
        message.why,
        closed=closed,
        revised=message.changed_at is not None,
        interactive=interactive,
    )
    return [_current_head(message), body, *buttons, *reasons(message.why), foot]


def _current_head(message: CardMessage) -> Part:
    emoji, state = _state(message)
    company = blockkit.plain_text(f"· {wording.company(message.role)}")
    if message.state == "closed":
        listed = wording.open_for(message.role.first_seen_at, message.closed_at)
        about = [blockkit.mrkdwn_text(f"· was open {listed}")] if listed else []
    else:
        about = (
            [blockkit.mrkdwn_date("· changed", message.changed_at)] if message.changed_at else []
        )
    return blockkit.context(blockkit.mrkdwn_text(f":{emoji}: *{state}*"), company, *about)


def _state(message: CardMessage) -> tuple[str, str]:
    """Return an emoji and the name of the state."""
    if message.state == "closed":
        return "white_circle", "Closed"
    if message.why and all(why.fit_change == "no longer fits" for why in message.why):
        return "white_circle", "No longer fits"
    if message.reopened_at:
        return EMOJI["reopened"], wording.KIND_TITLES["reopened"]
    return (
        (EMOJI["opened"], wording.KIND_TITLES["opened"])
        if message.began == "opened"
        else ("large_green_circle", "Open role")
    )


def _open_body(message: CardMessage) -> Part:
    rows = [line for _, line in known_facts(message.role, overdue=message.overdue)]
    facts = [blockkit.lines(*rows)] if rows else []
    return blockkit.block(
        blockkit.section(blockkit.link(message.role.url, wording.title(message.role), bold=True)),
        *facts,
        *mentions(message.mention),
    )


def _closed_body(role: Role) -> Part:
    """Return the title struck through, then place and pay."""
    facts = blockkit.DOT.join(filter(None, [wording.place(role), wording.format_pay(role.pay)]))
    title = blockkit.text(wording.title(role), strike=True)
    return blockkit.block(
        blockkit.section(title), *([blockkit.section(blockkit.text(facts))] if facts else [])
    )


def _last_seen(message: CardMessage) -> Parts:
    last = (
        [blockkit.mrkdwn_date("· last seen", message.last_seen_at)] if message.last_seen_at else []
    )
    return [
        *last,
        *([blockkit.mrkdwn_date("· closed", message.closed_at)] if message.closed_at else []),
    ]
