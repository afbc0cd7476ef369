"""The long answers: lists that take as many lines as Slack has room for. Pure; what came from a board stands in `rich_text`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Protocol, TypeVar

from monitor.config.model import Rule
from monitor.database.engine import AnyRow
from monitor.messages import FieldChange
from monitor.notify import plain, wording
from monitor.notify.slack import blockkit
from monitor.notify.slack.blockkit import Part, Parts
from monitor.notify.slack.role_card import moved
from monitor.queries.roles import pay_of
from monitor.queries.status import Status, health
from monitor.slack_app.replies import SlackReply, button, reply

Row = Mapping[str, Any]
Item = TypeVar("Item")
_COUNTS: Final = (40, 25, 15, 8, 4, 1)  # lines of a list: the most that there is room for
_MUTES: Final = 20  # listed, with two blocks each
_STATES: Final = {
    "failing": "red_circle",
    "collapsed": "large_yellow_circle",
    "new": "white_circle",
}
_EVENTS: Final = {
    "opened": "new",
    "revised": "pencil2",
    "closed": "no_entry_sign",
    "reopened": "arrows_counterclockwise",
}

_COMMANDS: Final = (
    ("roles research engineer at deepmind", "open roles by words, `at` a company, `in` a place"),
    ("history research engineer, gemini", "what happened to one posting: its title, URL or id"),
    ("saved", "the roles that you saved"),
    ("rules", "what is told to whom"),
    ("muted", "what is not told, and buttons to undo it"),
    ("status", "the boards, and what waits to be told"),
)


class Reader(Protocol):
    """Somebody for whom mutes are listed."""

    def may_mute(self, channel: str) -> bool: ...

    def name(self, channel: str) -> str: ...


def _page(
    text: str, head: Parts, items: Sequence[Item], line: Callable[[Item], Parts], more: str
) -> SlackReply:
    """A line of our own, then the list, or as much of it as fits."""
    lines = [line(item) for item in items[: _COUNTS[0]]]
    for count in _COUNTS:
        shown = lines[:count]
        left = len(items) - len(shown)
        rows = [*shown, blockkit.with_code(f"and {left:,} more{more}")] if left else shown
        blocks = [
            blockkit.block(blockkit.section(*head), *([blockkit.bullets(rows)] if rows else []))
        ]
        if blockkit.size(blocks) <= blockkit.ROOM:
            break
    return SlackReply(plain.escape(text), blocks)


def _help() -> SlackReply:
    rows = [
        [
            blockkit.text(f"/rolewatch {command}") | {"style": {"code": True}},
            *blockkit.with_code(f"  {does}"),
        ]
        for command, does in _COMMANDS
    ]
    return SlackReply(
        "What rolewatch answers",
        [
            blockkit.block(
                blockkit.section(blockkit.text("What rolewatch answers", bold=True)),
                blockkit.bullets(rows),
            )
        ],
    )


HELP: Final = _help()


def roles(rows: Sequence[Row], asked: str, *, closed: int = 0) -> SlackReply:
    """Open roles, the newest first."""
    of = f" for “{asked}”" if asked else ""
    if not rows:
        was = (
            f" {wording.count(closed, 'closed one')} would fit."
            if closed
            else " Fewer words find more; “quotes” keep words together."
        )
        return reply(f"No open role{of}.{was}")
    text = f"{wording.count(len(rows), 'open role')}{of}"
    return _page(text, [blockkit.text(text, bold=True)], rows, _role, ": more words find fewer")


def saved(rows: Sequence[Row]) -> SlackReply:
    """What somebody saved, closed ones among it."""
    if not rows:
        return reply("You have saved nothing yet: press “Save” on a role's card.")
    text = f"{wording.count(len(rows), 'saved role')}"
    return _page(
        text,
        [blockkit.text(text, bold=True)],
        rows,
        _saved,
        ": `rolewatch roles --saved` lists all",
    )


def _saved(row: Row) -> Parts:
    return [*_role(row), *([blockkit.text(" (closed)")] if row["state"] == "closed" else [])]


def which(rows: Sequence[Row], asked: str) -> SlackReply:
    """None or several postings where one was asked for."""
    if not rows:
        return reply(
            f"No posting for “{asked}”, open or closed. `/rolewatch roles` searches by single words."
        )
    text = f"{len(rows)} postings for “{asked}”: name one of them"
    return _page(text, [blockkit.text(text, bold=True)], rows, _named, ": more words find fewer")


def _named(row: Row) -> Parts:
    return [
        *_role(row),
        blockkit.text("  "),
        blockkit.text(wording.sanitize(str(row["posting"]), 100)) | {"style": {"code": True}},
    ]


def _role(row: Row) -> Parts:
    deadline = moment(row["deadline_at"])
    facts = [
        wording.sanitize(str(row["company"] or ""), 60),
        wording.sanitize(str(row["location"] or ""), 80),
        wording.truncate(wording.pay(pay_of(row)), 60),
    ]
    said_ = "".join(blockkit.DOT + fact for fact in facts if fact)
    by = (
        [blockkit.text(f"{blockkit.DOT}apply by "), blockkit.date(deadline)]
        if deadline and row["state"] == "open"
        else []
    )
    return [
        blockkit.link(str(row["url"] or ""), _title(row, 120)),
        *([blockkit.text(said_)] if said_ else []),
        *by,
    ]


def _title(row: Row, limit: int) -> str:
    return wording.sanitize(str(row["title"] or ""), limit) or str(row["posting"])


Texts = Mapping[tuple[str, int], str]  # descriptions by a posting's name and the version's number


def history(row: Row, happened: Sequence[Row], texts: Texts) -> SlackReply:
    """One posting's life, the newest first; what happened on a board that its employer has left names that posting."""
    facts = blockkit.DOT.join(
        [wording.sanitize(str(row["company"] or ""), 60), str(row["state"]), str(row["posting"])]
    )
    first = moment(row["first_seen_at"])
    since = [blockkit.text(f"{blockkit.DOT}first seen "), blockkit.date(first)] if first else []
    head = [
        blockkit.link(str(row["url"] or ""), _title(row, wording.TITLE), bold=True),
        blockkit.text(f"\n{wording.sanitize(facts)}"),
        *since,
    ]
    if not happened:
        head.append(blockkit.text("\nNothing has happened to it since."))
    text = f"{_title(row, wording.TITLE)}: {wording.count(len(happened), 'change')}"
    return _page(
        text,
        head,
        happened[::-1],
        lambda one: _event(one, texts, str(row["posting"])),
        ": `rolewatch history` shows all",
    )


