"""An employer that leaves the board of `boards.py` for another one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Engine

from crawler.items import Posting, Snapshot
from monitor.config.model import WatchedBoard
from monitor.message_parts import Move
from monitor.messages import FirstCheckSummary, load
from monitor.queries.roles import RoleFilter, find_roles
from monitor.rounds.new_board import begin_move
from tests.support.boards import BOARD, posting, postings, snapshot
from tests.support.history import History

NEW = "google:examplelabs"
TOWNS = {
    "London, UK": "London, United Kingdom",
    "Mountain View, California, US": "Mountain View, CA, USA",
}


def there(seen: Posting, **fields: Any) -> Posting:  # any field of a posting
    """Return the role on the new ATS: another key, the employer's name after the title."""
    places = tuple(TOWNS.get(place, place) for place in seen.locations)
    written = {
        "key": f"13{seen.key}",
        "title": f"{seen.title}, Example Labs",
        "location": "; ".join(places),
        "locations": places,
    }
    return replace(
        seen, **(written | {"url": f"https://careers.example/{written['key']}"} | fields)
    )


def came(number: int) -> list[Posting]:
    """So many of `postings` as the new ats writes them."""
    return [there(one) for one in postings(number)]


def listing(seen: Iterable[Posting], board: str = NEW) -> Snapshot:
    """Return a snapshot of the new board."""
    return replace(snapshot(seen), board=board)


def move(history: History, old: str = BOARD, new: str = NEW, *, keep: Sequence[str] = ()) -> None:
    """Do as `boards move` does to the database and the configuration."""
    watched = WatchedBoard(new, "https://careers.example/")
    kept = tuple(one for one in history.settings.boards if one.board in keep)
    with history.engine.begin() as connection:
        begin_move(connection, old, watched)
    history.settings = replace(history.settings, boards=(*kept, watched))


def before_the_move(engine: Engine) -> History:
    """Return a history with ten engineers and a chef on the former board."""
    history = History(engine)
    history.check(snapshot([*postings(10), posting("99", title="Chef")]))
    return history


def watch_too(history: History, new: str = NEW) -> None:
    """Add the new board to the watched ones."""
    history.settings = replace(
        history.settings,
        boards=(*history.settings.boards, WatchedBoard(new, "https://careers.example/")),
    )


def moved(history: History) -> list[Move]:
    """Return the moves in summaries, one for each channel."""
    messages = [
        load(text) for text in history.alerted("(SELECT message FROM alert WHERE id = alert_id)")
    ]
    return [
        one
        for message in messages
        if isinstance(message, FirstCheckSummary)
        for one in message.moves
    ]


def counts(one: Move) -> tuple[int, int, int, int]:
    return one.before, one.came, one.back, one.new


def open_roles(history: History, **wanted: Any) -> list[str]:  # any filter
    with history.engine.connect() as connection:
        return sorted(row["posting"] for row in find_roles(connection, RoleFilter(**wanted)).rows)


def some_new(count: int) -> list[Posting]:
    """Roles that the former board did not have."""
    return [
        posting(f"7{number}", title=f"Research Engineer, Newcomer {number}, Example Labs")
        for number in range(count)
    ]


__all__ = [
    "BOARD",
    "NEW",
    "came",
    "counts",
    "listing",
    "move",
    "moved",
    "open_roles",
    "postings",
    "some_new",
    "there",
    "watch_too",
]
