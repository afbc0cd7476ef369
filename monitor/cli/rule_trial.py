"""`rules test`: the rule that options make, and the result of its replay."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.cli.naming import named
from monitor.cli.output import clean, counted, short, shortened
from monitor.errors import UserError

if TYPE_CHECKING:
    from monitor.config.model import Rule, Settings
    from monitor.queries.replay import ReplayedAlert

_UNWRITTEN = "tried"  # the name of a rule that options make
_ORIGIN = "the rule to try"
_ATTRIBUTES = {"in": "within"}  # where a rule has a key of the file under another name
_ENOUGH = timedelta(days=7)  # of history, before a rate is stated


@dataclass(frozen=True, slots=True)
class Tried:
    """The settings with the rules to try, and a sentence about changes for the trial, or ""."""

    settings: Settings
    changed: str = ""


def tried(
    settings: Settings, file: Path | None, name: str | None, given: Mapping[str, object]
) -> Tried:
    """Return the rules of a file, else the configured ones, with the options applied.

    Options change the rule `name`. Without a name they make a new rule. Raises UserError.
    """
    from monitor.config.load import rules_of, with_rules

    wanted = {key: value for key, value in given.items() if value}
    if file is not None and wanted and name is None:
        raise UserError(
            "--file has its rules, the options are another: give one of them, or --rule for the "
            "one that they change"
        )
    if file is not None:
        settings = with_rules(settings, rules_of(file), str(file))
    boards = wanted.get("boards")
    if isinstance(boards, list):
        wanted["boards"] = [named(settings.boards, board) for board in boards]
    if not wanted:
        return Tried(settings)
    if name is not None:
        [only] = chosen(settings.rules, name)
        return _changed(
            settings, next(rule for rule in settings.rules if rule.name == only), wanted
        )
    if not {"any", "all"} & wanted.keys():
        raise UserError(
            "a rule to try needs a phrase that fits: give --any or --all too, or --rule for the "
            "one that they change"
        )
    return Tried(with_rules(settings, [{"name": _UNWRITTEN} | wanted], _ORIGIN))


def _changed(settings: Settings, rule: Rule, wanted: Mapping[str, object]) -> Tried:
    """Return the rule with the options in place of its own keys."""
    from monitor.config.load import with_rules

    own = {
        key: list(values)
        for key, values in (("any", rule.any), ("all", rule.all), ("none", rule.none))
        if values
    }
    [read] = with_rules(settings, [{"name": rule.name, **own, **wanted}], _ORIGIN).rules
    changes = {
        _ATTRIBUTES.get(key, key): getattr(read, _ATTRIBUTES.get(key, key)) for key in wanted
    }
    said = " and ".join(
        f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in wanted.items()
    )
    sentence = f"{rule.name} is tried with {said} in place of its own; nothing is saved"
    return Tried(replace(settings, rules=(replace(rule, **changes),)), sentence)


def chosen(rules: Sequence[Rule], name: str | None) -> list[str]:
    """Return the names of all rules, or the one that is named. Raises UserError."""
    names = [rule.name for rule in rules]
    if not names:
        raise UserError("the configuration has no rules: add a [[rules]] with a name and `any`")
    if name is not None and name not in names:
        raise UserError(f"no rule {name!r}: the rules are {', '.join(names)}")
    return names if name is None else [name]


@dataclass(frozen=True, slots=True)
class Trial:
    """The result of a replay: open roles that each rule fits, and the alerts it would have sent."""

    since: datetime
    now: datetime
    first_check: datetime | None
    fits: Mapping[str, int]
    told: Sequence[ReplayedAlert]
    nothing: Mapping[str, str]  # by rule: that it fits nothing at all

    def lines(self) -> Iterator[tuple[str, str]]:
        """Yield a paragraph for each rule: its counts, then each alert with its reason."""
        for rule, count in self.fits.items():
            mine = [one for one in self.told if one.rule == rule]
            yield self.nothing.get(rule) or f"{rule}: {self._summary(count, mine)}", "bold"
            if mine:
                yield f"  to {', '.join(mine[0].channels)}: {_kinds(mine)}", ""
            for one in mine:
                yield _line(one), ""
                yield f"      {clean(one.words)}", "dim"

    def _summary(self, count: int, mine: Sequence[ReplayedAlert]) -> str:
        """Return `fits 12 open roles now; would have sent 40 alerts in the last 90 days …`.

        First summaries are not counted.
        """
        sent = sum(one.kind != "summary" for one in mine)
        roles = "1 open role" if count == 1 else f"{count:,} open roles"
        return (
            f"fits {roles} now; would have sent {counted(sent, 'alert')} in the last "
            f"{_span(self.now - self.since)}{self._rate(sent)}"
        )

    def _rate(self, sent: int) -> str:
        """Return ` (about 3 a week)`, or the length of the history if it is less than a week."""
        if self.first_check is None:
            return ", of which nothing is stored yet"
        covered = self.now - max(self.since, self.first_check)
        if covered < _ENOUGH:
            return (
                f", of which the history covers {_span(covered)}"
                if self.first_check > self.since
                else ""
            )
        rate = sent / (covered / timedelta(weeks=1))
        return (
            f" (about {rate:.0f} a week)"
            if round(rate, 1) >= 1 or not sent
            else f" (about {max(rate, 0.1):.1f} a week)"
        )


def _kinds(told: Sequence[ReplayedAlert]) -> str:
    """Return `30 opened, 4 revised, and 6 in a first summary`."""
    counts = Counter(one.kind for one in told)
    first = counts.pop("summary", 0)
    parts = [f"{count} {kind}" for kind, count in counts.items()]
    return ", ".join([*parts, *([f"{first} in a first summary"] if first else [])])


def _span(length: timedelta) -> str:
    """Return `90 days` or `5 hours`."""
    for unit, size in (
        ("day", timedelta(days=1)),
        ("hour", timedelta(hours=1)),
        ("minute", timedelta(minutes=1)),
    ):
        number = round(length / size)
        if length >= 2 * size or unit == "minute":
            break
    return f"{number} {unit}{'' if number == 1 else 's'}"


def _line(one: ReplayedAlert) -> str:
    what = " ".join(
        part for part in (", ".join(one.fields), f"({one.turn})" if one.turn else "") if part
    )
    line = f"  {short(one.at)}  {one.kind:<9} {shortened(one.title, 100)} at {clean(one.company)}"
    return f"{line}: {what}" if what else line
