"""A rule as a person reads it: a sentence for each of its keys. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final, NamedTuple

from monitor.config.model import Rule
from monitor.config.values import KINDS
from monitor.text.values import counted

_FIELDS: Final = {"employment_type": "employment type", "url": "address"}
_HAPPENS: Final = {
    "opened": "opens",
    "revised": "changes",
    "closed": "closes",
    "reopened": "reopens",
}


class Saying(NamedTuple):
    """One part of a rule: its label on the page, and its sentence."""

    label: str
    sentence: str


def sayings(rule: Rule) -> tuple[Saying, ...]:
    """Return the parts of a rule that say something, in a reader's order."""
    parts = (
        ("Fits", _phrases(rule)),
        ("Leaves out", _none(rule)),
        ("Places", _places(rule)),
        ("Boards", f"The board is {joined(rule.boards, 'or')}." if rule.boards else ""),
        ("Pay", _pay(rule)),
        ("Sends", _sends(rule)),
        ("Reminds", _reminds(rule)),
        ("Channels", channels(rule)),
    )
    return tuple(Saying(label, sentence) for label, sentence in parts if sentence)


def in_words(rule: Rule) -> str:
    """Return the whole rule as sentences."""
    return " ".join(each.sentence for each in sayings(rule))


def _phrases(rule: Rule) -> str:
    every, some = joined(_quoted(rule.all), "and"), joined(_quoted(rule.any), "or")
    alike = "at least one of " if len(rule.any) > 1 and rule.all else ""
    both = ", and ".join(part for part in (every, f"{alike}{some}" if some else "") if part)
    return f"The {joined(rule.read_in, 'or')} has {both}."


def _none(rule: Rule) -> str:
    if not rule.none:
        return ""
    return f"The {joined(rule.none_in, 'or')} does not have {joined(_quoted(rule.none), 'or')}."


def _places(rule: Rule) -> str:
    return f"The place is {joined(rule.locations, 'or')}." if rule.locations else ""


def _pay(rule: Rule) -> str:
    if rule.min_pay is None:
        return ""
    least = f"{rule.min_pay.amount:,.2f}".removesuffix(".00")
    return f"The pay is at least {least} {rule.min_pay.currency} a year, or is not known."


def _sends(rule: Rule) -> str:
    kinds = [_HAPPENS[kind] for kind in KINDS if kind in rule.on]
    if "revised" not in rule.on:
        return f"An alert is sent when a role {joined(kinds, 'or')}."
    if not rule.fields:
        return f"An alert is sent when a role {joined(kinds, 'or')}. No field counts as a change."
    fields = [_FIELDS.get(field, field) for field in rule.fields]
    return (
        f"An alert is sent when a role {joined(kinds, 'or')}."
        f" A change counts in {joined(fields, 'or')}."
    )


def _reminds(rule: Rule) -> str:
    if not rule.remind:
        return "No reminder is sent before a deadline."
    spans = [_span(length) for length in sorted(set(rule.remind), reverse=True)]
    return f"A reminder is sent {joined(spans, 'and')} before a deadline."


def channels(rule: Rule) -> str:
    """Return where alerts go, as the channels are configured."""
    where = joined(rule.notify, "and")
    who = f" They mention {joined(rule.mention, 'and')}." if rule.mention else ""
    if rule.mode == "digest":
        return f"Alerts go to {where}, in the daily digest only.{who}"
    return f"Alerts go to {where}.{who}"


def _span(length: timedelta) -> str:
    """Return `3 days`, `36 hours` or `90 minutes`."""
    for unit, size in (
        ("day", timedelta(days=1)),
        ("hour", timedelta(hours=1)),
        ("minute", timedelta(minutes=1)),
    ):
        if length >= size and not length % size:
            return counted(length // size, unit)
    return f"{length.total_seconds():g} seconds"


def _quoted(phrases: Sequence[str]) -> list[str]:
    return [f"“{phrase}”" for phrase in phrases]


def joined(names: Sequence[str], last: str) -> str:
    """Return `A`, `A or B`, or `A, B or C`."""
    if len(names) < 2:  # noqa: PLR2004  # nothing to join
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"
