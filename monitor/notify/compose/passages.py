"""The passages of a description that an edit changed, as quotes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from monitor.message_parts import FieldChange
from monitor.messages import RoleMessage
from monitor.notify import wording
from monitor.notify.document import Document, Line, Quote, Span, paragraph, text
from monitor.text.diff import Piece, edited_passages
from monitor.text.places import split_places

_SHOWN: Final = 3
LIMIT: Final = 300  # UTF-16 units of one passage
_SHORTEST_PIECE: Final = 40
_HOURS_A_DAY: Final = 24
_TOKEN: Final = re.compile(r"[^\W\d_]+|\d+")
_DATE_WORDS: Final = frozenset(
    [
        "am",
        "pm",
        "st",
        "nd",
        "rd",
        "th",
        "utc",
        "gmt",
        "pst",
        "pdt",
        "est",
        "edt",
        "cst",
        "cdt",
        "mst",
        "mdt",
        "bst",
        "cet",
        "cest",
        "aoe",
    ]
)


@dataclass(frozen=True, slots=True)
class Quotes:
    """The passages of one edit: all of them counted, the first shown."""

    count: int
    shown: tuple[Line, ...]
    more: int

    @property
    def document(self) -> Document:
        rest = f"and {wording.count(self.more, 'more passage')}"
        more = (paragraph(text(rest)),) if self.more else ()
        return (*map(Quote, self.shown), *more)


def quotes(change: FieldChange, message: RoleMessage) -> Quotes:
    """Return the passages of an edited description.

    A passage whose change is a value that the message shows elsewhere is not quoted.
    """
    passages = edited_passages(change.old, change.new)
    shown_words = frozenset(_shown_words(message))
    new = [passage for passage in passages if not _is_shown(passage, shown_words)]
    shown = tuple(map(quote_line, new[:_SHOWN]))
    return Quotes(len(passages), shown, max(0, len(new) - _SHOWN))


def _is_shown(passage: Sequence[Piece], shown: frozenset[str]) -> bool:
    changed = {
        token for piece in passage if piece.kind in {"old", "new"} for token in _tokens(piece.words)
    }
    return bool(changed) and changed <= shown


def _shown_words(message: RoleMessage) -> Iterator[str]:
    """Yield the words of every value that the message shows beside the description."""
    for change in message.changes:
        if change.field == "description":
            continue
        for value in (change.old, change.new):
            yield from _tokens(value)
            yield from _date_words(wording.parse_instant(value))
        if change.field == "deadline":
            yield from _DATE_WORDS
            yield from _tokens(message.role.deadline_text)
        if change.field == "location":
            yield from _tokens(" ".join(split_places(change.old) + split_places(change.new)))


def _date_words(at: datetime | None) -> Iterator[str]:
    """Yield the words that a posting may write for an instant, in any time zone."""
    if at is None:
        return
    for hours in (-12, 0, 14):
        local = at + timedelta(hours=hours)
        yield from _tokens(f"{local:%A %a %B %b} {local.day} {local.year} {at.minute}")
    yield from map(str, range(_HOURS_A_DAY))


def _tokens(words: str) -> Iterator[str]:
    """Yield words and whole numbers: `$141,000` is one number."""
    return iter(_TOKEN.findall(re.sub(r"(?<=\d)[,.](?=\d{3}\b)", "", words).casefold()))


def quote_line(passage: Sequence[Piece]) -> Line:
    """Return one passage: removed words struck through, added ones in bold.

    One of very many changes ends with `…` where the space does.
    """
    words = [piece for piece in passage if piece.words]
    limit = max(_SHORTEST_PIECE, LIMIT // max(1, len(words)) - 1)
    spans: list[Span] = []
    left = LIMIT
    for piece in words:
        shown = wording.sanitize(piece.words, limit)
        left -= wording.utf16_length(shown) + 1
        if left < 0:
            return (*spans, Span("…"))
        spans += [Span(" ")] if spans else []
        spans.append(Span(shown, strike=piece.kind == "old", bold=piece.kind == "new"))
    return tuple(spans)
