"""Changes as a page shows them: what one check did to one posting is one event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from typing import Any

from monitor.text.dates import format_day
from monitor.web.change_words import ChangeWords, change_words, description_passages, in_order

Texts = Mapping[tuple[str, int], str]  # descriptions by posting and version


@dataclass(frozen=True, slots=True)
class Event:
    """One check's changes of one posting. `row` is its first row of `posting_changes`."""

    at: datetime
    row: Mapping[str, Any]
    kinds: list[str] = field(default_factory=list)  # `reopened` and `revised`, or one
    words: list[ChangeWords] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Day:
    """The events of one day, with its name: `Today`, `Friday, November 27`."""

    name: str
    events: list[Event]


def events(
    rows: Sequence[Mapping[str, Any]], texts: Texts, zone: tzinfo, now: datetime
) -> list[Event]:
    """Return the events of these rows, in their order."""
    found: dict[tuple[Any, Any], Event] = {}
    for row in rows:
        of = (row["check_id"], row["posting"])
        event = found.setdefault(of, Event(instant(row["at"]), row))
        if row["kind"] not in event.kinds:
            event.kinds.append(row["kind"])
        if row["field"] is not None:
            event.words.append(_words(row, texts, zone, now))
    return [_sorted(event) for event in found.values()]


def _sorted(event: Event) -> Event:
    kinds = sorted(event.kinds, key=lambda kind: kind == "revised")
    return replace(event, kinds=kinds, words=in_order(event.words))


def _words(row: Mapping[str, Any], texts: Texts, zone: tzinfo, now: datetime) -> ChangeWords:
    words = change_words(row, zone, now)
    if not words.is_edit:
        return words
    before, after = (texts.get((row["posting"], row["version"] - back), "") for back in (1, 0))
    return replace(words, passages=description_passages(before, after))


def instant(value: object) -> datetime:
    """Return an instant that a view gives as SQLite's text or as PostgreSQL's value."""
    return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))


def by_day(found: Sequence[Event], zone: tzinfo, now: datetime) -> list[Day]:
    """Return the events by their days in a time zone, in their order."""
    days: dict[date, list[Event]] = {}
    for event in found:
        days.setdefault(event.at.astimezone(zone).date(), []).append(event)
    today = now.astimezone(zone).date()
    return [Day(_name(day, today, of[0].at, zone), of) for day, of in days.items()]


def _name(day: date, today: date, at: datetime, zone: tzinfo) -> str:
    written = f"{day:%A}, {format_day(at, zone, with_year=day.year != today.year)}"
    ago = (today - day).days
    return {0: "Today · ", 1: "Yesterday · "}.get(ago, "") + written
