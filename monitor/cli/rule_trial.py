"""`rules test`: the rule that options make, and what a replay says of each rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.cli.naming import named
from monitor.cli.output import clean, short, shortened
from monitor.errors import UserError

if TYPE_CHECKING:
    from monitor.config.model import Settings
    from monitor.queries.replay import Telling

_UNWRITTEN = "tried"  # the name of a rule that options make


def tried(settings: Settings, file: Path | None, given: Mapping[str, object]) -> Settings:
    """The settings with the rules to try: those of a file, one made of options, or the configuration's own. Raises UserError."""
    from monitor.config.load import rules_of, with_rules

    wanted = {key: value for key, value in given.items() if value}
    if file is not None and wanted:
        raise UserError("--file has its rules, the options are another: give one of them")
    if file is not None:
        return with_rules(settings, rules_of(file), str(file))
    if wanted and not {"any", "all"} & wanted.keys():
        raise UserError("a rule to try needs a phrase that fits: give --any or --all too")
    boards = wanted.get("boards")
    if isinstance(boards, list):
        wanted["boards"] = [named(settings.boards, board) for board in boards]
    return with_rules(settings, [{"name": _UNWRITTEN} | wanted], "the rule to try") if wanted else settings


@dataclass(frozen=True, slots=True)
class Trial:
    """The result of a replay from `since` to `now`: the open roles that each rule fits, and the alerts that it would have sent."""

    since: datetime
    now: datetime
    first_check: datetime | None
    fits: Mapping[str, int]
    told: Sequence[Telling]
    nothing: Mapping[str, str]  # by rule: that it fits nothing at all

    def lines(self) -> Iterator[tuple[str, str]]:
        """A paragraph a rule: how much it fits and would have told, then each telling with its words; lines and their styles."""
        for rule, count in self.fits.items():
            mine = [one for one in self.told if one.rule == rule]
            yield self.nothing.get(rule) or f"{rule}: {self._summary(count, mine)}", "bold"
            if mine:
                yield f"  to {', '.join(mine[0].channels)}: {_kinds(mine)}", ""
            for one in mine:
                yield _line(one), ""
                yield f"      {clean(one.words)}", "dim"

    def _summary(self, count: int, mine: Sequence[Telling]) -> str:
        """`fits 12 open roles now; would have told 40 in the last 90 days (about 3 a week)`; first summaries are not counted."""
        told = sum(one.kind != "summary" for one in mine)
        roles = "1 open role" if count == 1 else f"{count:,} open roles"
        return f"fits {roles} now; would have told {told:,} in the last {_span(self.now - self.since)} ({self._rate(told)})"

    def _rate(self, told: int) -> str:
        """How much that is a week, over the time in which there is a history."""
        begun = max(self.since, self.first_check or self.since)
        weeks = max((self.now - begun) / timedelta(weeks=1), 1 / 7)
        rate = told / weeks
        return f"about {rate:.0f} a week" if rate >= 1 or not told else f"about {max(rate, 0.1):.1f} a week"


def _kinds(told: Sequence[Telling]) -> str:
    """`30 opened, 4 revised, and 6 in a first summary`."""
    counts = Counter(one.kind for one in told)
    first = counts.pop("summary", 0)
    parts = [f"{count} {kind}" for kind, count in counts.items()]
    return ", ".join([*parts, *([f"{first} in a first summary"] if first else [])])


def _span(length: timedelta) -> str:
    """`90 days`, or `5 hours`."""
    for unit, size in (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1))):
        number = round(length / size)
        if length >= 2 * size or unit == "minute":
            break
    return f"{number} {unit}{'' if number == 1 else 's'}"


def _line(one: Telling) -> str:
    what = " ".join(part for part in (", ".join(one.fields), f"({one.turn})" if one.turn else "") if part)
    line = f"  {short(one.at)}  {one.kind:<9} {shortened(one.title, 100)} at {clean(one.company)}"
    return f"{line}: {what}" if what else line
