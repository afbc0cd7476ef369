"""`/`: open roles, newest first, with filters whose state is the address."""

from __future__ import annotations

from typing import Any, Final

from monitor.queries.role_conditions import PER_PAGE, RoleList
from monitor.queries.role_list import list_roles, rules_that_fit
from monitor.text.values import counted
from monitor.web import filters
from monitor.web.facets import facets
from monitor.web.site import Shown, Visit, page_address, query_text

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
        "previous": page_address("/", visit.query, wanted.page - 1) if wanted.page > 1 else "",
        "next": page_address("/", visit.query, wanted.page + 1) if wanted.page < pages else "",
        "twin": "/index.json" + query_text(visit.query),
    }
    return Shown("roles.html", context, found.rows)


def heading(total: int, wanted: RoleList) -> str:
    """Return `1,204 open roles`."""
    return counted(total, f"{_STATUS_WORDS[wanted.status]}role")