def _event(change: Row, texts: Texts, posting: str) -> Parts:
    at, of = moment(change["at"]), str(change["posting"])
    when = [blockkit.date(at), blockkit.text("  ")] if at else []
    where = [blockkit.text(f"  ({wording.sanitize(of, 100)})")] if of != posting else []
    return [
        blockkit.emoji(_EVENTS.get(str(change["kind"]), "grey_question")),
        blockkit.text(" "),
        *when,
        *_what(change, texts),
        *where,
    ]


def _what(change: Row, texts: Texts) -> Parts:
    field, version, of = change["field"], int(change["version"]), str(change["posting"])
    if field is None:
        return [blockkit.text(str(change["kind"]), bold=True)]
    old, new = (
        (texts.get((of, version - 1), ""), texts.get((of, version), ""))
        if field == "description"
        else (str(change["old"] or ""), str(change["new"] or ""))
    )
    return moved(FieldChange(str(field), old, new))


def rules(rules_: Sequence[Rule], muted: Mapping[str, Sequence[str]]) -> SlackReply:
    """What each rule looks for, whom it tells, and where it is muted."""
    if not rules_:
        return reply("There are no rules: the operator adds them to rolewatch.toml.")
    text = wording.count(len(rules_), "rule")
    return _page(
        text,
        [blockkit.text(text, bold=True)],
        rules_,
        lambda rule: _rule(rule, muted.get(rule.name, ())),
        "",
    )


def _rule(rule: Rule, muted: Sequence[str]) -> Parts:
    pay = f"{rule.min_pay.amount:,.0f} {rule.min_pay.currency} a year" if rule.min_pay else ""
    said_ = [
        ("any of", rule.any),
        ("all of", rule.all),
        ("none of", rule.none),
        ("in", rule.locations),
        ("at", rule.boards),
        ("from", (pay,)),
    ]
    looks = "; ".join(f"{label} {', '.join(values)}" for label, values in said_ if any(values))
    where = ", ".join(rule.notify) + (" in the digest" if rule.mode == "digest" else "")
    quiet = (
        [
            blockkit.text("\n"),
            blockkit.emoji("no_bell"),
            blockkit.text(" muted in " + wording.sanitize(", ".join(muted), 300)),
        ]
        if muted
        else []
    )
    return [
        blockkit.text(wording.sanitize(rule.name, 100), bold=True),
        blockkit.text(f"  {wording.sanitize(looks, 600)}  →  {wording.sanitize(where, 200)}"),
        *quiet,
    ]


