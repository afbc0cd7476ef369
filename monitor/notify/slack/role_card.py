"""A posting as a message of its own: the card that tells what happened, and the card as it stands today."""

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
_REASONS: Final = 4  # shown one by one in the footer


def told(message: RoleMessage, *, interactive: bool) -> Parts:
    """What happened to a posting, and what is known of it."""
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
    about = [
        wording.fit_change(message),
        wording.fields(message) if message.kind == "revised" else "",
    ]
    said = " · ".join([wording.company(message.role), *filter(None, about)])
    return blockkit.context(
        blockkit.mrkdwn_text(f":{EMOJI[message.kind]}: *{wording.KINDS[message.kind]}*"),
        blockkit.plain_text(f"· {said}"),
    )


def _title(message: RoleMessage) -> Parts:
    closed = message.kind == "closed"
    title = blockkit.link(message.role.url, wording.title(message.role), bold=True, strike=closed)
    return [blockkit.section(title, *gone(message))] if closed else [blockkit.section(title)]


def gone(message: RoleMessage) -> Parts:
    """How the title of a closed posting goes on."""
    listed = wording.listed_for(message)
    spent = (
        [blockkit.text(" It was listed for "), blockkit.text(listed, bold=True), blockkit.text(".")]
        if listed
        else []
    )
    return [blockkit.text(" is no longer on the board."), *spent]


def _facts(message: RoleMessage) -> Parts:
    """What moved, then what is known and did not move, a line each."""
    changed = {change.field for change in message.changes}
    left = [line for name, line in known(message.role) if name not in changed]
    if message.kind == "closed":
        left = left[:2]  # where it was and what it paid; the rest serves nobody now
    rows = [moved(change) for change in message.changes] + left
    return [blockkit.lines(*rows)] if rows else []


def moved(change: FieldChange) -> Parts:
    """One field, old → new."""
    name = blockkit.text(wording.label(change.field), bold=True)
    if change.old == change.new:
        return [name, blockkit.text(f"  {wording.BACK}")]
    if change.field == "description":
        return [name, blockkit.text(f"  {edit_summary(change.old, change.new)}")]
    by = wording.moved_by(change)
    later = [blockkit.text(f"  ({by})")] if by else []
    old, new = _sides(change)
    return [name, blockkit.text("  "), old, blockkit.text("  →  "), new, *later]


def _sides(change: FieldChange) -> tuple[Part, Part]:
    """Old struck through and new in bold; a deadline in each reader's own time zone."""
    old, new = wording.old_and_new(change)
    at = (
        (wording.moment(change.old), wording.moment(change.new))
        if change.field == "deadline"
        else (None, None)
    )
    before = blockkit.date(at[0], strike=True) if at[0] else blockkit.text(old, strike=True)
    return before, blockkit.date(at[1], bold=True) if at[1] else blockkit.text(new, bold=True)


def known(role: Role, *, overdue: bool = False) -> list[tuple[str, Parts]]:
    """What is known of a posting, as (field, line). `overdue`: its deadline has passed."""
    said = [("location", wording.place(role)), ("pay", wording.pay(role.pay))]
    rest = [
        ("department", wording.sanitize(role.department)),
        ("employment_type", wording.sanitize(role.employment_type)),
    ]
    rows = [
        (name, [blockkit.text(wording.label(name), bold=True), blockkit.text(f"  {value}")])
        for name, value in [*said, *rest]
        if value
    ]
    deadline = _deadline(role, wording.PASSED if overdue else wording.label("deadline"))
    return rows + ([("deadline", deadline)] if deadline else [])


def _deadline(role: Role, name: str) -> Parts:
    at, written = role.deadline_at, wording.written(role)
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


def mentions(who: tuple[str, ...]) -> Parts:
    parts: Parts = []
    for one in who:
        parts += [blockkit.mention(one), blockkit.text(" ")]
    return [blockkit.section(*parts)] if parts else []


def reasons(why: tuple[Why, ...]) -> Parts:
    """A grey line that says why it is told."""
    said = [f"Matched {wording.reason(one)}" for one in why[:_REASONS]]
    if len(why) > _REASONS:
        more = ", ".join(wording.sanitize(one.rule, 100) for one in why[_REASONS : 3 * _REASONS])
        said.append(
            f"and {wording.count(len(why) - _REASONS, 'more rule')}: {wording.truncate(more, wording.VALUE)}"
        )
    return [blockkit.context(blockkit.plain_text("\n".join(said)))] if said else []


def _source(message: RoleMessage) -> Part:
    return blockkit.context(
        *_origin(message.role), *(seen(message) if message.kind == "closed" else [])
    )


def _origin(role: Role) -> Parts:
    ats, _, rest = role.posting.partition(":")
    token, _, key = rest.partition(":")
    again = wording.repost(role)
    first = [blockkit.mrkdwn_date("· first seen", role.first_seen_at)] if role.first_seen_at else []
    return [
        blockkit.plain_text(
            wording.sanitize(f"{ats} / {token} · {key}" + (f" · {again}" if again else ""))
        ),
        *first,
    ]


def seen(message: RoleMessage) -> Parts:
    """When a closed posting was last there."""
    return (
        [
            blockkit.mrkdwn_date("· last seen", message.not_before),
            blockkit.mrkdwn_date("· gone", message.at),
        ]
        if message.not_before
        else []
    )


def card(message: CardMessage, *, interactive: bool) -> Parts:
    """How a posting stands today."""
    closed = message.state == "closed"
    body = _struck(message.role) if closed else _standing(message)
    foot = blockkit.context(*_origin(message.role), *(_left(message) if closed else []))
    buttons = row(
        message.role,
        message.why,
        closed=closed,
        revised=message.changed_at is not None,
        interactive=interactive,
    )
    return [_today(message), body, *buttons, *reasons(message.why), foot]


def _today(message: CardMessage) -> Part:
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
    """An emoji and a word or two."""
    if message.state == "closed":
        return "white_circle", "Closed"
    if message.why and all(why.fit_change == "no longer fits" for why in message.why):
        return "white_circle", "No longer fits"
    if message.reopened_at:
        return EMOJI["reopened"], wording.KINDS["reopened"]
    return (
        (EMOJI["opened"], wording.KINDS["opened"])
        if message.began == "opened"
        else ("large_green_circle", "Open role")
    )


def _standing(message: CardMessage) -> Part:
    rows = [line for _, line in known(message.role, overdue=message.overdue)]
    facts = [blockkit.lines(*rows)] if rows else []
    return blockkit.block(
        blockkit.section(blockkit.link(message.role.url, wording.title(message.role), bold=True)),
        *facts,
        *mentions(message.mention),
    )


def _struck(role: Role) -> Part:
    """A closed posting: its title struck through, where it was and what it paid."""
    was = blockkit.DOT.join(filter(None, [wording.place(role), wording.pay(role.pay)]))
    title = blockkit.text(wording.title(role), strike=True)
    return blockkit.block(
        blockkit.section(title), *([blockkit.section(blockkit.text(was))] if was else [])
    )


def _left(message: CardMessage) -> Parts:
    last = (
        [blockkit.mrkdwn_date("· last seen", message.last_seen_at)] if message.last_seen_at else []
    )
    return [
        *last,
        *([blockkit.mrkdwn_date("· gone", message.closed_at)] if message.closed_at else []),
    ]
