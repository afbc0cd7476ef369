"""`/changes`: what happened on all boards, newest first, by day."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final, cast, get_args

from monitor.config.values import KINDS, RevisionField
from monitor.notify.compose.changes import FIELDS as FIELD_NAMES
from monitor.queries.changes import ChangeFilter, count_changes, edited_texts, find_changes
from monitor.queries.reposts import first_postings
from monitor.rules.matches import rules_up_to_date
from monitor.text.values import counted
from monitor.web import filters
from monitor.web.facets import board_choices
from monitor.web.site import Shown, Visit, page_address, query_text
from monitor.web.timeline import by_day, events

FIELDS: Final = cast("tuple[RevisionField, ...]", get_args(RevisionField))
PER_PAGE: Final = 50
_PATH: Final = "/changes"
_SINCE: Final = "7d"
_COUNTED: Final = 1_000  # more are not counted exactly
_FILTERS: Final = ("since", "kind", "field", "board", "rule")


def page(visit: Visit) -> Shown:
    """Return a page of changes."""
    number = filters.page_number(visit)
    wanted = _wanted(visit, number)
    found = find_changes(visit.connection, wanted)
    if visit.wants_json:
        return Shown("", {}, found.rows)
    zone = visit.settings.alerts.timezone
    shown = events(found.rows, edited_texts(visit.connection, found.rows), zone, visit.now)
    opened = [str(row["posting"]) for row in found.rows if row["kind"] == "opened"]
    context: dict[str, Any] = {
        "days": by_day(shown, zone, visit.now),
        "reposts": first_postings(visit.connection, opened),
        "since": visit.value("since") or _SINCE,
        "is_filtered": any(visit.values(name) for name in _FILTERS),
        "kinds": [(kind, kind.capitalize()) for kind in KINDS],
        "fields": [(name, FIELD_NAMES[name].capitalize()) for name in FIELDS],
        "boards": board_choices(visit),
        "rules": [(rule.name, rule.name) for rule in visit.rules],
        "page_number": number,
        "twin": "/changes.json" + query_text(visit.query),
        **_pages(visit, wanted, number, len(found.rows)),
    }
    return Shown("changes.html", context, found.rows)


def _wanted(visit: Visit, number: int) -> ChangeFilter:
    """Return what the address asks for. Raise UserError for a filter's wrong value."""
    return ChangeFilter(
        boards=filters.boards(visit),
        kinds=filters.several(visit, "kind", KINDS),
        since=filters.since(visit, _SINCE),
        rules=filters.rules(visit),
        limit=PER_PAGE,
        fields=filters.several(visit, "field", FIELDS),
        offset=(number - 1) * PER_PAGE,
        matched=frozenset(rules_up_to_date(visit.connection, visit.settings)),
    )


def _pages(visit: Visit, wanted: ChangeFilter, number: int, found: int) -> dict[str, Any]:
    """Return the heading and the neighbours of a page. More than some changes are not counted."""
    most = max(_COUNTED, number * PER_PAGE)
    if 0 < found < PER_PAGE or found == wanted.offset == 0:  # the last page
        total = wanted.offset + found
    else:
        total = count_changes(visit.connection, replace(wanted, offset=0), most + 1)
    is_more = total > most
    return {
        "heading": f"More than {most:,} changes" if is_more else counted(total, "change"),
        "pages": max(1, -(-min(total, most) // PER_PAGE)),
        "more": " or more" if is_more else "",
        "previous": page_address(_PATH, visit.query, number - 1) if number > 1 else "",
        "next": page_address("/changes", visit.query, number + 1)
        if number * PER_PAGE < total
        else "",
    }
