"""List the roles that are open already, once: by employer, each rule's roles together.

A channel with threads gets at most five roles of an employer; `pages.py` gives the rest to the
thread.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from typing import Final, NamedTuple

from monitor.message_parts import BoardCount, More, RuleCount
from monitor.messages import FirstCheckSummary
from monitor.notify import wording
from monitor.notify.compose import counts, employers, moves, rest, role_lines
from monitor.notify.compose.digest import fit_words
from monitor.notify.compose.employers import Listing
from monitor.notify.compose.grouped import grey_rule, headline, part_of
from monitor.notify.compose.moves import Headline
from monitor.notify.compose.role_lines import Detail
from monitor.notify.compose.style import Style
from monitor.notify.document import DOT, Composed, Document, Grey, Header, Line, text

_COUNTS_SPACE: Final = 1_500  # UTF-16 units of all employers' counts


class _Employer(NamedTuple):
    name: str
    open: int
    fit: int


def summary(message: FirstCheckSummary, style: Style) -> Composed:
    """Return the summary of new boards, rules and moves."""
    document = role_lines.first_that_fits(
        lambda detail: sections(message, detail, Header), limited=style.limited
    )
    return Composed(sentence(message), document)


def within(message: FirstCheckSummary, detail: Detail) -> Document:
    """Return the summary as a part of a longer message."""
    return sections(message, detail, headline)


def sections(message: FirstCheckSummary, detail: Detail, heading: Headline) -> Document:
    return (
        *(
            block
            for move in message.moves
            for block in moves.moved(move, message.at, detail, heading)
        ),
        *(_boards(message, detail, heading) if message.boards else ()),
    )


def _boards(message: FirstCheckSummary, detail: Detail, heading: Headline) -> Document:
    watched = _employers(message)
    return (
        heading("eyes", _watching(message, watched) + part_of(1, message.parts)),
        *(_grey_counts(watched) if len(watched) > 1 else ()),
        *_roles(message, message.rules, message.more, detail, watched),
        *grey_rule([rule.rule for rule in message.rules if len(message.rules) == 1]),
    )


def _roles(
    message: FirstCheckSummary,
    rules: Sequence[RuleCount],
    more: Iterable[More],
    detail: Detail,
    watched: Sequence[_Employer],
) -> Document:
    entries = employers.of_rules(rules)
    only = watched[0].name if len(watched) == 1 else ""
    listing = Listing(at=message.at, tagged=len(rules) > 1, only=only)
    return rest.with_more(entries, more, detail, listing)


def _employers(message: FirstCheckSummary) -> list[_Employer]:
    """Return each employer with its open roles and those that fit, in alphabetical order."""
    fit = _fit_of_boards(message)
    found: dict[str, list[BoardCount]] = defaultdict(list)
    for board in message.boards:
        found[wording.sanitize(board.company or board.board, 60)].append(board)
    return [
        _Employer(
            name, sum(board.open for board in boards), sum(fit[board.board] for board in boards)
        )
        for name, boards in sorted(found.items(), key=lambda one: one[0].casefold())
    ]


def _fit_of_boards(message: FirstCheckSummary) -> dict[str, int]:
    postings = _postings(message)
    return {
        board.board: len(postings[board.board]) if board.fit is None else board.fit
        for board in message.boards
    }


def _postings(message: FirstCheckSummary) -> dict[str, set[str]]:
    """Return the postings of each board that fit a rule."""
    boards: dict[str, set[str]] = {board.board: set() for board in message.boards}
    for rule in message.rules:
        for posting in (*(role.posting for role in rule.roles), *rule.alerted):
            board = _board_of(posting, boards)
            if board is not None:
                boards[board].add(posting)
    return boards


def _board_of(posting: str, boards: Container[str]) -> str | None:
    """Return the board of a posting's name. Both may contain colons."""
    end = posting.rfind(":")
    while end > 0:
        if posting[:end] in boards:
            return posting[:end]
        end = posting.rfind(":", 0, end)
    return None


def counted(message: FirstCheckSummary) -> tuple[BoardCount, ...]:
    """Return the boards with how many of their roles fit, for a message without all of them."""
    fit = _fit_of_boards(message)
    return tuple(
        BoardCount(board.board, board.company, board.url, board.open, fit[board.board])
        for board in message.boards
    )


def _watching(message: FirstCheckSummary, watched: Sequence[_Employer]) -> str:
    """Return `Now watching 4 employers: 364 open roles, 14 fit`."""
    begins = "Also found at" if message.late else "Now watching"
    name = watched[0].name if len(watched) == 1 else wording.count(len(watched), "employer")
    roles = wording.count(sum(one.open for one in watched), "open role")
    more = sum(rule.more_fit for rule in message.rules)
    fit = sum(one.fit for one in watched) + more
    return f"{begins} {name}: {roles}, {fit_words(fit)}"


def _grey_counts(watched: Sequence[_Employer]) -> tuple[Grey, ...]:
    """Return `Anthropic 5 of 212 · …`. The first to be left out are those of which no role fits."""
    words = [_count(one) for one in watched]
    if wording.utf16_length(DOT.join(words)) > _COUNTS_SPACE:
        words = [_count(one) for one in watched if one.fit]
        while words and wording.utf16_length(DOT.join(words)) > _COUNTS_SPACE:
            words.pop()
        words.append(f"and {wording.count(len(watched) - len(words), 'more employer')}")
    return (Grey(text(DOT.join(words))),)


def _count(employer: _Employer) -> str:
    return f"{employer.name} {employer.fit:,} of {employer.open:,}"


def sentence(message: FirstCheckSummary) -> Line:
    watched = _employers(message)
    words = f"{_watching(message, watched)}." if watched else ""
    numbers = [f"{one.name} {one.fit:,}" for one in watched if one.fit]
    several = len(watched) > 1 and numbers
    moved = [moves.sentence(move) for move in message.moves]
    space = counts.space_after(words) - sum(counts.length(line) + 1 for line in moved)
    names = _as_many(numbers, space) if several else ""
    return counts.sentences(*moved, text(words), text(names))


def _as_many(numbers: Sequence[str], space: int) -> str:
    """Return `Anthropic 5, Cohere 2.`, or as many as fit `and 12 more employers`."""
    for shown in range(min(20, len(numbers)), 0, -1):
        left = len(numbers) - shown
        more = f", and {wording.count(left, 'more employer')}" if left else ""
        words = ", ".join(numbers[:shown]) + more + "."
        if wording.utf16_length(words) < space:
            return words
    return ""
