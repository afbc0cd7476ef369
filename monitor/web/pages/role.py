"""`/roles/POSTING`: one role's life: facts, rules, what happened, pay, reposts, description."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Connection

from monitor.errors import UserError
from monitor.queries.changes import timeline, versions
from monitor.queries.describe import describe
from monitor.queries.fits import explain
from monitor.queries.reposts import earlier_postings, later_postings
from monitor.queries.resolve import PostingRef, find_posting, named_posting, posting_in_other_case
from monitor.queries.spells import spells
from monitor.rules.matcher import Explanation
from monitor.text.countries import country_name
from monitor.text.page_addresses import role_path
from monitor.text.places import split_places
from monitor.text.times import optional_time
from monitor.text.values import clean
from monitor.web.change_words import deadline_words
from monitor.web.pay_steps import pay_steps
from monitor.web.prose import blocks
from monitor.web.site import Elsewhere, Shown, Visit, not_found
from monitor.web.timeline import Event, events, instant

Row = dict[str, Any]
_TWIN = ".json"


def page(visit: Visit) -> Shown:
    """Return the page of a role. Raise UserError for an `as_of` that is no time."""
    found, is_page = _found(visit)
    moment = optional_time(visit.value("as_of") or None, visit.now)
    life = _life(visit, found, None if moment is None else min(moment, visit.now))
    if visit.wants_json and not is_page:
        return Shown("", {}, life.data)
    return Shown("role.html", _context(visit, life), life.data, is_page=is_page)


def _found(visit: Visit) -> tuple[PostingRef, bool]:
    """Return the posting, and whether its page is asked for. A key may end with `.json`."""
    name = visit.name
    if "\0" in name:  # PostgreSQL refuses it
        raise not_found("There is no such role.")
    for known, is_page in visit.names:
        found = named_posting(visit.connection, known)
        if found is not None:
            return found, is_page
    raise _elsewhere(visit.connection, name)


def _elsewhere(connection: Connection, name: str) -> Exception:
    """Return the answer for a name that no posting has: where it leads to, or why to nothing."""
    found = posting_in_other_case(connection, name)
    try:
        return Elsewhere(role_path((found or find_posting(connection, name)).posting))
    except UserError as error:
        sentence = str(error).partition("; `rolewatch roles`")[0]
        return not_found(f"{sentence[:1].upper()}{sentence[1:]}.")


@dataclass(frozen=True, slots=True)
class _Life:
    """Everything that is known of a posting, now or at a moment."""

    found: PostingRef
    row: Row  # of `postings`
    changes: list[Row]
    versions: list[Row]
    rules: list[Explanation]  # empty for a posting that was never read
    moment: datetime | None

    @property
    def data(self) -> Row:
        rules = [
            {"rule": one.rule, "fits": one.fits, "words": one.words, "failed": one.failed}
            for one in self.rules
        ]
        return {**self.row, "changes": self.changes, "rules": rules}


def _life(visit: Visit, found: PostingRef, moment: datetime | None) -> _Life:
    connection = visit.connection
    try:
        row = describe(connection, found, as_of=moment)
    except UserError as error:  # it was not known then
        raise not_found(f"The role {error}.") from error
    return _Life(
        found,
        row,
        _until(timeline(connection, found).rows, "at", moment),
        _until(versions(connection, found).rows, "valid_from", moment),
        explain(connection, visit.rules, found, row["version"]) if row["version"] else [],
        moment,
    )


def _until(rows: Sequence[Row], name: str, moment: datetime | None) -> list[Row]:
    return [row for row in rows if moment is None or instant(row[name]) <= moment]


def _context(visit: Visit, life: _Life) -> Mapping[str, Any]:
    zone, row = visit.settings.alerts.timezone, life.row
    texts = {
        (life.found.posting, one["version"]): str(one["description"] or "") for one in life.versions
    }
    happened = events(life.changes, texts, zone, visit.now)
    later = later_postings(visit.connection, life.found)
    if life.moment is not None:
        later = [one for one in later if one.first_seen_at <= life.moment]
    asked = visit.value("as_of")
    return {
        "path": role_path(life.found.posting),
        "row": row,
        "places": [clean(place) for place in split_places(row["location"] or "")],
        "countries": [country_name(code) for code in (row["country"] or "").split("; ") if code],
        "deadline": _deadline(visit, row),
        "is_over": bool(row["deadline_at"]) and instant(row["deadline_at"]) < visit.now,
        "spells": spells(visit.connection, life.found, life.moment),
        "rules": life.rules,
        "timeline": happened[::-1],
        "is_from_before": not any("opened" in one.kinds for one in happened),
        "pay_steps": pay_steps(life.versions, life.changes)[::-1],
        "earlier": earlier_postings(visit.connection, life.found),
        "later": later,
        "blocks": blocks(row["description"] or ""),
        "moment_asked": life.moment,
        "as_of": as_of,
        "twin": f"{role_path(life.found.posting)}{_TWIN}"
        + (f"?{urlencode({'as_of': asked})}" if asked else ""),
    }


def _deadline(visit: Visit, row: Row) -> str:
    """Return the deadline in the configured zone. Empty for one without an instant."""
    if row["deadline_at"] is None:
        return ""
    zone, written = visit.settings.alerts.timezone, row["deadline_text"] or ""
    return deadline_words(instant(row["deadline_at"]), written, zone, visit.now)


def as_of(event: Event) -> str:
    """Return the query for the role as it was known after an event."""
    return f"?{urlencode({'as_of': event.at.isoformat().replace('+00:00', 'Z')})}"
