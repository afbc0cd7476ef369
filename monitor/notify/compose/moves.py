"""An employer's move to another board: where to, how many roles came along, and which fit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from monitor.message_parts import Move
from monitor.notify import wording
from monitor.notify.compose import employers
from monitor.notify.compose.employers import Listing
from monitor.notify.compose.grouped import grey_rule
from monitor.notify.compose.rest import with_more
from monitor.notify.compose.role_lines import Detail
from monitor.notify.document import Block, Document, Line, paragraph, text

Headline = Callable[[str, str], Block]  # of a sign and words


def moved(move: Move, at: datetime | None, detail: Detail, heading: Headline) -> Document:
    """Return an employer's move, and the roles that fit, new ones with their sign."""
    name = company(move)
    entries = employers.of_rules(move.rules, mark_new=True)
    listing = Listing(at=at, tagged=len(move.rules) > 1, only=name)
    return (
        heading("truck", _words(move)),
        paragraph(text(_result(move))),
        *with_more(entries, move.more, detail, listing),
        *grey_rule([rule.rule for rule in move.rules if len(move.rules) == 1]),
    )


def sentence(move: Move) -> Line:
    return text(f"{_words(move)}: {_result(move)}.")


def company(move: Move) -> str:
    return wording.sanitize(move.company, 60) or wording.sanitize(move.board, 60)


def _words(move: Move) -> str:
    was, now = wording.sanitize(move.was, 40), wording.sanitize(move.now, 40)
    return f"{company(move)} moved from {was} to {now}"


def _result(move: Move) -> str:
    """Return `41 of 57 open roles came along, 1 closed role is listed again, 32 are new`."""
    results = [f"{move.came:,} of {wording.count(move.before, 'open role')} came along"]
    if move.back:
        results.append(f"{wording.count(move.back, 'closed role')} {_are(move.back)} listed again")
    if move.new:
        results.append(f"{move.new:,} {_are(move.new)} new")
    return ", ".join(results)


def _are(number: int) -> str:
    return "is" if number == 1 else "are"
