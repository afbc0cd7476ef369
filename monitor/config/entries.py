"""The boards and rules of rolewatch.toml, checked against each other.

One that has a mistake in its shape is looked at for all that does not hang on it: its owner hears
of every mistake at once, and of none that would be gone with another.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from crawler.links.address import Address, parse
from crawler.registry import board_url, default_every, fold, supported, title
from monitor.config import shape
from monitor.config.mistakes import InvalidKeys, shown
from monitor.config.model import Rule, WatchedBoard


@dataclass
class EntryChecker:
    """What the file lists; `boards` is asked for before `rules`."""

    parts: shape.File
    broken: InvalidKeys  # has been told already
    mistakes: list[str]  # are added to
    named: dict[str, str] = field(default_factory=dict)  # the boards of the file, by `fold`
    all_named: bool = True  # or else nobody knows whether a rule's board is among them

    def is_supported(self, key: str, ats: str) -> bool:
        """Is it an ats that can be crawled? `key` is where the file names it."""
        if ats not in supported():
            self.mistakes.append(
                f"{key}: {_unreadable(ats)}; allowed: {', '.join(sorted(supported()))}"
            )
            return False
        return True

    def boards(self) -> tuple[WatchedBoard, ...]:
        """Those that can be watched, in the file's order."""
        self.all_named = ("boards",) not in self.broken
        found = []
        for number, part in enumerate(self.parts.boards):
            key = f"boards[{number}]"
            address = self._address(key, part, self.broken.get(("boards", number), frozenset()))
            if address is None:
                self.all_named = False
            elif fold(address.board) in self.named:
                self.mistakes.append(
                    f"{key}.{_board_as_written(part)}: {address.board} is there twice; remove one"
                )
            else:
                self.named[fold(address.board)] = address.board
                if self.is_supported(f"{key}.{_board_as_written(part)}", address.ats):
                    found.append(self._watched(part, address))
        return tuple(found)

    def _address(self, key: str, part: shape.Board, broken: frozenset[str]) -> Address | None:
        """Which board it is; None when that cannot be read."""
        if not broken.isdisjoint({"url", "board"}):
            return None
        if (part.url is None) == (part.board is None):
            if part.url is not None or "" not in broken:
                self.mistakes.append(f"{key}: expected one of url and board")
            return None
        try:
            return parse(part.url or part.board or "")
        except ValueError as error:
            self.mistakes.append(f"{key}.{'board' if part.url is None else 'url'}: {error}")
            return None

    def _watched(self, part: shape.Board, address: Address) -> WatchedBoard:
        crawl = self.parts.crawl
        return WatchedBoard(
            board=address.board,
            url=board_url(address.ats, address.token),
            company=part.company,
            every=part.every or max(default_every(address.ats) or crawl.every, crawl.every),
            baseline=part.baseline or crawl.baseline,
            enabled=part.enabled,
        )

    def rules(self) -> tuple[Rule, ...]:
        """All of them, in the file's order."""
        rules, names = [], set()
        for number, part in enumerate(self.parts.rules):
            broken = self.broken.get(("rules", number), frozenset())
            key = f"rules[{number}]"
            if "name" not in broken:
                key += f' (rule "{part.name}")'
                if part.name in names:
                    self.mistakes.append(
                        f"{key}: name: a second rule of this name; give it another"
                    )
                names.add(part.name)
            if not part.any and not part.all and broken.isdisjoint({"any", "all", ""}):
                self.mistakes.append(f"{key}: expected phrases in any or in all")
            rules.append(self._rule(key, part))
        return tuple(rules)

    def _rule(self, key: str, part: shape.RulePart) -> Rule:
        boards = []
        for written in part.boards:
            try:
                board = parse(written).board
            except ValueError as error:
                self.mistakes.append(f"{key}: boards: {error}")
                continue
            boards.append(self.named.get(fold(board), board))
            if fold(board) not in self.named and self.all_named:
                self.mistakes.append(
                    f"{key}: boards: {board} is not watched; add it to [[boards]] or take it from the rule"
                )
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in part
        }
        return Rule(**(values | {"boards": tuple(boards)}))


def _unreadable(ats: str) -> str:
    return (
        f"{ats} is no ats that this version reads"
        if title(ats) == ats
        else f"this version cannot read {title(ats)} boards yet"
    )


def _board_as_written(part: shape.Board) -> str:
    """Which board it is, as the file has it: `url = "https://…"`."""
    return f"board = {shown(part.board)}" if part.url is None else f"url = {shown(part.url)}"
