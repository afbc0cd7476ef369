"""`rules`: list rules, try them on stored history, and explain one posting."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import completion
from monitor.cli.common import State, now, state
from monitor.cli.output import Format, FormatOption, emit, emit_lines
from monitor.cli.pager import paged
from monitor.cli.roles import PostingArgument
from monitor.cli.sections import Sectioned
from monitor.errors import UserError

if TYPE_CHECKING:
    from monitor.config.model import Rule
    from monitor.config.values import MinPay

app = typer.Typer(no_args_is_help=True)

_LIST = (
    "rule",
    "any",
    "all",
    "none",
    "in",
    "locations",
    "boards",
    "min_pay",
    "on",
    "notify",
    "mode",
    "muted",
)
# left out of a table where all rules have it
_USUAL = {"in": "title", "on": "opened; revised; closed; reopened", "mode": "instant"}
_EXPLAIN = ("rule", "fits", "words", "failed")


@app.command("list")
def list_rules(ctx: typer.Context, fmt: FormatOption = Format.TABLE) -> None:
    """List the rules of the configuration, with the channels that have muted one."""
    current = state(ctx)
    # first: what is wrong with the configuration is no trouble of the database
    rules = current.settings.rules
    muted = _muted(current)
    rows = [_row(rule, tuple(muted.get(rule.name, ())), fmt) for rule in rules]
    if fmt is not Format.TABLE:
        emit(rows, _LIST, fmt, current.console)
        return
    used = [
        name
        for name in _LIST
        if any(row[name] for row in rows) and any(row[name] != _USUAL.get(name) for row in rows)
    ]
    emit(
        rows, used, fmt, current.console, empty="No rule yet: add a [[rules]] with a name and `any`"
    )
    for line in _useless(current):
        typer.echo(line, err=True)


def _useless(current: State) -> list[str]:
    """Yield a line for each rule that fits nothing in the stored history."""
    from monitor.database.engine import read_transaction
    from monitor.queries.fits import nothing, unmatched

    try:
        engine = current.history()
    except UserError:
        return []
    with read_transaction(engine) as connection:
        return [nothing(connection, rule) for rule in unmatched(connection, current.settings)]


def _muted(current: State) -> dict[str, list[str]]:
    """Return `slack:#roles until 2026-11-26 09:00 UTC` by rule. Empty without a database."""
    from monitor.alerts.mutes import list_mutes, until
    from monitor.database.engine import read_transaction

    muted: dict[str, list[str]] = defaultdict(list)
    if current.no_database():
        return muted
    try:
        engine = current.history()
    except UserError as error:
        typer.echo(f"nobody knows which rules are muted: {error}", err=True)
        return muted
    with read_transaction(engine) as connection:
        for row in list_mutes(connection, now()):
            if row.rule is not None:
                muted[row.rule].append(f"{row.channel} {until(row.until)}")
    return muted


def _row(rule: Rule, muted: tuple[str, ...], fmt: Format) -> dict[str, object]:
    lists = {
        "any": rule.any,
        "all": rule.all,
        "none": rule.none,
        "in": rule.within,
        "locations": rule.locations,
    }
    lists |= {"boards": rule.boards, "on": rule.on, "notify": rule.notify, "muted": muted}
    shown = {
        name: list(values) if fmt is Format.JSON else "; ".join(values)
        for name, values in lists.items()
    }
    return {"rule": rule.name, "min_pay": _pay(rule.min_pay), "mode": rule.mode, **shown}


def _pay(wanted: MinPay | None) -> str | None:
    return None if wanted is None else f"{wanted.amount:g} {wanted.currency}"


# where help lists its options
_TRY = {"rich_help_panel": "A rule that is not written yet, or changes to --rule"}


@app.command("test", cls=Sectioned)
def try_rules(
    ctx: typer.Context,
    *,
    since: Annotated[
        str, typer.Option("--since", metavar="TIME", help="Start of the replay.")
    ] = "90d",
    rule: Annotated[
        str | None,
        typer.Option(
            "--rule",
            metavar="NAME",
            help="Only this rule. Options below change its keys for the trial.",
            autocompletion=completion.rules,
        ),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file",
            metavar="FILE",
            help="Try the [[rules]] of this file instead.",
            show_default=False,
        ),
    ] = None,
    wanted: Annotated[
        list[str] | None,
        typer.Option("--any", metavar="PHRASE", help="At least one of these fits.", **_TRY),
    ] = None,
    every: Annotated[
        list[str] | None,
        typer.Option("--all", metavar="PHRASE", help="All of these fit.", **_TRY),
    ] = None,
    none: Annotated[
        list[str] | None,
        typer.Option("--none", metavar="PHRASE", help="None of these may fit.", **_TRY),
    ] = None,
    none_in: Annotated[
        list[str] | None,
        typer.Option("--none-in", metavar="FIELD", help="Field that --none searches.", **_TRY),
    ] = None,
    within: Annotated[
        list[str] | None,
        typer.Option("--in", metavar="FIELD", help="Field that --any and --all search.", **_TRY),
    ] = None,
    location: Annotated[
        list[str] | None,
        typer.Option("--location", metavar="PLACE", help="Only at one of these places.", **_TRY),
    ] = None,
    board: Annotated[
        list[str] | None,
        typer.Option(
            "--board",
            metavar="BOARD",
            help="Only on these boards.",
            autocompletion=completion.boards,
            **_TRY,
        ),
    ] = None,
    min_pay: Annotated[
        str | None,
        typer.Option(
            "--min-pay", metavar="PAY", help='Minimum yearly pay, such as "150000 USD".', **_TRY
        ),
    ] = None,
    on: Annotated[
        list[str] | None,
        typer.Option(
            "--on", metavar="KIND", help="Only these kinds: opened revised closed reopened.", **_TRY
        ),
    ] = None,
    fields: Annotated[
        list[str] | None,
        typer.Option("--field", metavar="FIELD", help="Only revisions of this field.", **_TRY),
    ] = None,
    fmt: FormatOption = Format.TABLE,
) -> None:
    """Replay the stored history: show which alerts each rule would have sent, and why.

    Options of a rule try one that is not written yet. With --rule they change that rule for the
    trial. Nothing is saved.
    """
    from monitor.cli.rule_trial import Trial, chosen, tried
    from monitor.cli.times import parse_time
    from monitor.database.engine import read_transaction
    from monitor.queries.fits import first_check, fit_nothing, nothing, open_fits
    from monitor.queries.replay import ReplayedAlert, replay

    current, moment = state(ctx), now()
    given = {
        "any": wanted,
        "all": every,
        "none": none,
        "none_in": none_in,
        "in": within,
        "locations": location,
        "boards": board,
    }
    trial = tried(
        current.settings, file, rule, given | {"min_pay": min_pay, "on": on, "fields": fields}
    )
    settings, names = trial.settings, chosen(trial.settings.rules, rule)
    begin = parse_time(since, moment)
    if trial.changed:
        typer.echo(trial.changed, err=True)
    with current.busy("replaying") as say, read_transaction(current.history()) as connection:
        replayed = replay(
            connection, settings, begin, lambda read: say(f"replaying: {read} versions read")
        )
        told = [one for one in replayed if one.rule in names]
        if fmt is not Format.TABLE:
            columns = [field.name for field in dataclasses.fields(ReplayedAlert)]
            emit(
                [asdict(one) | {"channels": list(one.channels)} for one in told],
                columns,
                fmt,
                current.console,
            )
            return
        rules = [one for one in settings.rules if one.name in names]
        fits = open_fits(connection, rules)
        silent = [
            one
            for one in rules
            if not fits[one.name] and not any(telling.rule == one.name for telling in told)
        ]
        useless = {one.name: nothing(connection, one) for one in fit_nothing(connection, silent)}
        result = Trial(begin, moment, first_check(connection), fits, told, useless)
    with paged(current.console):
        emit_lines(result.lines(), current.console)


@app.command()
def explain(
    ctx: typer.Context,
    posting: PostingArgument,
    fmt: FormatOption = Format.TABLE,
) -> None:
    """For each rule, show the words of the posting that fit, or the condition that failed."""
    from monitor.cli.rule_trial import chosen
    from monitor.database.engine import read_transaction
    from monitor.queries.replay import explain as explained
    from monitor.queries.resolve import find_posting

    current = state(ctx)
    chosen(current.settings.rules, None)
    with read_transaction(current.history()) as connection:
        found = explained(connection, current.settings.rules, find_posting(connection, posting))
    emit([asdict(one) for one in found], _EXPLAIN, fmt, current.console)
