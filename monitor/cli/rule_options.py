"""The options of `rules test`, and the rule that they make."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.arguments import complete_boards, complete_rules, named
from monitor.errors import UserError

if TYPE_CHECKING:
    from monitor.cli.common import State
    from monitor.config.model import Rule, Settings

_UNWRITTEN = "tried"  # the name of a rule that options make
_ORIGIN = "the rule to try"
_ATTRIBUTES = {"in": "read_in"}  # where a rule has a key of the file under another name


def _key(name: str, metavar: str, words: str, **more: Any) -> Any:  # Typer's own  # noqa: ANN401
    """Return an option for a key of a rule. Help lists these under a heading of their own."""
    heading = "A rule that is not written yet, or changes to --rule"
    return typer.Option(name, metavar=metavar, help=words, rich_help_panel=heading, **more)


RuleToTry = Annotated[
    str | None,
    typer.Option(
        "--rule",
        metavar="NAME",
        help="Only this rule. Options below change its keys for the trial.",
        autocompletion=complete_rules,
    ),
]
FileToTry = Annotated[
    Path | None,
    typer.Option(
        "--file",
        metavar="FILE",
        help="Try the [[rules]] of this file instead.",
        show_default=False,
    ),
]
AnyKey = Annotated[list[str] | None, _key("--any", "PHRASE", "At least one of these fits.")]
AllKey = Annotated[list[str] | None, _key("--all", "PHRASE", "All of these fit.")]
NoneKey = Annotated[list[str] | None, _key("--none", "PHRASE", "None of these may fit.")]
NoneInKey = Annotated[list[str] | None, _key("--none-in", "FIELD", "Field that --none searches.")]
InKey = Annotated[list[str] | None, _key("--in", "FIELD", "Field that --any and --all search.")]
LocationKey = Annotated[
    list[str] | None, _key("--location", "PLACE", "Only at one of these places.")
]
BoardKey = Annotated[
    list[str] | None,
    _key("--board", "BOARD", "Only on these boards.", autocompletion=complete_boards),
]
MinPayKey = Annotated[
    str | None, _key("--min-pay", "PAY", 'Minimum yearly pay, such as "150000 USD".')
]
OnKey = Annotated[
    list[str] | None, _key("--on", "KIND", "Only these kinds: opened revised closed reopened.")
]
FieldKey = Annotated[list[str] | None, _key("--field", "FIELD", "Only revisions of this field.")]


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
            "--file and the options both say what to try: give one of them, or name the rule "
            "that the options change with --rule"
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
            "a rule to try needs a phrase: add --any or --all, or name the rule that the options "
            "change with --rule"
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


def all_rules(current: State) -> Settings:
    """Return the configuration with the personal watches of the database. Raises UserError."""
    from monitor.database.engine import read_transaction
    from monitor.rules.watches import with_watches

    settings = current.settings
    if current.no_database():
        return settings
    with read_transaction(current.history()) as connection:
        return with_watches(connection, settings)


def known_rules(current: State) -> Sequence[Rule]:
    """Return the rules, without personal watches if the database cannot be read."""
    of_file = current.settings.rules  # a mistake in the configuration is raised here
    try:
        return all_rules(current).rules
    except UserError as error:
        typer.echo(f"personal watches are unknown: {error}", err=True)
        return of_file


def chosen(rules: Sequence[Rule], name: str | None) -> list[str]:
    """Return the names of all rules, or the one that is named. Raises UserError."""
    names = [rule.name for rule in rules]
    if not names:
        raise UserError("the configuration has no rules: add a [[rules]] with a name and `any`")
    if name is not None and name not in names:
        raise UserError(f"no rule {name!r}: the rules are {', '.join(names)}")
    return names if name is None else [name]
