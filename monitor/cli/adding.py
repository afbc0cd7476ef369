"""Resolve what `boards add` and `boards move` are given to one board."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from crawler.links.address import parse
from crawler.links.directory import Entry
from crawler.links.employer_names import Match, search_by_name
from crawler.links.spellings import boards_to_try
from crawler.registry import is_readable
from monitor.cli.choosing import Candidate, agrees, choose
from monitor.cli.named_board import (
    NO_EMPLOYER,
    TRIED,
    Found,
    is_understood,
    no_employer,
    page_url,
    readable,
)
from monitor.errors import UserError

if TYPE_CHECKING:
    from monitor.cli.common import State


def resolve(text: str, current: State, *, check: bool, try_name: bool) -> Found:
    """Return the board that `text` names: an address, a careers page, or an employer's name.

    A careers page is read, and its boards are checked unless `check` is False. `try_name` allows to
    try an unknown name as a token. A person chooses if several boards are meant. Raises UserError.
    """
    try:
        return Found(readable(parse(text)))
    except ValueError as error:
        if url := page_url(text):
            from monitor.cli.adding_page import board_on_page

            return board_on_page(url, current, check=check)
        matches = search_by_name(text)
        if not matches and (not _may_be_tried(text) or is_understood(text)):
            raise UserError(str(error)) from error
    entry = _in_directory(text, matches, try_name=try_name)
    if entry is not None:
        return Found(readable(parse(entry.board)))
    from monitor.cli.trying import board_by_trying

    return board_by_trying(text, current)


def _may_be_tried(text: str) -> bool:
    """Return True if a text may be the name of an employer."""
    return bool(boards_to_try("greenhouse", text) or boards_to_try("ashby", text))


def _in_directory(text: str, matches: Sequence[Match], *, try_name: bool) -> Entry | None:
    """Return the board of that name in the directory. None to try the name on the ATS.

    Raises UserError.
    """
    if matches and (matches[0].exact or not try_name):
        return _chosen(text, matches)
    if try_name or agrees(f"{NO_EMPLOYER} “{text}”. Try the name on {TRIED}?"):
        return None
    raise UserError(no_employer(text))


def _chosen(text: str, matches: Sequence[Match]) -> Entry | None:
    """Return the board of that name, or the chosen one. The first if none of them can be read."""
    is_known = matches[0].exact
    surest = [match.entry for match in matches if match.rank == matches[0].rank or not is_known]
    if (is_known and len(surest) == 1) or not any(is_readable(entry.board) for entry in surest):
        return surest[0]
    candidates = [Candidate(entry.board, entry.company) for entry in surest]
    if is_known or not _may_be_tried(text):
        chosen = choose(text, candidates)
    else:
        chosen = choose(
            text,
            candidates,
            otherwise=f"another employer: try the name on {TRIED}",
            advice=f". --try-name tries the name on {TRIED}",
        )
    return surest[candidates.index(chosen)] if chosen else None