def muted(mutes: Sequence[tuple[AnyRow, str]], where: Reader, done: str = "") -> SlackReply:
    """What is muted and where, with a button for whoever may undo it; behind what was `done` just now."""
    before = f"{wording.sanitize(done, wording.TITLE)}. " if done else ""
    if not mutes:
        return reply(f"{before}Nothing is muted.", blockkit.text(f"{before}Nothing is muted."))
    text = before + wording.count(len(mutes), "mute")
    left = len(mutes) - _MUTES
    more = (
        [blockkit.block(blockkit.section(blockkit.text(f"and {left:,} more")))] if left > 0 else []
    )
    blocks = [block for mute, title in mutes[:_MUTES] for block in _mute(mute, title, where)]
    return SlackReply(
        plain.escape(text),
        [blockkit.block(blockkit.section(blockkit.text(text, bold=True))), *blocks, *more],
    )


def _mute(mute: AnyRow, title: str, where: Reader) -> Parts:
    what = [blockkit.text("rule ")] if mute.rule is not None else []
    ends = [blockkit.text(" until "), blockkit.date(mute.until)] if mute.until else []
    who = [
        blockkit.text(f" in {wording.sanitize(where.name(mute.channel), 100)} by "),
        blockkit.mention(mute.user_id),
        *ends,
    ]
    undo = {"type": "actions", "elements": [button("mute_undo", "Undo", str(mute.id))]}
    said_ = blockkit.block(
        blockkit.section(
            blockkit.emoji("no_bell"),
            blockkit.text(" "),
            *what,
            blockkit.text(title, bold=True),
            *who,
        )
    )
    return [said_, *([undo] if where.may_mute(mute.channel) else [])]


def status(now_: Status, now: datetime) -> SlackReply:
    """The boards, those in trouble first, and what waits."""
    roles_ = sum(int(row["open_postings"]) for row in now_.boards)
    text = f"{wording.count(len(now_.boards), 'board')}, {health(now_.boards)}; {wording.count(roles_, 'open role')}"
    head: Parts = [blockkit.text(text, bold=True)]
    for line in [
        _waiting(now_.untold),
        *([f"{wording.count(now_.muted_roles, 'role')} muted"] if now_.muted_roles else []),
    ]:
        head.append(blockkit.text(f"\n{line}"))
    return _page(
        text, head, now_.boards, lambda row: _board(row, now), ": `rolewatch boards list` shows all"
    )


def _waiting(untold: Sequence[tuple[str, str, int]]) -> str:
    if not untold:
        return "Nothing waits to be told."
    return "Not told yet: " + ", ".join(
        f"{count} {state} for {wording.sanitize(channel, 60)}"
        for channel, state, count in untold[:10]
    )


def _board(row: Row, now: datetime) -> Parts:
    state = str(row["state"])
    failed = (
        f", {wording.count(int(row['failures']), 'failure')} in a row" if row["failures"] else ""
    )
    seen = moment(row["last_ok_at"])
    ago = f"read {wording.span(now - seen)} ago" if seen else "not read yet"
    name = wording.sanitize(str(row["company"] or ""), 60) or str(row["board"])
    opens = wording.count(int(row["open_postings"]), "open role")
    bad = f"{state}, " if state in {"failing", "collapsed"} else ""
    return [
        _dot(state),
        blockkit.text(" "),
        blockkit.link(str(row["url"] or ""), name),
        blockkit.text(f"{blockkit.DOT}{opens}{blockkit.DOT}{bad}{ago}{failed}"),
    ]


def _dot(state: str) -> Part:
    return blockkit.emoji(_STATES.get(state, "large_green_circle"))


def moment(value: object) -> datetime | None:
    """An instant of a view's row: a text on SQLite."""
    return (
        datetime.fromisoformat(value)
        if isinstance(value, str)
        else value
        if isinstance(value, datetime)
        else None
    )
