"""Shell completion of boards, postings and rules. An error completes nothing."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.config.model import Settings

Offers = list[tuple[str, str]]  # words and what each of them is
_MOST = 100  # postings
_CONFIG = re.compile(r"--config[=\s]+(\S+)")


def boards(incomplete: str) -> Offers:
    """Return the boards of the configuration that begin so."""
    return _offered(
        incomplete,
        lambda settings: ((board.board, board.company or "") for board in settings.boards),
    )


def rules(incomplete: str) -> Offers:
    """Return the rules of the configuration that begin so."""
    return _offered(
        incomplete,
        lambda settings: (
            (rule.name, "; ".join((*rule.any, *rule.all))) for rule in settings.rules
        ),
    )


def postings(incomplete: str) -> Offers:
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
    from monitor.database.schema import open_existing

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
