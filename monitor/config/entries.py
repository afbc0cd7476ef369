"""The boards and rules of rolewatch.toml, checked against each other.

An entry with an invalid key is still checked for everything else, so that all errors are reported
at once. An error that only follows from another one is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from crawler.links.address import Address, parse
from crawler.links.forms import board_url, fold
from crawler.registry import default_every, supported, title, why_off
from monitor.config.mistakes import InvalidKeys, shown
from monitor.config.model import ConfigFile, Rule, WatchedBoard
from monitor.config.sections import AtsSettings, BoardEntry


@dataclass
class EntryChecker:
    """Checks the entries of a file. Call `boards` before `rules`."""

    file: ConfigFile
    invalid: InvalidKeys  # reported already
    mistakes: list[str]  # new ones are added
    named: dict[str, str] = field(default_factory=dict)  # the boards of the file, by `fold`
    all_named: bool = True  # False: an entry is unreadable, so a rule's board may be that one

    def is_supported(self, key: str, ats: str) -> bool:
        """Return True if the ATS can be crawled. `key` is the place in the file."""
        if ats not in supported():
            self.mistakes.append(
                f"{key}: {_unreadable(ats)}; allowed: {', '.join(sorted(supported()))}"
            )
            return False
        return True

    def boards(self) -> tuple[WatchedBoard, ...]:
        """Return the boards that can be watched, in the file's order."""
        self.all_named = ("boards",) not in self.invalid
        watched = []
        for number, entry in enumerate(self.file.boards):
            key = f"boards[{number}]"
            address = self._address(key, entry, self.invalid.get(("boards", number), frozenset()))
            if address is None:
                self.all_named = False
            elif fold(address.board) in self.named:
                self.mistakes.append(
                    f"{key}.{_board_as_written(entry)}: {address.board} is listed twice; remove one"
                )
            else:
                self.named[fold(address.board)] = address.board
                if self.is_supported(f"{key}.{_board_as_written(entry)}", address.ats):
                    watched.append(self._watched(entry, address))
        return tuple(watched)

    def _address(self, key: str, entry: BoardEntry, invalid: frozenset[str]) -> Address | None:
        """Return the board's address; None if it cannot be read."""
        if not invalid.isdisjoint({"url", "board"}):
            return None
        if (entry.url is None) == (entry.board is None):
            if entry.url is not None or "" not in invalid:
                self.mistakes.append(f"{key}: expected one of url and board")
            return None
        try:
            return parse(entry.url or entry.board or "")
        except ValueError as error:
            self.mistakes.append(f"{key}.{'board' if entry.url is None else 'url'}: {error}")
            return None

    def _watched(self, entry: BoardEntry, address: Address) -> WatchedBoard:
        crawl, off = self.file.crawl, ats_off(self.file.ats, address.ats)
        return WatchedBoard(
            board=address.board,
            url=board_url(address.ats, address.token),
            company=entry.company,
            every=entry.every or max(default_every(address.ats) or crawl.every, crawl.every),
            baseline=entry.baseline or crawl.baseline,
            enabled=entry.enabled and not off,
            off=off if entry.enabled else "",
        )

    def rules(self) -> tuple[Rule, ...]:
        """Return all rules in the file's order, with their boards' names as `boards` has them."""
        rules, names = [], set()
        for number, rule in enumerate(self.file.rules):
            invalid = self.invalid.get(("rules", number), frozenset())
            key = f"rules[{number}]"
            if "name" not in invalid:
                key += f' (rule "{rule.name}")'
                if rule.name in names:
                    self.mistakes.append(
                        f"{key}: name: another rule has this name; choose a different one"
                    )
                names.add(rule.name)
            if not rule.any and not rule.all and invalid.isdisjoint({"any", "all", ""}):
                self.mistakes.append(f"{key}: expected phrases in any or in all")
            rules.append(replace(rule, boards=tuple(self._boards_of(key, rule))))
        return tuple(rules)

    def _boards_of(self, key: str, rule: Rule) -> Iterator[str]:
        for written in rule.boards:
            try:
                board = parse(written).board
            except ValueError as error:
                self.mistakes.append(f"{key}: boards: {error}")
                continue
            if fold(board) not in self.named and self.all_named:
                self.mistakes.append(
                    f"{key}: boards: {board} is not watched;"
                    " add it to [[boards]] or remove it from the rule"
                )
            yield self.named.get(fold(board), board)


def ats_off(sections: Mapping[str, AtsSettings], ats: str) -> str:
    """Return why an ATS is turned off, and what turns it on; "" for one that is on."""
    own = sections.get(ats, AtsSettings()).enabled
    if own is None:
        why = why_off(ats)
        return f"{why} To read it all the same: [ats.{ats}] enabled = true" if why else ""
    return "" if own else f"[ats.{ats}] has enabled = false"


def _unreadable(ats: str) -> str:
    return (
        f"{ats} is not supported"
        if title(ats) == ats
        else f"this version cannot read {title(ats)} boards yet"
    )


def _board_as_written(entry: BoardEntry) -> str:
    """Return how the file names the board: `url = "https://…"`."""
    return f"board = {shown(entry.board)}" if entry.url is None else f"url = {shown(entry.url)}"
