"""Replies about rolewatch itself: its rules, mutes and commands. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from monitor.config.model import Rule
from monitor.database.columns import AnyRow
from monitor.notify import wording
from monitor.notify.compose.role_lines import Detail
from monitor.notify.document import (
    Block,
    Composed,
    Document,
    Line,
    Section,
    Span,
    Text,
    bold,
    bullets,
    code,
    paragraph,
    sign,
    text,
    typed,
)
from monitor.slack_app.lists import page, rest
from monitor.slack_app.replies import button, reply
from monitor.slack_app.viewer import Viewer

_MUTES: Final = 20  # listed, with two blocks each
_COMMANDS: Final = (
    (
        "roles research engineer in london",
        "open roles by words; “at” an employer, “in” a place",
    ),
    ("history gemini evaluations", "what happened to one role"),
    (
        "watch applied scientist in london",
        "tells you alone, in a direct message; “unwatch” ends it",
    ),
    ("saved", "the roles that you saved"),
    ("rules", "what this workspace watches"),
    ("muted", "what is muted, with buttons to undo it"),
    ("status", "the boards, and what waits to be sent"),
)


def _help() -> Composed:
    rows = [(*code(command), *text(f"  {does}")) for command, does in _COMMANDS]
    head = (*text("Type "), *code("/rolewatch"), *text(" and one of these:"))
    home = (
        *text("Saved roles and your own watches are also under "),
        *bold("Home"),
        *text(", at the top of this app."),
    )
    names = "roles, history, watch, unwatch, saved, rules, muted, status"
    return Composed(
        text(f"Type /rolewatch and one of these: {names}."),
        (Text((Section((head,)), bullets(rows), Section((home,)))),),
    )


HELP: Final = _help()


def rules(rules: Sequence[Rule], muted: Mapping[str, Sequence[str]]) -> Composed:
    """Return what each rule matches, its channels, and where it is muted."""
    if not rules:
        return reply(typed("There are no rules. The operator adds them to `rolewatch.toml`."))
    head = wording.count(len(rules), "rule")

    def compose(length: int, _detail: Detail) -> Document:
        lines = [_rule(rule, muted.get(rule.name, ())) for rule in rules[:length]]
        more = rest(len(rules), length, "")
        return (Text((Section((bold(head),)), bullets([*lines, *more]))),)

    names = ", ".join(wording.sanitize(rule.label, 60) for rule in rules[:5])
    return page(text(f"{head}: {names}{'…' if len(rules) > 5 else '.'}"), compose, len(rules))  # noqa: PLR2004


def _rule(rule: Rule, muted: Sequence[str]) -> Line:
    pay = f"{rule.min_pay.amount:,.0f} {rule.min_pay.currency} a year" if rule.min_pay else ""
    conditions = [
        ("any of", rule.any),
        ("all of", rule.all),
        ("none of", rule.none),
        ("in", rule.locations),
        ("at", rule.boards),
        ("from", (pay,)),
    ]
    matches = "; ".join(
        f"{label} {', '.join(values)}" for label, values in conditions if any(values)
    )
    channels = ", ".join(rule.notify) + (" in the digest" if rule.mode == "digest" else "")
    # a watch is called by its conditions
    said = f"{wording.sanitize(matches, 600)} → " if rule.watch is None else "→ "
    line = (
        *bold(wording.sanitize(rule.label, 150)),
        *text(f"  {said}{wording.sanitize(channels, 200)}"),
    )
    if not muted:
        return line
    where = wording.sanitize(", ".join(muted), 300)
    return (*line, Span("\n"), *sign("no_bell"), *text(f"muted in {where}"))


def muted(mutes: Sequence[tuple[AnyRow, str]], viewer: Viewer, done: str = "") -> Composed:
    """Return the mutes and their channels, with a button where this person may undo them.

    `done` is the effect of the last click, shown first.
    """
    before = f"{wording.sanitize(done, wording.TITLE_LIMIT)}. " if done else ""
    if not mutes:
        return reply(text(f"{before}Nothing is muted."))
    head = before + wording.count(len(mutes), "mute")
    left = len(mutes) - _MUTES
    more = [paragraph(text(f"and {left:,} more"))] if left > 0 else []
    blocks = [block for mute, title in mutes[:_MUTES] for block in _mute(mute, title, viewer)]
    return Composed(text(f"{head}."), (paragraph(bold(head)), *blocks, *more))


def _mute(mute: AnyRow, title: str, viewer: Viewer) -> list[Block]:
    rule = text("rule ") if mute.rule is not None else ()
    until = (*text(" until "), Span(at=mute.until)) if mute.until else ()
    line = (
        *sign("no_bell"),
        *rule,
        *bold(title),
        *text(f" in {wording.sanitize(viewer.name(mute.channel), 100)} by "),
        Span(user=mute.user_id),
        *until,
    )
    if not viewer.may_mute(mute.channel):
        return [paragraph(line)]
    return [paragraph(line), button("mute_undo", "Undo", str(mute.id))]
