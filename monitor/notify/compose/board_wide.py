"""An edit that most descriptions of a board have in common: its passages, and which roles."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from monitor.message_parts import Passage
from monitor.messages import BoardWideEdit
from monitor.notify import wording
from monitor.notify.compose import counts, employers, role_lines
from monitor.notify.compose.employers import Listing
from monitor.notify.compose.events import mentions
from monitor.notify.compose.grouped import part_of
from monitor.notify.compose.passages import quote_line
from monitor.notify.compose.role_lines import Detail
from monitor.notify.compose.style import Style
from monitor.notify.document import Composed, Document, Line, Quote, Span, paragraph, sign, text
from monitor.text.diff import Piece, edited_passages

_SHOWN: Final = 3
_MENTIONS: Final = 20
_POINTS: Final = frozenset(".,;:!?")


def board_wide_edit(message: BoardWideEdit, style: Style) -> Composed:
    document = role_lines.first_that_fits(
        lambda detail: sections(message, detail), limited=style.limited
    )
    return Composed(counts.sentences(sentence(message)), document)


def sentence(message: BoardWideEdit) -> Line:
    among = _among(message)
    return text(f"{_edited(message)}, among them {among}." if among else f"{_edited(message)}.")


def sections(message: BoardWideEdit, detail: Detail) -> Document:
    """Return the headline, the passages, and the roles unless its thread lists them."""
    left = len(message.passages) - _SHOWN
    entries = employers.of_rules(message.rules)
    listing = Listing(
        at=message.at, tagged=len(message.rules) > 1, only=company(message), deadlines=False
    )
    return (
        paragraph(
            (
                *sign("pencil2"),
                *text(_edited(message) + part_of(1, message.parts)),
                *mentions(message.mention[:_MENTIONS]),
            )
        ),
        *map(Quote, filter(None, (_passage(one, message) for one in message.passages[:_SHOWN]))),
        *([paragraph(text(f"and {wording.count(left, 'more passage')}"))] if left > 0 else []),
        *([paragraph(text(_fit(message)))] if _number(message) else []),
        *employers.blocks(entries, detail, listing),
    )


def company(message: BoardWideEdit) -> str:
    return wording.sanitize(message.company, 60) or wording.sanitize(message.board, 60)


def _edited(message: BoardWideEdit) -> str:
    """Return `Google DeepMind edited 52 of 57 descriptions the same way`."""
    of = f"{message.edited:,} of {wording.count(message.listed, 'description')}"
    return f"{company(message)} edited {of} the same way"


def _number(message: BoardWideEdit) -> int:
    """Return how many edited roles fit."""
    if message.fit is not None:
        return message.fit
    return len({role.posting for rule in message.rules for role in rule.roles})


def _among(message: BoardWideEdit, noun: str = "") -> str:
    """Return `all 7 that fit`, `7 of the 9 that fit`, or `7 that fit` if no more is known."""
    number, left = _number(message), len(message.unedited or ())
    if not number:
        return ""
    several = number + left > 1
    fit = f"{noun + ('s' if several else '') if noun else ''} that {'fit' if several else 'fits'}"
    if left:
        return f"{number:,} of the {number + left:,}{fit}"
    return f"{'all ' if several and message.unedited is not None else ''}{number:,}{fit}"


def _fit(message: BoardWideEdit) -> str:
    """Return `All 7 roles that fit are among them`."""
    among = _among(message, " role")
    verb = "is" if _number(message) == 1 else "are"
    return f"{among[:1].upper()}{among[1:]} {verb} among them."


def _passage(passage: Passage, message: BoardWideEdit) -> Line:
    """Return the words that changed, with what stands around them in every description."""
    found = edited_passages(passage.old, passage.new)
    pieces = found[0] if len(found) == 1 else [Piece("old", passage.old), Piece("new", passage.new)]
    around = [Piece("same", passage.before), *pieces, Piece("same", passage.after)]
    share = f" (in {passage.roles:,} of them)" if passage.roles != message.edited else ""
    return (*_with_common_end(quote_line(around)), *text(share))


def _with_common_end(line: Line) -> Line:
    """Return a line whose last words, old and new, share their final point."""
    match line[-3:]:
        case (old, between, new) if old.strike and new.bold and old.text[-1:] == new.text[-1:]:
            end = new.text[-1:]
            if end in _POINTS:
                shorter = [replace(span, text=span.text[:-1]) for span in (old, new)]
                if all(span.text for span in shorter):
                    return (*line[:-3], shorter[0], between, shorter[1], Span(end))
    return line
