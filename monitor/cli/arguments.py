"""Boards, postings and rules on the command line: their options, shell completion, and names."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.errors import UserError

if TYPE_CHECKING:
    from monitor.config.model import Settings, WatchedBoard

Offers = list[tuple[str, str]]  # words and what each of them is
_MOST = 100  # postings
_CONFIG = re.compile(r"--config[=\s]+(\S+)")


def complete_boards(incomplete: str) -> Offers:
    """Return the boards of the configuration that begin so."""
    return _offered(
        incomplete,
        lambda settings: ((board.board, board.company or "") for board in settings.boards),
    )


def complete_rules(incomplete: str) -> Offers:
    """Return the rules of the configuration that begin so."""
    return _offered(
        incomplete,
        lambda settings: (
            (rule.name, "; ".join((*rule.any, *rule.all))) for rule in settings.rules
        ),
    )


def complete_postings(incomplete: str) -> Offers:
    """Return the newest postings whose name begins so."""
    return _offered(incomplete, lambda settings: _postings(settings, incomplete))


def _offered(incomplete: str, ask: Callable[[Settings], Iterable[tuple[str, str]]]) -> Offers:
    """Return the completions. Catches everything: a traceback would spoil the command line."""
    from monitor.config.load import load

    try:
        found = list(ask(load(_config(), os.environ)))
    except Exception:  # a traceback would spoil the command line  # noqa: BLE001
        return []
    offers = ((_rest(name, incomplete), what) for name, what in found)
    return [(name, what) for name, what in offers if name is not None]


def _rest(name: str, typed: str) -> str | None:
    """Return the name, or the part behind its colon, since bash ends a word at a colon."""
    if name.startswith(typed):
        return name
    tails = [name.split(":", count)[-1] for count in (1, 2)]
    return next((tail for tail in tails if typed and tail.startswith(typed)), None)


def _config() -> Path | None:
    """Return the file that `--config` names on the command line being typed."""
    typed = _CONFIG.search(
        os.environ.get("_TYPER_COMPLETE_ARGS", "") or os.environ.get("COMP_WORDS", "")
    )
    return Path(typed[1]) if typed else None


def _postings(settings: Settings, incomplete: str) -> Iterator[tuple[str, str]]:
    from sqlalchemy import text

    from monitor.database.engine import read_transaction
    from monitor.database.opening import open_existing

    fits = "substr(posting, 1, :letters) = :typed OR substr(key, 1, :letters) = :typed"
    # our own words
    query = text(
        f"SELECT posting, title FROM postings WHERE {fits} ORDER BY first_seen_at DESC LIMIT :most"  # noqa: S608
    )
    engine = open_existing(settings.database_url.get_secret_value())
    try:
        with read_transaction(engine) as connection:
            for row in connection.execute(
                query, {"typed": incomplete, "letters": len(incomplete), "most": _MOST}
            ):
                yield row.posting, row.title or ""
    finally:
        engine.dispose()


BoardOption = Annotated[
    list[str] | None,
    typer.Option(
        "--board",
        metavar="BOARD",
        help="Only this board. Can be repeated.",
        autocompletion=complete_boards,
    ),
]


RuleOption = Annotated[
    list[str] | None,
    typer.Option(
        "--rule",
        metavar="NAME",
        help="Only postings that fit this rule.",
        autocompletion=complete_rules,
    ),
]


PostingArgument = Annotated[
    str,
    typer.Argument(
        metavar="POSTING",
        help="ats:token:key, its URL, or its key if only one board has it.",
        autocompletion=complete_postings,
    ),
]
LimitOption = Annotated[
    int | None, typer.Option(metavar="N", min=1, help="Maximum number of rows.")
]


def named(boards: Sequence[WatchedBoard], text: str) -> str:
    """Return the board that `text` names: `ats:token`, a URL, or a token or company of `boards`.

    A board of `boards` is returned as it is spelled there. Raises UserError if several fit, or if
    the text cannot name a board.
    """
    from crawler.links.address import parse
    from crawler.links.forms import same_board

    said = text.strip().casefold()
    found = [board.board for board in boards if said in _called(board)]
    if len(found) > 1:
        raise UserError(f"{text!r} may mean several boards: {', '.join(found)}")
    try:
        wanted = found[0] if found else parse(text).board
    except ValueError as error:
        raise UserError(
            f"{error}; the watched boards are: {', '.join(board.board for board in boards)}"
        ) from error
    return next((board.board for board in boards if same_board(board.board, wanted)), wanted)


def _called(board: WatchedBoard) -> Iterator[str]:
    from crawler.links.directory import employer

    for name in (board.board.partition(":")[2], board.company or employer(board.board)):
        if name:
            yield name.casefold()
