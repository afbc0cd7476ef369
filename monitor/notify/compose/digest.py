"""The daily digest: nearest deadlines first, then what happened by employer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Literal

from monitor.message_parts import BoardHealth, Role
from monitor.messages import DigestMessage, RoleMessage
from monitor.notify import wording
from monitor.notify.compose import counts, deadlines, employers, role_lines
from monitor.notify.compose.employers import Listing
from monitor.notify.compose.grouped import headline, part_of
from monitor.notify.compose.moves import Headline
from monitor.notify.compose.period import Period
from monitor.notify.compose.role_lines import Detail
from monitor.notify.compose.style import Style
from monitor.notify.document import (
    Composed,
    Document,
    Grey,
    Header,
    Line,
    Span,
    Text,
    paragraph,
    sign,
    text,
)

_A_DAY: Final = timedelta(days=1)
_NAMED: Final = 10  # boards in trouble
_TROUBLE: Final = {
    "failing": ("red_circle", "cannot be read"),
    "collapsed": ("large_yellow_circle", "suddenly lists far fewer roles"),
}


def digest(message: DigestMessage, style: Style) -> Composed:
    """Return the digest. A quiet day is one line."""
    heading: Headline = _line if _is_quiet(message) else Header
    document = role_lines.first_that_fits(
        lambda detail: _document(message, style, heading, detail), limited=style.limited
    )
    return Composed(sentence(message, style), document)


def _period(message: DigestMessage, style: Style) -> Period:
    ends = message.at or message.since + _A_DAY
    return Period(message.since, ends, style.zone, message.sent_at or ends)


def _line(emoji: str, words: str) -> Text:
    return paragraph((*sign(emoji), *text(words)))


def within(message: DigestMessage, style: Style, detail: Detail) -> Document:
    """Return the digest as a part of a longer message."""
    return _document(message, style, headline, detail)


def _document(message: DigestMessage, style: Style, heading: Headline, detail: Detail) -> Document:
    period = _period(message, style)
    words = _quiet_words if _is_quiet(message) else _heading
    listing = Listing(at=period.ends, since=period.since)
    return (
        heading("newspaper", words(message, period)),
        *sections(message.deadlines, message.items, "Apply this week", listing, detail),
        *_trouble(message.boards, period),
    )


def sections(
    near: Sequence[Role],
    items: Sequence[RoleMessage],
    heading: str,
    listing: Listing,
    detail: Detail,
) -> Document:
    """Return near deadlines, then the employers. A role is in one of them."""
    events = {item.role.posting: item for item in items}
    closed = {item.role.posting for item in items if item.kind == "closed"}
    nearest = deadlines.nearest_first(role for role in near if role.posting not in closed)
    named = {role.posting for role in nearest}
    left = [item for item in items if item.role.posting not in named]
    return (
        *deadlines.block(heading, nearest, events, detail, listing),
        *employers.blocks(employers.of_items(left), detail, listing),
    )


def _is_quiet(message: DigestMessage) -> bool:
    return not message.items and not message.deadlines


def _heading(message: DigestMessage, period: Period) -> str:
    """Return `Today: 4 new, 2 changed`. One of several messages says nothing of the others."""
    whole = message.parts == 1
    near = wording.count(len(message.deadlines), "near deadline")
    counted = counts.counted(message.items) or ("nothing new" if whole else near)
    return f"{period.headline}{part_of(message.part, message.parts)}: {counted}"


def _quiet_words(message: DigestMessage, period: Period) -> str:
    names = {board.company or board.board for board in message.boards}
    watched = (
        f"{wording.count(message.open, 'open role')} at {wording.count(len(names), 'employer')}"
    )
    return f"{period.headline}: nothing new. {watched}, {fit_words(message.fitting)}."


def fit_words(number: int) -> str:
    return f"{number:,} fit" if number > 1 else "1 fits" if number else "none fits"


def sentence(message: DigestMessage, style: Style) -> Line:
    period = _period(message, style)
    if _is_quiet(message):
        return text(_quiet_words(message, period))
    nearest = deadlines.nearest_first(message.deadlines)
    return counts.sentences(text(f"{_heading(message, period)}."), deadlines.next_deadline(nearest))


def _trouble(boards: Sequence[BoardHealth], period: Period) -> Document:
    """Return a grey line for each kind of trouble."""
    return tuple(
        line
        for state in _TROUBLE
        for line in _in_state(state, [one for one in boards if one.state == state], boards, period)
    )


def _in_state(
    state: str, found: Sequence[BoardHealth], boards: Sequence[BoardHealth], period: Period
) -> Document:
    if not found:
        return ()
    emoji, what = _TROUBLE[state]
    names = [wording.sanitize(board.company or board.board, 60) for board in found]
    more = [f"and {len(names) - _NAMED:,} more"] if len(names) > _NAMED else []
    verb = what if len(found) == 1 or state == "failing" else what.replace("lists", "list")
    of = f"{len(found):,} of {wording.count(len(boards), 'board')} {verb}"
    line = (
        Span(sign=emoji),
        Span(of, own=True),
        *_beginning(found, period),
        Span(":", own=True),
        *text(", ".join([*names[:_NAMED], *more])),
    )
    return (Grey(line),)


def _beginning(found: Sequence[BoardHealth], period: Period) -> Line:
    """Return ` since 9:02 AM` of a single board."""
    since = found[0].since if len(found) == 1 else None
    if since is None:
        return ()
    return (Span(" since ", own=True), Span(at=since, shows=_shows(since, period)))


def _shows(at: datetime, period: Period) -> Literal["moment", "time"]:
    return "time" if period.since(at) == "today" else "moment"
