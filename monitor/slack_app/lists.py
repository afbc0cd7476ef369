"""Replies that list roles, as many as Slack has room for.

Pure. Text from a board goes into `rich_text`, where Slack reads no markup.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

from monitor.messages import FieldChange
from monitor.notify import plain, wording
from monitor.notify.slack import blockkit
from monitor.notify.slack.blockkit import Parts
from monitor.notify.slack.role_card import EMOJI, changed_line
from monitor.queries.roles import pay_of
from monitor.slack_app.replies import SlackReply, reply

Row = Mapping[str, Any]
Item = TypeVar("Item")
Texts = Mapping[tuple[str, int], str]  # descriptions by posting and version
_LENGTHS: Final = (40, 25, 15, 8, 4, 1)  # lines of a list: the longest that fits


def page(
    text: str, head: Parts, items: Sequence[Item], line: Callable[[Item], Parts], more: str
) -> SlackReply:
    """Return the head and a bullet for each item, or for as many as fit."""
    lines = [line(item) for item in items[: _LENGTHS[0]]]
    for length in _LENGTHS:
        shown = lines[:length]
        left = len(items) - len(shown)
        rows = [*shown, blockkit.with_code(f"and {left:,} more{more}")] if left else shown
        bullets = [blockkit.bullets(rows)] if rows else []
        blocks = [blockkit.block(blockkit.section(*head), *bullets)]
        if blockkit.size(blocks) <= blockkit.ROOM:
            break
    return SlackReply(plain.escape(text), blocks)


def titled_page(
    text: str, items: Sequence[Item], line: Callable[[Item], Parts], more: str
) -> SlackReply:
    return page(text, [blockkit.text(text, bold=True)], items, line, more)


def roles(rows: Sequence[Row], query: str, *, closed: int = 0) -> SlackReply:
    """Return the open roles. Without any, `closed` says how many closed ones match."""
    matching = f" for “{query}”" if query else ""
    if rows:
        text = f"{wording.count(len(rows), 'open role')}{matching}"
        return titled_page(text, rows, _role, ". Add words to find fewer")
    if closed:
        match = "matches" if closed == 1 else "match"
        return reply(f"No open role{matching}. {wording.count(closed, 'closed role')} {match}.")
    return reply(
        f"No open role{matching}. Use fewer words to find more. “Quotes” keep words together."
    )


def saved(rows: Sequence[Row]) -> SlackReply:
    """Return a person's saved roles, open and closed."""
    if not rows:
        return reply("You have not saved any roles yet. Press “Save” on a role's card.")
    text = wording.count(len(rows), "saved role")
    return titled_page(text, rows, _saved_role, ": `rolewatch roles --saved` lists all")


def _saved_role(row: Row) -> Parts:
    return [*_role(row), *([blockkit.text(" (closed)")] if row["state"] == "closed" else [])]


def choose_posting(rows: Sequence[Row], query: str) -> SlackReply:
    """Return the postings that match where one is needed."""
    if not rows:
        return reply(
            f"No posting for “{query}”, open or closed."
            " `/rolewatch roles` searches by single words."
        )
    text = f"{len(rows)} postings for “{query}”. Name one of them:"
    return titled_page(text, rows, _named_role, ". Add words to find fewer")


def _named_role(row: Row) -> Parts:
    name = wording.sanitize(str(row["posting"]), 100)
    return [*_role(row), blockkit.text("  "), blockkit.code(name)]


def _role(row: Row) -> Parts:
    deadline = instant_of(row["deadline_at"])
    facts = [
        wording.sanitize(str(row["company"] or ""), 60),
        wording.sanitize(str(row["location"] or ""), 80),
        wording.truncate(wording.format_pay(pay_of(row)), 60),
    ]
    parts = [blockkit.link(str(row["url"] or ""), _title(row, 120))]
    if any(facts):
        parts.append(blockkit.text("".join(blockkit.DOT + fact for fact in facts if fact)))
    if deadline and row["state"] == "open":
        parts += [blockkit.text(f"{blockkit.DOT}apply by "), blockkit.date(deadline)]
    return parts


def _title(row: Row, limit: int = wording.TITLE_LIMIT) -> str:
    return wording.sanitize(str(row["title"] or ""), limit) or str(row["posting"])


def history(row: Row, changes: Sequence[Row], texts: Texts) -> SlackReply:
    """Return the changes of one role, the newest first.

    A change on a board that the employer has left names the posting there.
    """
    facts = [wording.sanitize(str(row["company"] or ""), 60), row["state"], row["posting"]]
    head = [
        blockkit.link(str(row["url"] or ""), _title(row), bold=True),
        blockkit.text(f"\n{wording.sanitize(blockkit.DOT.join(map(str, facts)))}"),
    ]
    if first := instant_of(row["first_seen_at"]):
        head += [blockkit.text(f"{blockkit.DOT}first seen "), blockkit.date(first)]
    if not changes:
        head.append(blockkit.text("\nNo changes since."))
    return page(
        f"{_title(row)}: {wording.count(len(changes), 'change')}",
        head,
        changes[::-1],
        lambda change: _change(change, texts, str(row["posting"])),
        ": `rolewatch history` shows all",
    )


def _change(change: Row, texts: Texts, posting: str) -> Parts:
    at, of = instant_of(change["at"]), str(change["posting"])
    when = [blockkit.date(at), blockkit.text("  ")] if at else []
    where = [blockkit.text(f"  ({wording.sanitize(of, 100)})")] if of != posting else []
    return [
        blockkit.emoji(EMOJI.get(change["kind"], "grey_question")),
        blockkit.text(" "),
        *when,
        *_old_and_new(change, texts),
        *where,
    ]


def _old_and_new(change: Row, texts: Texts) -> Parts:
    field, version, of = change["field"], int(change["version"]), str(change["posting"])
    if field is None:
        return [blockkit.text(str(change["kind"]), bold=True)]
    old, new = (
        (texts.get((of, version - 1), ""), texts.get((of, version), ""))
        if field == "description"
        else (str(change["old"] or ""), str(change["new"] or ""))
    )
    return changed_line(FieldChange(str(field), old, new))


def instant_of(value: object) -> datetime | None:
    """Return the instant of a view's column, which is text on SQLite."""
    if isinstance(value, str):
        return datetime.fromisoformat(value)
    return value if isinstance(value, datetime) else None
