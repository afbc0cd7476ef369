"""Replies to `watch` and `unwatch`, as documents. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from monitor.message_parts import Role
from monitor.notify import wording
from monitor.notify.compose.role_lines import Detail, role_line
from monitor.notify.document import (
    Bullets,
    Composed,
    Line,
    Section,
    Span,
    Text,
    bold,
    bullets,
    code,
    joined,
    sign,
    text,
    typed,
)
from monitor.rules.watches import WatchRule, words_of
from monitor.slack_app.replies import button, reply, without_sign

_SHOWN: Final = 10  # roles that fit now
_HOW: Final = "`/rolewatch watch research engineer in Paris`"
UNKNOWN_WATCH: Final = reply(
    typed("This watch isn't yours, or it isn't in the database. `/rolewatch unwatch` lists yours.")
)
HOW_TO_WATCH: Final = f"Say which roles to watch: {_HOW}. “at” names an employer, “in” a place"


def shown(watch: WatchRule) -> Line:
    """Return the watch in bold, as its person wrote it."""
    at = (*text(" at "), *bold(watch.employer)) if watch.employer else ()
    places = (*text(" in "), *bold(watch.locations[0])) if watch.locations else ()
    return (*bold(words_of(watch.all)), *at, *places)


def begun(watch: WatchRule, fitting: Sequence[Role], at: datetime | None = None) -> Composed:
    """Return the answer to a new watch: the roles that fit now, and where news will come."""
    fits = (
        f"{wording.count(len(fitting), 'open role')} {'fits' if len(fitting) == 1 else 'fit'} now"
        if fitting
        else "No open role fits now"
    )
    head = (*sign("eyes"), *text("Watching "), *shown(watch), *text(" for you. "))
    news = "News of them comes to you as a direct message."
    if not fitting:
        news = "News comes to you as a direct message."
    sentence = (*without_sign(head), *text(f"{fits}. {news}"))
    left = len(fitting) - _SHOWN
    lines = [role_line(role, Detail(), at, named=True) for role in fitting[:_SHOWN]]
    if left > 0:
        lines.append(typed(f"and {left:,} more: `/rolewatch roles` lists them"))
    parts: tuple[Section | Bullets, ...] = (
        Section(((*head, *text(f"{fits}{':' if fitting else '.'}")),)),
        *([bullets(lines)] if lines else []),
        Section((text(news),)),
    )
    return Composed(sentence, (Text(parts), button("watch_end", "Stop watching", _id(watch))))


def already(watch: WatchRule) -> Composed:
    line = (*text("You already watch "), *shown(watch), *text("."))
    return reply(line, blocks=[button("watch_end", "Stop watching", _id(watch))])


def ended(watch: WatchRule) -> Composed:
    line = (*text("You no longer watch "), *shown(watch), *text("."))
    return reply(line, blocks=[button("watch_again", "Watch again", _id(watch))])


def full(watches: Sequence[WatchRule]) -> Composed:
    """Return that the person has as many watches as one person can have."""
    return _list(f"You have {len(watches)} watches, the most that one person can have:", watches)


def yours(watches: Sequence[WatchRule]) -> Composed:
    """Return the person's watches."""
    if not watches:
        return reply(typed(f"You watch nothing yet. Begin with {_HOW}."))
    return _list("You watch", watches)


def several(watches: Sequence[WatchRule]) -> Composed:
    """Return the watches that one `unwatch` may mean."""
    return _list("You watch several of these. Name one of them:", watches)


def none_fits(words: str, watches: Sequence[WatchRule]) -> Composed:
    """Return that no watch has those words, and the person's watches."""
    head = f"You do not watch “{wording.sanitize(words, 100)}”"
    return _list(f"{head}. You watch", watches) if watches else reply(text(f"{head}."))


def _list(head: str, watches: Sequence[WatchRule]) -> Composed:
    # labels hold “at” and “in”: a comma stands before “and” of two as well
    sentence = joined([text(watch.label) for watch in watches], ", and ")
    stop = f"/rolewatch unwatch {' '.join(watches[0].all)}"
    parts = (
        Section((bold(head),)),
        bullets([text(watch.label) for watch in watches]),
        Section(((*text("Stop one: "), *code(wording.sanitize(stop, 150))),)),
    )
    return Composed((*text(f"{head} "), *sentence, Span(".")), (Text(parts),))


def _id(watch: WatchRule) -> str:
    return str(watch.watch)
