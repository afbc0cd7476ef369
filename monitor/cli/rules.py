"""`rules list` and `rules explain`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from monitor.cli.arguments import PostingArgument
from monitor.cli.common import State, now, reading_state
from monitor.cli.output import Format, FormatOption, emit
from monitor.cli.program import Sectioned
from monitor.cli.rule_options import all_rules, chosen, known_rules
from monitor.cli.rule_trial import try_rules
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
    "none_in",
    "in",
    "locations",
    "boards",
    "min_pay",
    "on",
    "fields",
    "remind",
    "notify",
    "mention",
    "mode",
    "muted",
)
# left out of a table where all rules have it
_USUAL = {
    "none_in": "title",
    "in": "title",
    "on": "opened; revised; closed; reopened",
    "fields": "title; location; pay; deadline; description",
    "remind": "72h; 24h",
    "mode": "instant",
}
_EXPLAIN = ("rule", "fits", "words", "failed")


@app.command("list")
def list_rules(ctx: typer.Context, fmt: FormatOption = Format.TABLE) -> None:
    """List the rules of the configuration, and people's own watches.

    Those have names such as watch:9. A rule that is muted names the channels that have muted it.
    """
    current = reading_state(ctx)
    rules = known_rules(current)
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
    """Return a line for each rule that fits nothing in the stored history."""
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
        typer.echo(f"muted rules are unknown: {error}", err=True)
        return muted
    with read_transaction(engine) as connection:
        for row in list_mutes(connection, now()):
            if row.rule is not None:
                muted[row.rule].append(f"{row.channel} {until(row.until)}")
    return muted


def _row(rule: Rule, muted: tuple[str, ...], fmt: Format) -> dict[str, object]:
    from monitor.config.keys import duration_text

    lists: dict[str, Iterable[str]] = {
        "any": rule.any,
        "all": rule.all,
        "none": rule.none,
        "none_in": rule.none_in,
        "in": rule.read_in,
        "locations": rule.locations,
        "boards": rule.boards,
        "on": rule.on,
        "fields": rule.fields,
        "remind": map(duration_text, rule.remind),
        "notify": rule.notify,
        "mention": rule.mention,
        "muted": muted,
    }
    shown = {
        name: list(values) if fmt is Format.JSON else "; ".join(values)
        for name, values in lists.items()
    }
    return {"rule": rule.name, "min_pay": _pay(rule.min_pay), "mode": rule.mode, **shown}


def _pay(wanted: MinPay | None) -> str | None:
    return None if wanted is None else f"{wanted.amount:g} {wanted.currency}"


app.command(
    "test", cls=Sectioned, short_help="Replay the stored history: what rules would have sent."
)(try_rules)


@app.command(short_help="Show which words of a posting fit each rule, or what failed.")
def explain(
    ctx: typer.Context,
    posting: PostingArgument,
    fmt: FormatOption = Format.TABLE,
) -> None:
    """For each rule, show the words of the posting that fit, or the condition that failed."""
    from monitor.database.engine import read_transaction
    from monitor.queries.fits import explain as explained
    from monitor.queries.resolve import find_posting

    current = reading_state(ctx)
    rules = all_rules(current).rules
    chosen(rules, None)
    with read_transaction(current.history()) as connection:
        found = explained(connection, rules, find_posting(connection, posting))
    emit([asdict(one) for one in found], _EXPLAIN, fmt, current.console)
