"""Resolve what `boards add` and `boards move` are given to one board, and check that board."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import typer

from crawler.items import BoardRequest, Failure, Result, Snapshot
from crawler.links.address import Address, parse
from crawler.links.directory import (
    Entry,
    Match,
    company_of,
    current_board,
    employer,
    search_by_name,
)
from crawler.registry import is_readable, supported, title
from monitor.cli.values import clean, counted
from monitor.errors import UserError

if TYPE_CHECKING:
    from crawler.holds import Holds
    from crawler.links.careers_page import PageBoards
    from monitor.cli.common import State
    from monitor.config.model import Settings

Choose = Callable[[Sequence[Entry]], Entry]
_SHOWN = 9  # candidates in a list that somebody reads


@dataclass(frozen=True, slots=True)
class Glance:
    """The result of one check of a board before it is added."""

    words: str = ""  # " (Google DeepMind, 57 postings)"; empty without an answer
    warning: str = ""  # the board could not be read now


def resolve(text: str, current: State) -> Address:
    """Return the board that `text` names: an address, an employer's name, or a careers page.

    A careers page is read. A person chooses if several boards are meant. Raises UserError.
    """
    choose = choose_for(text)
    if address := _named(text, choose):
        return address
    settings = current.settings
    with current.busy("checking"):
        found = asyncio.run(on_page(text, settings))
    return picked(found, choose)


def _named(text: str, choose: Choose) -> Address | None:
    """Return the board that `text` names, or None for a page that has to be read."""
    try:
        return _readable(parse(text))
    except ValueError as error:
        if is_page(text):
            return None
        found = search_by_name(text)
        if not found:
            raise UserError(str(error)) from error
    return _readable(parse(_chosen(found, choose).board))


def _chosen(found: Sequence[Match], choose: Choose) -> Entry:
    """Return the board of that name, or the chosen one. The first if none of them can be read."""
    surest = [match.entry for match in found if match.rank == found[0].rank or not found[0].exact]
    if (found[0].exact and len(surest) == 1) or not any(
        is_readable(entry.board) for entry in surest
    ):
        return surest[0]
    return choose(surest)


def is_page(text: str) -> bool:
    """Return True for the address of a web page."""
    try:
        parts = urlsplit(text.strip())
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def watched_already(settings: Settings, address: Address) -> str:
    """Return a sentence if the board is watched already, else "".

    Raises UserError if it is switched off in the configuration.
    """
    known = settings.board(address.board)
    if known is not None and known.off:
        return f"{known.board} is in {settings.file} already, and off: {known.off}"
    if known is not None and not known.enabled:
        raise UserError(
            f"{known.board} is in {settings.file} already, with `enabled = false`: remove that "
            "to watch it"
        )
    return f"{known.board} is watched already: {settings.file}" if known else ""


def moved(board: str) -> str:
    """Return a sentence that says where the employer of a former board is now, else ""."""
    now = current_board(board)
    if not now:
        return ""
    todo = (
        f": `rolewatch boards add {now}`"
        if is_readable(now)
        else f", and rolewatch cannot read {title(parse(now).ats)} boards yet"
    )
    return f"{board} is a former board of {employer(board)}, which is at {now} now{todo}"


def unreadable(address: Address) -> str:
    """Return a sentence when boards of this ats cannot be read yet, else ""."""
    if address.ats in supported():
        return ""
    readable = ", ".join(sorted(map(title, supported())))
    return (
        f"{address.board}: rolewatch cannot read {title(address.ats)} boards yet; it reads "
        f"{readable}"
    )


def _readable(address: Address) -> Address:
    if why := unreadable(address):
        raise UserError(why)
    return Address(address.ats, address.token)


async def on_page(url: str, settings: Settings) -> PageBoards:
    """Return the boards that a careers page leads to, one at least. Raises UserError."""
    from crawler.links.careers_page import PageUnreadable, boards_on

    try:
        found = await boards_on(url.strip(), settings.crawl.contact)
    except PageUnreadable as error:
        raise UserError(str(error)) from error
    if not found.boards:
        raise UserError(
            f"{url} links to no board that rolewatch knows: give the address of one of its jobs, "
            "or ats:token"
        )
    return found


def picked(found: PageBoards, choose: Choose) -> Address:
    """Return the one board of a careers page, or the one that is chosen. Raises UserError.

    `choose` is asked where there are several, or where the one may be another employer's.
    """
    entries = [Entry(company_of(board), board) for board in found.boards]
    if (len(entries) == 1 and found.is_sure) or not any(map(is_readable, found.boards)):
        return _readable(parse(entries[0].board))
    return _readable(parse(choose(entries).board))


async def look_at(address: Address, settings: Settings, holds: Holds) -> Glance:
    """Check the board once without storing anything. Raises UserError for an unknown board."""
    from contextlib import aclosing

    from crawler.crawl import crawl

    request = BoardRequest(address.board, glance=True)
    async with aclosing(
        crawl(address.ats, [request], settings.politeness(address.ats), holds)
    ) as results:
        return _seen(address, await anext(results))


def _seen(address: Address, result: Result) -> Glance:
    if isinstance(result, Snapshot):
        company = employer(address.board) or result.company
        facts = [company, counted(result.seen, "posting")]
        return Glance(f" ({', '.join(clean(fact) for fact in facts if fact)})")
    reason = result.reason if isinstance(result, Failure) else "it answered that nothing moved"
    if isinstance(result, Failure) and result.unknown:
        todo = moved(address.board) or "check the name, or add it without a check: --no-check"
        raise UserError(f"{title(address.ats)} knows no board {address.token!r} ({reason}): {todo}")
    return Glance(
        warning=f"it could not be read now ({reason}); it is added anyway, and the daemon "
        "will try again"
    )


def is_terminal() -> bool:
    """Return True if a person can be asked."""
    return sys.stdin.isatty()


def choose_for(text: str) -> Choose:
    """Return a function that asks at a terminal which board `text` means.

    Without a terminal it raises UserError with the candidates.
    """

    def ask(entries: Sequence[Entry]) -> Entry:
        shown = entries[:_SHOWN]
        names = [f"{entry.board} ({entry.company})" for entry in shown]
        more = f" and {len(entries) - len(shown)} more" if len(entries) > len(shown) else ""
        if not is_terminal():
            raise UserError(
                f"{text!r} may mean {', '.join(names)}{more}: give the board that you mean"
            )
        for number, name in enumerate(names, 1):
            typer.echo(f"{number}  {name}")
        answer = str(
            typer.prompt(
                f"Which board is “{text}”? Its number, or nothing to add none",
                default="",
                show_default=False,
            )
        ).strip()
        if not answer.isascii() or not answer.isdigit() or not 1 <= int(answer) <= len(shown):
            raise UserError("no board was chosen: nothing was added")
        return shown[int(answer) - 1]

    return ask
