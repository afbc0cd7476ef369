"""Begin and end personal watches: `watch`, `unwatch`, and their buttons.

The asker's own watches alone are read and changed here, wherever the click or command comes from.
Nothing here commits. The caller keeps rounds from storing results meanwhile (`app.py`): a role that
opens just now is in the answer, or has an alert.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select

from monitor.alerts import watches
from monitor.config.model import Settings
from monitor.database.json_values import one_of
from monitor.database.tables import Board
from monitor.delivery.unsent import discard_of_watch
from monitor.errors import UserError
from monitor.message_parts import Role
from monitor.notify import wording
from monitor.notify.document import Composed
from monitor.queries.resolve import find_boards
from monitor.queries.roles import RoleFilter, find_roles
from monitor.rules.matches import register_rules
from monitor.rules.watches import WatchRule, current_watches, find_watch, label
from monitor.slack_app import watch_replies
from monitor.slack_app.lists import nearest_first, role_of_row
from monitor.slack_app.search_words import Search, parse_search
from monitor.text.phrases import Phrase, place_phrase

_LONGEST: Final = 150  # UTF-16 units of a watch as it is shown
_LONGEST_ID: Final = 9  # digits


@dataclass(frozen=True, slots=True)
class Watches:
    """One person's watches."""

    connection: Connection
    settings: Settings
    user: str
    now: datetime

    def watch(self, words: str) -> Composed:
        """Begin a watch. Raises UserError if it cannot be read."""
        search = _read(words)
        employer = self._employer(search.company) if search.company else None
        wanted = WatchRule(
            name="",
            all=search.words,
            locations=search.places,
            watch_id=0,
            user=self.user,
            begun=self.now,
            employer=employer[0] if employer else "",
        )
        if same := watches.same_watch(self.connection, wanted):
            return watch_replies.already(same)
        if full := self._full():
            return full
        begun = watches.begin(
            self.connection,
            self.user,
            search.words,
            employer=employer,
            place=search.place,
            now=self.now,
        )
        return self._begun(begun)

    def unwatch(self, words: str) -> Composed:
        """End the watch that the words name. Without words, list the watches."""
        mine = current_watches(self.connection, self.user)
        if not words:
            return watch_replies.yours(mine)
        found = _named(mine, words)
        if len(found) == 1:
            self._end(found[0])
            return watch_replies.ended(found[0])
        return watch_replies.several(found) if found else watch_replies.none_fits(words, mine)

    def end(self, value: str) -> Composed:
        """End the watch of a button."""
        watch = self._mine(value)
        if watch is None:
            return watch_replies.UNKNOWN_WATCH
        self._end(watch)
        return watch_replies.ended(watch)

    def again(self, value: str) -> Composed:
        """Begin the watch of a button again."""
        watch = self._mine(value)
        if watch is None:
            return watch_replies.UNKNOWN_WATCH
        if same := watches.same_watch(self.connection, watch):
            return watch_replies.already(same)
        return self._full() or self._begun(watches.begin_again(self.connection, watch, self.now))

    def _begun(self, watch: WatchRule) -> Composed:
        register_rules(self.connection, self.settings)
        return watch_replies.begun(watch, fitting(self.connection, watch), self.now)

    def _end(self, watch: WatchRule) -> None:
        if watches.end(self.connection, watch, self.now):
            discard_of_watch(self.connection, watch, self.now)
            register_rules(self.connection, self.settings)

    def _full(self) -> Composed | None:
        mine = current_watches(self.connection, self.user)
        return watch_replies.full(mine) if len(mine) >= watches.MOST else None

    def _mine(self, value: str) -> WatchRule | None:
        """Return the asker's watch of that id, ended or not."""
        is_id = value.isdecimal() and value.isascii() and len(value) <= _LONGEST_ID
        watch = find_watch(self.connection, int(value)) if is_id else None
        return watch if watch is not None and watch.user == self.user else None

    def _employer(self, name: str) -> tuple[str, Sequence[int]]:
        """Return the employer's name and the ids of its watched boards. Raises UserError."""
        boards = find_boards(self.connection, name)
        rows = self.connection.execute(
            select(Board.id, Board.company)
            .where(one_of(Board.board, boards), Board.watched)
            .order_by(Board.id)
        ).all()
        companies = list(dict.fromkeys(row.company for row in rows))
        if not companies:
            raise UserError(f"no board of “{wording.sanitize(name, 100)}” is watched any more")
        if len(companies) > 1:
            named = ", ".join(companies[:5])
            raise UserError(
                f"“{wording.sanitize(name, 100)}” may mean several employers: {named}. Name one"
            )
        return wording.sanitize(companies[0], 60), [row.id for row in rows]


def fitting(connection: Connection, watch: WatchRule) -> list[Role]:
    """Return the open roles that a watch fits, the nearest deadline first."""
    found = find_roles(connection, RoleFilter(watch.boards, "open", rules=(watch,)))
    return sorted(map(role_of_row, found.rows), key=nearest_first)


def _read(words: str) -> Search:
    """Return the parts of a watch. Raises UserError for one that could not be a rule."""
    search = parse_search(wording.sanitize(words, 3000))
    if not search.words:
        raise UserError(watch_replies.HOW_TO_WATCH)
    shown = label(search.words, search.company, search.place)
    if wording.utf16_length(shown) > _LONGEST:
        raise UserError(f"a watch has at most {_LONGEST} characters: use fewer words")
    for written in search.words:
        _refuse_unreadable(Phrase, written)
    for place in search.places:
        _refuse_unreadable(place_phrase, place)
    return search


def _refuse_unreadable(compile_phrase: Callable[[str], object], written: str) -> None:
    try:
        compile_phrase(written)
    except ValueError as error:
        raise UserError(f"“{wording.sanitize(written, 100)}” {error}") from error


def _named(mine: Sequence[WatchRule], words: str) -> list[WatchRule]:
    """Return the watches that the words name: written the same, or else with all of the words."""
    wanted = _bare(words)
    exact = [watch for watch in mine if wanted in {_bare(watch.label), _bare(" ".join(watch.all))}]
    if len(exact) == 1:
        return exact
    return exact or [watch for watch in mine if set(wanted) <= set(_bare(watch.label))]


def _bare(words: str) -> tuple[str, ...]:
    """Return the words without case and signs."""
    letters = "".join(
        letter if letter.isalnum() else " " for letter in words.casefold() if letter != "'"
    )
    return tuple(letters.split())
