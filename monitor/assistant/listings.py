"""The tools that list rows: `search_roles`, `changes` and `stats`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from monitor.assistant.answers import LONGEST, Listing, Page
from monitor.assistant.arguments import Changes, SearchRoles, Stats
from monitor.assistant.marking import Marker, quoted
from monitor.assistant.source import Source, boards_of
from monitor.queries.changes import ChangeFilter, find_changes
from monitor.queries.roles import RoleFilter, find_roles, rule_of_words
from monitor.queries.stats_input import facts
from monitor.queries.titles import spelling
from monitor.reports.stats import TABLES
from monitor.text.times import optional_time, parse_time
from monitor.text.values import counted


def search_roles(source: Source, asked: SearchRoles) -> Listing:
    """Return the roles that fit, as `rolewatch roles` lists them."""
    typed = rule_of_words(asked.words, asked.location)
    rules = (*([typed] if typed else []), *source.settings().named_rules(asked.rule))
    after = optional_time(asked.since, source.clock())
    part = source.page(asked.offset, asked.limit)
    with source.reading() as connection:
        wanted = RoleFilter(
            boards_of(connection, asked.board, asked.company),
            asked.status,
            after,
            rules,
            text=asked.text,
            limit=part.read,
        )
        page = part.of(find_roles(connection, wanted).rows, Marker(LONGEST))
        found = _span(page, asked.offset, _what(asked)) or _nothing(
            source, connection, wanted, asked
        )
    return Listing(summary=page.summary(found), rows=page.rows, next_offset=page.next_offset)


def _what(asked: SearchRoles) -> str:
    return "role" if asked.status == "all" else f"{asked.status} role"


def _nothing(source: Source, connection: Connection, wanted: RoleFilter, asked: SearchRoles) -> str:
    """Return the sentences of an empty list, with a near spelling and whether closed roles fit."""
    said = f"No {'further ' if asked.offset else ''}{_what(asked)} fits."
    if asked.offset:
        return said
    if asked.words and (near := spelling(connection, asked.words)):
        said += f" A near spelling in titles: {quoted(near, source.new_mark)}."
    if asked.status == "open":
        closed = len(find_roles(connection, replace(wanted, status="closed", limit=None)).rows)
        said += f" With status=closed: {counted(closed, 'role')}." if closed else ""
    return said


def _span(page: Page, offset: int, what: str, order: str = "newest first") -> str:
    """Return `3 open roles, newest first.`, or which part of them this is. "" for none."""
    last = offset + len(page.rows)
    if not page.rows:
        return ""
    if page.next_offset is None and not offset:
        return f"{counted(last, what)}, {order}."
    return f"{what.capitalize()}s {offset + 1:,} to {last:,}, {order}."


def changes(source: Source, asked: Changes) -> Listing:
    """Return what happened, as `rolewatch changes` lists it."""
    rules = tuple(source.settings().named_rules(asked.rule))
    after = parse_time(asked.since, source.clock())
    part = source.page(asked.offset, asked.limit)
    with source.reading() as connection:
        boards = boards_of(connection, asked.board, asked.company)
        wanted = ChangeFilter(boards, tuple(asked.kind), after, rules, part.read)
        page = part.of(find_changes(connection, wanted).rows, Marker(LONGEST))
    found = _span(page, asked.offset, "change") or f"No {_kinds(asked.kind)} since {asked.since}."
    return Listing(summary=page.summary(found), rows=page.rows, next_offset=page.next_offset)


def _kinds(kinds: Sequence[str]) -> str:
    return f"{' or '.join(kinds)} role" if kinds else "change"


def stats(source: Source, asked: Stats) -> Listing:
    """Return the counts of `rolewatch stats`."""
    after = optional_time(asked.since, source.clock())
    part = source.page(asked.offset, asked.limit)
    with source.reading() as connection:
        found = facts(connection, boards_of(connection, asked.board, asked.company), after)
    page = part.of(TABLES[asked.by](found), Marker(LONGEST), nulls=True)
    said = _span(page, asked.offset, "row", f"by {asked.by}") or "Nothing to count yet."
    return Listing(summary=page.summary(said), rows=page.rows, next_offset=page.next_offset)
