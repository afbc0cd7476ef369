"""Replies about rolewatch itself: its rules, mutes, boards and commands. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from monitor.config.model import Rule
from monitor.database.engine import AnyRow
from monitor.notify import plain, wording
from monitor.notify.slack import blockkit
from monitor.notify.slack.blockkit import Parts
from monitor.queries.status import Status, health
from monitor.slack_app.lists import Row, instant_of, page, titled_page
from monitor.slack_app.replies import SlackReply, reply
from monitor.slack_app.viewer import Viewer

_MUTES: Final = 20  # listed, with two blocks each
_CHANNELS: Final = 10  # with waiting alerts that are listed
_STATES: Final = {
    "failing": "red_circle",
    "collapsed": "large_yellow_circle",
    "new": "white_circle",
}
_COMMANDS: Final = (
    ("roles research engineer at deepmind", "open roles by words, `at` a company, `in` a place"),
    ("history research engineer, gemini", "the changes of one role, by its title, URL or id"),
    ("saved", "the roles that you saved"),
    ("rules", "the rules and the channels that they alert"),
    ("muted", "what is muted, with buttons to undo it"),
    ("status", "the boards, and the alerts that wait"),
)


def _help() -> SlackReply:
    title = "rolewatch commands"
    rows = [
        [blockkit.code(f"/rolewatch {command}"), *blockkit.with_code(f"  {does}")]
        for command, does in _COMMANDS
    ]
    head = blockkit.section(blockkit.text(title, bold=True))
    return SlackReply(title, [blockkit.block(head, blockkit.bullets(rows))])


HELP: Final = _help()


def rules(rules: Sequence[Rule], muted: Mapping[str, Sequence[str]]) -> SlackReply:
    """Return what each rule matches, its channels, and where it is muted."""
    if not rules:
        return reply("There are no rules. The operator adds them to rolewatch.toml.")
    return titled_page(
        wording.count(len(rules), "rule"),
        rules,
        lambda rule: _rule(rule, muted.get(rule.name, ())),
        "",
    )


def _rule(rule: Rule, muted: Sequence[str]) -> Parts:
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
    parts = [
        blockkit.text(wording.sanitize(rule.name, 100), bold=True),
        blockkit.text(f"  {wording.sanitize(matches, 600)}  →  {wording.sanitize(channels, 200)}"),
    ]
    if muted:
        where = wording.sanitize(", ".join(muted), 300)
        parts += [
            blockkit.text("\n"),
            blockkit.emoji("no_bell"),
            blockkit.text(f" muted in {where}"),
        ]
    return parts


def muted(mutes: Sequence[tuple[AnyRow, str]], viewer: Viewer, done: str = "") -> SlackReply:
    """Return the mutes and their channels, with a button where this person may undo them.

    `done` is the effect of the last click, shown first.
    """
    before = f"{wording.sanitize(done, wording.TITLE_LIMIT)}. " if done else ""
    if not mutes:
        return reply(f"{before}Nothing is muted.", blockkit.text(f"{before}Nothing is muted."))
    text = before + wording.count(len(mutes), "mute")
    left = len(mutes) - _MUTES
    more = [_paragraph(f"and {left:,} more")] if left > 0 else []
    blocks = [block for mute, title in mutes[:_MUTES] for block in _mute(mute, title, viewer)]
    return SlackReply(plain.escape(text), [_paragraph(text, bold=True), *blocks, *more])


def _paragraph(text: str, *, bold: bool = False) -> blockkit.Part:
    return blockkit.block(blockkit.section(blockkit.text(text, bold=bold)))


def _mute(mute: AnyRow, title: str, viewer: Viewer) -> Parts:
    rule = [blockkit.text("rule ")] if mute.rule is not None else []
    until = [blockkit.text(" until "), blockkit.date(mute.until)] if mute.until else []
    line = blockkit.section(
        blockkit.emoji("no_bell"),
        blockkit.text(" "),
        *rule,
        blockkit.text(title, bold=True),
        blockkit.text(f" in {wording.sanitize(viewer.name(mute.channel), 100)} by "),
        blockkit.mention(mute.user_id),
        *until,
    )
    if not viewer.may_mute(mute.channel):
        return [blockkit.block(line)]
    undo = blockkit.button("mute_undo", "Undo", value=str(mute.id))
    return [blockkit.block(line), blockkit.actions(undo)]


def status(status: Status, now: datetime) -> SlackReply:
    """Return the boards, those in trouble first, and the alerts that wait."""
    open_roles = sum(int(row["open_postings"]) for row in status.boards)
    text = (
        f"{wording.count(len(status.boards), 'board')}, {health(status.boards)};"
        f" {wording.count(open_roles, 'open role')}"
    )
    head = [blockkit.text(text, bold=True), blockkit.text(f"\n{_undelivered(status.untold)}")]
    if status.muted_roles:
        head.append(blockkit.text(f"\n{wording.count(status.muted_roles, 'role')} muted"))
    return page(
        text,
        head,
        status.boards,
        lambda row: _board(row, now),
        ": `rolewatch boards list` shows all",
    )


def _undelivered(counts: Sequence[tuple[str, str, int]]) -> str:
    """Return how many alerts wait, from (channel, state, number)."""
    if not counts:
        return "No alerts are waiting."
    return "Not delivered yet: " + ", ".join(
        f"{number} {state} for {wording.sanitize(channel, 60)}"
        for channel, state, number in counts[:_CHANNELS]
    )


def _board(row: Row, now: datetime) -> Parts:
    state, checked = str(row["state"]), instant_of(row["last_ok_at"])
    failures = int(row["failures"])
    facts = [
        wording.count(int(row["open_postings"]), "open role"),
        (f"{state}, " if state in {"failing", "collapsed"} else "")
        + (f"read {wording.span(now - checked)} ago" if checked else "not read yet")
        + (f", {wording.count(failures, 'failure')} in a row" if failures else ""),
    ]
    name = wording.sanitize(str(row["company"] or ""), 60) or str(row["board"])
    return [
        blockkit.emoji(_STATES.get(state, "large_green_circle")),
        blockkit.text(" "),
        blockkit.link(str(row["url"] or ""), name),
        blockkit.text("".join(blockkit.DOT + fact for fact in facts)),
    ]
