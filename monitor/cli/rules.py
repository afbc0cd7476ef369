"""`rules`: what is told to whom, tried on stored history and on one posting."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.common import State, now, state
from monitor.cli.output import Format, FormatOption, clean, emit, emit_lines, short, shortened
from monitor.errors import UserError

if TYPE_CHECKING:
    from monitor.replay import Telling
    from monitor.settings import MinPay, Rule, Settings

app = typer.Typer(no_args_is_help=True)

_LIST = ("rule", "any", "all", "none", "in", "locations", "boards", "min_pay", "on", "notify", "mode", "muted")
_UNWRITTEN = "tried"  # the name of a rule that options make
_EXPLAIN = ("rule", "fits", "words", "failed")


@app.command("list")
def list_rules(ctx: typer.Context, fmt: FormatOption = Format.TABLE) -> None:
    """The rules of the configuration, and which channels have muted one until when."""
    current = state(ctx)
    rules = current.settings.rules  # first: what is wrong with the configuration is no trouble of the database
    muted = _muted(current)
    rows = [_row(rule, tuple(muted.get(rule.name, ())), fmt) for rule in rules]
    used = [name for name in _LIST if fmt is not Format.TABLE or any(row[name] for row in rows)]
    emit(rows, used, fmt, current.console)


def _muted(current: State) -> dict[str, list[str]]:
    """By rule: `slack:#roles until 2026-11-26 09:00 UTC`; none where there is no database to ask yet."""
    from monitor.db import reading
    from monitor.mutes import listed, until

    muted: dict[str, list[str]] = defaultdict(list)
    if current.no_database():
        return muted
    try:
        engine = current.history()
    except UserError as error:
        typer.echo(f"nobody knows which rules are muted: {error}", err=True)
        return muted
    with reading(engine) as connection:
        for row in listed(connection, now()):
            if row.rule is not None:
                muted[row.rule].append(f"{row.channel} {until(row.until)}")
    return muted


def _row(rule: Rule, muted: tuple[str, ...], fmt: Format) -> dict[str, object]:
    lists = {"any": rule.any, "all": rule.all, "none": rule.none, "in": rule.within, "locations": rule.locations}
    lists |= {"boards": rule.boards, "on": rule.on, "notify": rule.notify, "muted": muted}
    shown = {name: list(values) if fmt is Format.JSON else "; ".join(values) for name, values in lists.items()}
    return {"rule": rule.name, "min_pay": _pay(rule.min_pay), "mode": rule.mode, **shown}


def _pay(wanted: MinPay | None) -> str | None:
    return None if wanted is None else f"{wanted.amount:g} {wanted.currency}"


@app.command("test")
def try_rules(
    ctx: typer.Context,
    *,
    since: Annotated[str, typer.Option("--since", metavar="TIME", help="How far back to look.")] = "90d",
    rule: Annotated[str | None, typer.Option("--rule", metavar="NAME", help="Only this rule.")] = None,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="FILE", help="Try the [[rules]] of this file instead.", show_default=False)
    ] = None,
    wanted: Annotated[
        list[str] | None, typer.Option("--any", metavar="PHRASE", help="Try a rule not written yet; may be repeated.")
    ] = None,
    every: Annotated[list[str] | None, typer.Option("--all", metavar="PHRASE", help="Its phrases that must all be there.")] = None,
    none: Annotated[list[str] | None, typer.Option("--none", metavar="PHRASE", help="Its phrases that must not be there.")] = None,
    within: Annotated[list[str] | None, typer.Option("--in", metavar="FIELD", help="Where it looks; the title if not given.")] = None,
    location: Annotated[list[str] | None, typer.Option("--location", metavar="PLACE", help="Its places.")] = None,
    fmt: FormatOption = Format.TABLE,
) -> None:
    """Replay the stored history: what would each rule have told, and why?"""
    from monitor.cli.times import parse_time
    from monitor.db import reading
    from monitor.replay import Telling, replay

    current = state(ctx)
    given = {"any": wanted, "all": every, "none": none, "in": within, "locations": location}
    settings = _tried(current.settings, file, {key: value for key, value in given.items() if value})
    names = _named(settings.rules, rule)
    with current.busy("replaying") as say, reading(current.history()) as connection:
        replayed = replay(connection, settings, parse_time(since, now()), lambda read: say(f"replaying: {read} versions read"))
        told = [one for one in replayed if one.rule in names]
    if fmt is Format.TABLE:
        emit_lines(_told_lines(names, told), current.console)
    else:
        emit(
            [asdict(one) | {"channels": list(one.channels)} for one in told],
            [field.name for field in fields(Telling)],
            fmt,
            current.console,
        )


def _tried(settings: Settings, file: Path | None, given: dict[str, list[str]]) -> Settings:
    """The settings with the rules to try: those of a file, one made of options, or the configuration's own."""
    from monitor.config import rules_of, with_rules

    if file is not None and given:
        raise UserError("--file has its rules, the options are another: give one of them")
    if file is not None:
        return with_rules(settings, rules_of(file), str(file))
    if given and not {"any", "all"} & given.keys():
        raise UserError("a rule to try needs a phrase that fits: give --any or --all too")
    return with_rules(settings, [{"name": _UNWRITTEN} | given], "the rule to try") if given else settings


def _named(rules: Sequence[Rule], name: str | None) -> list[str]:
    names = [rule.name for rule in rules]
    if not names:
        raise UserError("the configuration has no rules: add a [[rules]] with a name and `any`")
    if name is not None and name not in names:
        raise UserError(f"no rule {name!r}: the rules are {', '.join(names)}")
    return names if name is None else [name]


def _told_lines(rules: Sequence[str], told: Sequence[Telling]) -> Iterator[tuple[str, str]]:
    """A paragraph a rule: how much it would have told, then each telling with its words; lines and their styles."""
    for rule in rules:
        mine = [one for one in told if one.rule == rule]
        kinds = Counter(one.kind for one in mine)
        counts = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
        where = f" to {', '.join(mine[0].channels)} ({counts})" if mine else ""
        yield f"{rule}: {len(mine)} told{where}", "bold"
        for one in mine:
            yield _line(one), ""
            yield f"      {clean(one.words)}", "dim"


def _line(one: Telling) -> str:
    what = " ".join(part for part in (", ".join(one.fields), f"({one.turn})" if one.turn else "") if part)
    line = f"  {short(one.at)}  {one.kind:<9} {shortened(one.title, 100)} at {clean(one.company)}"
    return f"{line}: {what}" if what else line


@app.command()
def explain(
    ctx: typer.Context,
    posting: Annotated[str, typer.Argument(metavar="POSTING", help="ats:token:key, its URL, or its key.")],
    fmt: FormatOption = Format.TABLE,
) -> None:
    """For every rule: which words of the posting fitted, or which condition failed."""
    from monitor.db import reading
    from monitor.queries.naming import find_posting
    from monitor.replay import explain as explained

    current = state(ctx)
    _named(current.settings.rules, None)
    with reading(current.history()) as connection:
        found = explained(connection, current.settings.rules, find_posting(connection, posting))
    emit([asdict(one) for one in found], _EXPLAIN, fmt, current.console)
