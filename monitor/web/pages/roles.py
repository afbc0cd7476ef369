"""`/`: open roles, newest first, with filters whose state is the address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from monitor.queries.role_conditions import PER_PAGE, RoleList
from monitor.queries.role_list import list_roles, rules_that_fit
from monitor.web import filters
from monitor.web.facets import facets
from monitor.web.site import Shown, Visit

_STATUS_WORDS: Final = {"open": "open ", "closed": "closed ", "all": ""}
_FILTERS: Final = (
    "q", "company", "board", "location", "country", "rule", "status", "since", "min_pay",
    "seniority", "workplace",
)  # fmt: skip


def page(visit: Visit) -> Shown:
    """Return a page of roles."""
    wanted = filters.role_list(visit)
    found = list_roles(visit.connection, wanted, visit.now, described=visit.wants_json)
    if visit.wants_json:
        return Shown("", {}, found.rows)
    rules = [rule.name for rule in visit.rules]
    pages = max(1, -(-found.total // PER_PAGE))
    context: dict[str, Any] = {
        "roles": found.rows,
        "fitting": rules_that_fit(visit.connection, [row["posting"] for row in found.rows], rules),
        "heading": heading(found.total, wanted),
        "is_filtered": any(visit.values(name) for name in _FILTERS),
        "wanted": wanted,
        "choices": facets(visit),
        "rules": [(name, name) for name in rules],
        "seniorities": [(name, name.capitalize()) for name in filters.SENIORITIES],
        "page_number": wanted.page,
        "pages": pages,
        "previous": _address(visit.query, wanted.page - 1) if wanted.page > 1 else "",
        "next": _address(visit.query, wanted.page + 1) if wanted.page < pages else "",
        "twin": "/index.json" + _tail(visit.query),
    }
    return Shown("roles.html", context, found.rows)


def heading(total: int, wanted: RoleList) -> str:
    """Return `1,204 open roles`."""
    return f"{total:,} {_STATUS_WORDS[wanted.status]}role{'' if total == 1 else 's'}"


def _address(query: Mapping[str, Sequence[str]], page: int) -> str:
    """Return the address of another page of the same list."""
    kept = {name: values for name, values in query.items() if name not in {"page", "key"}}
    return "/" + _tail(kept | ({"page": [str(page)]} if page > 1 else {}))


def _tail(query: Mapping[str, Sequence[str]]) -> str:
    pairs = [(name, value) for name, values in query.items() for value in values if value.strip()]
    return f"?{urlencode(pairs)}" if pairs else ""
