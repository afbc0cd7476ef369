"""`rules test`: replay the stored history, and say what each rule would have sent."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.common import State, now, reading_state
from monitor.cli.output import Format, FormatOption, emit, emit_lines, paged
from monitor.cli.rule_options import (
    AllKey,
    AnyKey,
    BoardKey,
    FieldKey,
    FileToTry,
    InKey,
    LocationKey,
    MinPayKey,
    NoneInKey,
    NoneKey,
    OnKey,
    RuleToTry,
    all_rules,
    chosen,
    tried,
)
from monitor.errors import UserError
from monitor.text.values import clean, short, shortened

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from monitor.config.model import Rule, Settings
    from monitor.queries.replay import ReplayedAlert

_ENOUGH = timedelta(days=7)  # of history, before a rate is stated


def try_rules(
    ctx: typer.Context,
    *,
    since: Annotated[
        str, typer.Option("--since", metavar="TIME", help="Start of the replay.")
    ] = "90d",
    rule: RuleToTry = None,
    file: FileToTry = None,
    wanted: AnyKey = None,
    every: AllKey = None,
    none: NoneKey = None,
    none_in: NoneInKey = None,
    read_in: InKey = None,
    location: LocationKey = None,
    board: BoardKey = None,
    min_pay: MinPayKey = None,
    on: OnKey = None,
    fields: FieldKey = None,
    fmt: FormatOption = Format.TABLE,
) -> None:
    """Replay the stored history: show which alerts each rule would have sent, and why.

    Options of a rule try one that is not written yet. With --rule they change that rule for the
    trial. Nothing is saved.
    """
    from monitor.text.times import parse_time

    current, moment = reading_state(ctx), now()
    keys = {
        "any": wanted,
        "all": every,
        "none": none,
        "none_in": none_in,
        "in": read_in,
        "locations": location,
        "boards": board,
        "min_pay": min_pay,
        "on": on,
        "fields": fields,
    }
    trial = tried(all_rules(current), file, rule, keys)
    names = chosen(trial.settings.rules, rule)
    begin = parse_time(since, moment)
    if begin > moment:
        raise UserError(f"--since {since} is in the future: give a time that has passed")
    if trial.changed:
        typer.echo(trial.changed, err=True)
    _replay(current, trial.settings, names, (begin, moment), fmt)


def _replay(
    current: State,
    settings: Settings,
    names: Sequence[str],
    period: tuple[datetime, datetime],
    fmt: Format,
) -> None:
    """Print the alerts that the rules of those names would have sent."""
    from monitor.database.engine import read_transaction
    from monitor.queries.replay import ReplayedAlert, replay

    with current.busy("replaying") as say, read_transaction(current.history()) as connection:
        replayed = replay(
            connection, settings, period[0], lambda read: say(f"replaying: {read} versions read")
        )
        alerts = [one for one in replayed if one.rule in names]
        if fmt is not Format.TABLE:
            columns = [field.name for field in dataclasses.fields(ReplayedAlert)]
            rows = [asdict(one) | {"channels": list(one.channels)} for one in alerts]
            emit(rows, columns, fmt, current.console)
            return
        rules = [one for one in settings.rules if one.name in names]
        result = _trial(connection, rules, period, alerts)
    with paged(current.console):
        emit_lines(result.lines(), current.console)


def _trial(
    connection: Connection,
    rules: Sequence[Rule],
    period: tuple[datetime, datetime],
    alerts: Sequence[ReplayedAlert],
) -> Trial:
    from monitor.queries.fits import first_check, fit_nothing, nothing, open_fits

    fits = open_fits(connection, rules)
    telling = {one.rule for one in alerts}
    silent = [rule for rule in rules if not fits[rule.name] and rule.name not in telling]
    useless = {rule.name: nothing(connection, rule) for rule in fit_nothing(connection, silent)}
    return Trial(*period, first_check(connection), fits, alerts, useless)


@dataclass(frozen=True, slots=True)
class Trial:
    """The result of a replay: open roles that each rule fits, and the alerts it would have sent."""

    since: datetime
    now: datetime
    first_check: datetime | None
    fits: Mapping[str, int]
    alerts: Sequence[ReplayedAlert]
    nothing: Mapping[str, str]  # by rule: that it fits nothing at all

    def lines(self) -> Iterator[tuple[str, str]]:
        """Yield a paragraph for each rule: its counts, then each alert with its reason."""
        for rule, count in self.fits.items():
            mine = [one for one in self.alerts if one.rule == rule]
            yield self.nothing.get(rule) or f"{rule}: {self._summary(count, mine)}", "bold"
            if mine:
                yield f"  to {', '.join(mine[0].channels)}: {_kinds(mine)}", ""
            for one in mine:
                yield _line(one), ""
                yield f"      {clean(one.words)}", "dim"

    def _summary(self, count: int, mine: Sequence[ReplayedAlert]) -> str:
        """Return `fits 12 open roles now; would have told 40 in the last 90 days …`.

        First summaries are not counted.
        """
        sent = sum(one.kind != "summary" for one in mine)
        roles = "1 open role" if count == 1 else f"{count:,} open roles"
        return (
            f"fits {roles} now; would have told {sent:,} in the last "
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


def _kinds(alerts: Sequence[ReplayedAlert]) -> str:
    """Return `30 opened, 4 revised, and 6 in a first summary`."""
    counts = Counter(one.kind for one in alerts)
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
