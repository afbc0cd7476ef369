"""App Home as a document: what is new, saved roles, and watches. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from monitor.notify import wording
from monitor.notify.compose import changes, facts
from monitor.notify.compose.events import SIGNS
from monitor.notify.compose.role_lines import LAYOUTS, SPACE, Detail, as_days, role_line, size
from monitor.notify.document import (
    DOT,
    Block,
    Choice,
    Confirm,
    Controls,
    Divider,
    Document,
    Grey,
    Header,
    Line,
    Section,
    Span,
    Text,
    bullets,
    joined,
    paragraph,
    sign,
    text,
    typed,
)
from monitor.queries.home import PersonalLists, RoleNews
from monitor.rules.watches import WatchRule
from monitor.slack_app.lists import instant_of, rest, role_of_row, saved_lines, saved_order

_LENGTHS: Final = (60, 30, 15, 5)  # lines of each list, where not all fit
_OPTIONS: Final = 100  # of a menu
_VALUE: Final = 150  # UTF-16 units of an option's value
_STOP: Final = Confirm(
    "Stop watching?", "News of it no longer comes to you. Your saved roles stay.", "Stop watching"
)
_MORE: Final = "/rolewatch watch research engineer in Paris"


def home(lists: PersonalLists) -> Document:
    """Return the three lists, with as much detail as they have space for."""
    document: Document = ()
    for length, detail in [
        *((_LENGTHS[0], detail) for detail in LAYOUTS),
        *((length, LAYOUTS[-1]) for length in _LENGTHS[1:]),
    ]:
        document = _home(lists, length, detail)
        if size(document) <= SPACE:
            break
    return document


def _home(lists: PersonalLists, length: int, detail: Detail) -> Document:
    return (
        Header("", "New for you since yesterday"),
        *_news(lists, length, detail),
        Divider(),
        Header("", "Saved"),
        *_saved(lists, length, detail),
        Divider(),
        Header("", "You watch"),
        *_watches(lists.watches),
        Grey(_last_line(lists)),
    )


def _news(lists: PersonalLists, length: int, detail: Detail) -> Sequence[Block]:
    news = lists.news
    if not news:
        nothing = "Nothing new. News of your saved roles and of what you watch stands here."
        return [paragraph(text(nothing))]
    newest = [*reversed(news)][:length]
    lines = [*(_news_line(one, detail, lists.at) for one in newest), *rest(len(news), length, "")]
    return [_sections(lines)]


def _news_line(news: RoleNews, detail: Detail, at: datetime | None) -> Line:
    role, kind = role_of_row(news.row), news.kind
    mark = sign(SIGNS[kind])
    if kind in {"opened", "reopened"}:
        return (*mark, *role_line(role, detail, at, named=True))
    company = text(facts.company(role))
    if kind == "closed":
        closed = text(_was_open(news))
        line = role_line(role, detail, strike=True, tail=joined([company, closed]))
        return (*mark, *line)
    shown = as_days(changes.listing(news.changes, role, at)) or text("edited the description")
    return (*mark, *role_line(role, detail, tail=joined([company, shown])))


def _was_open(news: RoleNews) -> str:
    if news.opened_too:
        return "opened and closed"
    length = wording.open_for(news.opened_at, instant_of(news.row["closed_at"]))
    return f"was open {length}" if length else ""


def _saved(lists: PersonalLists, length: int, detail: Detail) -> Sequence[Block]:
    rows = lists.saved
    if not rows:
        return [paragraph(text("No saved roles. Press Save on a role's card to keep it here."))]
    lines = [*saved_lines(rows, detail, lists.at)[:length], *rest(len(rows), length, "")]
    options = [
        (f"{facts.title(role, 100)}{DOT}{facts.company(role)}", role.posting)
        for role in map(role_of_row, saved_order(rows))
        if wording.utf16_length(role.posting) <= _VALUE
    ][:_OPTIONS]
    drop = Choice("saved_drop", "Remove a role", tuple(options))
    return [_sections(lines), *([Controls((drop,))] if options else [])]


def _watches(watches: Sequence[tuple[WatchRule, int]]) -> Sequence[Block]:
    if not watches:
        return [paragraph(typed(f"You watch nothing yet. Begin with `{_MORE}`."))]
    lines = [
        joined([text(watch.label), text(wording.count(number, "open role"))])
        for watch, number in watches
    ]
    options = tuple((watch.label, str(watch.watch)) for watch, _ in watches)
    stop = Choice("watch_end", "Stop watching", options, _STOP)
    return [Text((bullets(lines),)), Controls((stop,))]


def _sections(lines: Sequence[Line]) -> Text:
    return Text(tuple(Section((line,)) for line in lines))


def _last_line(lists: PersonalLists) -> Line:
    boards = f"{DOT}{wording.count(lists.boards, 'board')}"
    read = (_own(", read "), Span(at=lists.read_at, shows="time")) if lists.read_at else ()
    return (_own("Watch more: "), Span(_MORE, code=True), _own(boards), *read)


def _own(words: str) -> Span:
    return Span(words, own=True)
