"""`/rules/NAME`: a rule in words, the open roles it fits, and what it would have sent."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from monitor.config.model import Rule
from monitor.queries.role_conditions import RoleList
from monitor.queries.role_list import list_roles
from monitor.rules.matches import rules_up_to_date
from monitor.web.filters import page_number
from monitor.web.pages.rules import rule_context
from monitor.web.rule_counts import rule_counts
from monitor.web.rule_words import sayings
from monitor.web.site import Shown, Visit, not_found, page_address, rule_path

_ALERTS: Final = 50  # shown


def page(visit: Visit) -> Shown:
    """Return the page of a rule."""
    rule, is_page = _found(visit)
    as_json = visit.wants_json and not is_page
    wanted = RoleList(
        rules=(rule,),
        matched=frozenset(rules_up_to_date(visit.connection, visit.settings)),
        page=page_number(visit),
    )
    found = list_roles(visit.connection, wanted, visit.now, described=as_json)
    if as_json:
        return Shown("", {}, found.rows)
    shown = rule_context(visit, rule, rule_counts(visit))
    own, pages = rule_path(rule.name), max(1, -(-found.total // wanted.per_page))
    context: dict[str, Any] = shown | {
        "own": own,
        "sayings": sayings(rule),
        "roles": found.rows,
        "total": found.total,
        "list": f"/?{urlencode({'rule': rule.name})}",
        "newest": (shown["alerts"] or ())[:_ALERTS],
        "has_keys": visit.settings.web.password is not None,
        "page_number": wanted.page,
        "pages": pages,
        "previous": page_address(own, {}, wanted.page - 1) if wanted.page > 1 else "",
        "next": page_address(own, {}, wanted.page + 1) if wanted.page < pages else "",
    }
    return Shown("rule.html", context, found.rows, is_page=is_page)


def _found(visit: Visit) -> tuple[Rule, bool]:
    """Return the rule, and whether its page is asked for. A name may end with `.json`."""
    rules = {rule.name: rule for rule in visit.rules}
    for name, is_page in visit.names:
        if name in rules:
            return rules[name], is_page
    raise not_found(f"There is no rule “{visit.name}”. The page /rules lists the rules.")
