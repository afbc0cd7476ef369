"""The tools that list rows: `search_roles`, `changes` and `stats`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection

from monitor.assistant.answers import LONGEST, Listing, Page
from monitor.assistant.arguments import Changes, SearchRoles, Stats
from monitor.assistant.marking import Marker, quoted
from monitor.assistant.source import Source, boards_of
from monitor.config.values import MinPay, parse_min_pay
from monitor.errors import UserError
from monitor.queries.changes import ChangeFilter, find_changes
from monitor.queries.role_conditions import RoleList
from monitor.queries.role_list import list_roles
from monitor.queries.roles import rule_of_words
from monitor.queries.stats_input import facts
from monitor.queries.titles import spelling
from monitor.reports.stats import TABLES
from monitor.rules.matches import rules_up_to_date
from monitor.text.countries import country_code
from monitor.text.times import optional_time, parse_time
from monitor.text.values import counted

_ORDERS: Final = {
    "new": "newest first",
    "deadline": "next deadline first",
    "pay": "highest pay first",
    "company": "by company",
}


def search_roles(source: Source, asked: SearchRoles) -> Listing:
    """Return the roles that fit, as the page of roles lists them."""
    part = source.page(asked.offset, asked.limit)
    now = source.clock()
    with source.reading() as connection:
        wanted = replace(_wanted(source, connection, asked), per_page=part.read)
        found = list_roles(connection, wanted, now)
        page = part.of(found.rows, Marker(LONGEST))
        said = _found(page, found.total, asked) or _nothing(source, connection, wanted, asked)
    return Listing(summary=page.summary(said), rows=page.rows, next_offset=page.next_offset)


def _wanted(source: Source, connection: Connection, asked: SearchRoles) -> RoleList:
    """Return the filters. Words fit as in a rule, since the command reads them so."""
    settings = source.settings()
    typed = rule_of_words(asked.words)
    rule_of_words((), asked.location)  # refuses a place that no rule can read
    return RoleList(
        text=asked.text or "",
        boards=boards_of(connection, asked.board, asked.company),
        places=tuple(asked.location),
        countries=tuple(map(country_code, asked.country)),
        rules=(*settings.named_rules(asked.rule), *([typed] if typed else [])),
        matched=frozenset(rules_up_to_date(connection, settings)),
        status=asked.status,
        since=optional_time(asked.since, source.clock()),
        min_pay=_min_pay(asked.min_pay),
        seniority=tuple(asked.seniority),
        workplace=tuple(asked.workplace),
        sort=asked.sort,
    )


def _min_pay(text: str | None) -> MinPay | None:
    try:
        return None if text is None else parse_min_pay(text)
    except ValueError as error:
        raise UserError(f"min_pay: {error}") from error


def _found(page: Page, total: int, asked: SearchRoles) -> str:
    """Return `57 open roles, newest first. These are 1 to 50.` "" for none."""
    if not page.rows:
        return ""
    first, last = asked.offset + 1, asked.offset + len(page.rows)
    these = f" These are {first:,} to {last:,}." if len(page.rows) < total else ""
    return f"{counted(total, _what(asked))}, {_ORDERS[asked.sort]}.{these}"


def _what(asked: SearchRoles) -> str:
    return "role" if asked.status == "all" else f"{asked.status} role"


def _nothing(source: Source, connection: Connection, wanted: RoleList, asked: SearchRoles) -> str:
    """Return the sentences of an empty list, with a near spelling and whether closed roles fit."""
    said = f"No {'further ' if asked.offset else ''}{_what(asked)} fits."
    if asked.offset:
        return said
    if asked.words and (near := spelling(connection, asked.words)):
        said += f" A near spelling in titles: {quoted(near, source.new_mark)}."
    if asked.status == "open":
        closed = list_roles(connection, replace(wanted, status="closed"), source.clock()).total
        said += f" With status=closed: {counted(closed, 'role')}." if closed else ""
    return said


def _span(page: Page, offset: int, what: str, order: str = "newest first") -> str:
    """Return `3 changes, newest first.`, or which part of them this is. "" for none."""
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
