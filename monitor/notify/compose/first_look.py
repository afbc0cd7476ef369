"""What is open already, told once: by employer, each rule's roles together.

A channel with threads gets at most five roles of an employer; `pages.py` gives the rest to the
thread.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from monitor.messages import BoardCount, FirstCheckSummary, More, Move, RestMessage, RuleCount
from monitor.notify import wording
from monitor.notify.compose import counts, employers, facts, role_lines
from monitor.notify.compose.digest import fit_words
from monitor.notify.compose.employers import Entry, Listing
from monitor.notify.compose.grouped import grey_rule, headline, part_of
from monitor.notify.compose.role_lines import Detail
from monitor.notify.compose.style import Style
from monitor.notify.document import (
    DOT,
    Block,
    Composed,
    Document,
    Grey,
    Header,
    Line,
    paragraph,
    text,
)

_COUNTS_ROOM: Final = 1_500  # UTF-16 units of all employers' counts
Headline = Callable[[str, str], Block]  # of a sign and words


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
        *(block for move in message.moves for block in _move(move, message, detail, heading)),
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
    return _with_more(entries, more, detail, listing)


def _with_more(
    entries: Sequence[Entry], more: Iterable[More], detail: Detail, listing: Listing
) -> Document:
    """Return the employers. One last line counts the roles of those without a role here."""
    left = {one.company: one.roles for one in more}
    shown = {entry.company for entry in entries}
    hidden = [number for company, number in left.items() if company not in shown]
    words = (
        f"and {wording.count(sum(hidden), 'role')} at"
        f" {wording.count(len(hidden), 'more employer')} in the thread"
    )
    return (
        *employers.blocks(entries, detail, listing, left),
        *([paragraph(text(words))] if hidden else []),
    )


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
        for posting in (*(role.posting for role in rule.roles), *rule.told_postings):
            board = _board_of(posting, boards)
            if board is not None:
                boards[board].add(posting)
    return boards


def _board_of(posting: str, boards: Iterable[str]) -> str | None:
    """Return the board of a posting's name. Both may contain colons."""
    names = set(boards)
    ends = [place for place, letter in enumerate(posting) if letter == ":"]
    return next((posting[:end] for end in reversed(ends) if posting[:end] in names), None)


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
    told = sum(rule.told for rule in message.rules)
    fit = sum(one.fit for one in watched) + told
    return f"{begins} {name}: {roles}, {fit_words(fit)}"


def _grey_counts(watched: Sequence[_Employer]) -> tuple[Grey, ...]:
    """Return `Anthropic 5 of 212 · …`. Without room those of which no role fits go first."""
    words = [_count(one) for one in watched]
    if wording.utf16_length(DOT.join(words)) > _COUNTS_ROOM:
        words = [_count(one) for one in watched if one.fit]
        while words and wording.utf16_length(DOT.join(words)) > _COUNTS_ROOM:
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
    moved = [text(f"{_moved(move)}: {_result(move)}.") for move in message.moves]
    room = counts.room_after(words) - sum(counts.length(line) + 1 for line in moved)
    names = _as_many(numbers, room) if several else ""
    return counts.sentences(*moved, text(words), text(names))


def _as_many(numbers: Sequence[str], room: int) -> str:
    """Return `Anthropic 5, Cohere 2.`, or as many as have room `and 12 more employers`."""
    for shown in range(min(20, len(numbers)), 0, -1):
        left = len(numbers) - shown
        more = f", and {wording.count(left, 'more employer')}" if left else ""
        words = ", ".join(numbers[:shown]) + more + "."
        if wording.utf16_length(words) < room:
            return words
    return ""


def _move(move: Move, message: FirstCheckSummary, detail: Detail, heading: Headline) -> Document:
    """Return an employer's move, and the roles that fit, new ones with their sign."""
    name = moved_company(move)
    entries = employers.of_rules(move.rules, mark_new=True)
    listing = Listing(at=message.at, tagged=len(move.rules) > 1, only=name)
    return (
        heading("truck", _moved(move)),
        paragraph(text(_result(move))),
        *_with_more(entries, move.more, detail, listing),
        *grey_rule([rule.rule for rule in move.rules if len(move.rules) == 1]),
    )


def moved_company(move: Move) -> str:
    return wording.sanitize(move.company, 60) or wording.sanitize(move.board, 60)


def _moved(move: Move) -> str:
    was, now = wording.sanitize(move.was, 40), wording.sanitize(move.now, 40)
    return f"{moved_company(move)} moved from {was} to {now}"


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


def rest(message: RestMessage, style: Style) -> Composed:
    """Return the roles that a list left to its thread or to its next message."""
    entries = employers.of_rules(message.rules, mark_new=message.of == "move")
    listing = Listing(
        at=message.at,
        tagged=len(message.rules) > 1,
        only=message.company,
        deadlines=message.of != "template",
    )
    number = part_of(message.part, message.parts).strip()
    document = role_lines.first_that_fits(
        lambda detail: (
            *([paragraph(text(number))] if number else []),
            *employers.blocks(entries, detail, listing),
        ),
        limited=style.limited,
    )
    return Composed(_rest_sentence(message, entries), document)


def _rest_sentence(message: RestMessage, entries: Sequence[Entry]) -> Line:
    number = len(entries)
    if message.of == "template":
        roles = f"{number:,} roles" if number > 1 else "role"
        fit = "fit and got" if number > 1 else "fits and got"
        which = part_of(message.part, message.parts)
        return text(f"The {roles} at {message.company} that {fit} the same edit{which}.")
    names = counts.named((entry.company for entry in entries), 80)
    fit = "roles that fit" if number > 1 else "role that fits"
    begins = f"{number:,} more {fit} at {names}:"
    titles = [facts.title(entry.role, 100) for entry in sorted(entries, key=_order)]
    return text(f"{begins} {_titles(titles, counts.room_after(begins))}.")


def _order(entry: Entry) -> tuple[object, ...]:
    return entry.order


def _titles(titles: Sequence[str], room: int) -> str:
    """Return `A; B`, or as many as have room `and 12 more`."""
    for shown in range(min(10, len(titles)), 0, -1):
        left = len(titles) - shown
        words = "; ".join(titles[:shown]) + (f"; and {left:,} more" if left else "")
        if wording.utf16_length(words) < room:
            return words
    return wording.truncate(titles[0], room - 1) if titles else ""
