"""`/rules`: each rule in words, what it fits and sends, its feed and its calendar."""

from __future__ import annotations

from typing import Any

from monitor.config.model import Rule
from monitor.web.addresses import address, calendar_path, feed_path
from monitor.web.rule_counts import RuleCounts, rate_words, recent, rule_counts
from monitor.web.rule_words import in_words
from monitor.web.site import PageError, Shown, Visit

_ALL = "all"  # its feed is the one of all changes


def page(visit: Visit) -> Shown:
    """Return the page of the configuration's rules."""
    found = rule_counts(visit)
    if visit.wants_json:
        if found is None:
            raise PageError(503, "The alerts are being counted. Try again in half a minute.")
        return Shown("", {}, [_row(visit, rule, found) for rule in visit.rules])
    context: dict[str, Any] = {
        "rules": [rule_context(visit, rule, found) for rule in visit.rules],
        "feed": link(visit, feed_path(None)),
        "calendar": link(visit, calendar_path(None)),
        "has_keys": visit.settings.web.password is not None,
        "is_counted": found is not None,
    }
    return Shown("rules.html", context, [])


def _row(visit: Visit, rule: Rule, found: RuleCounts) -> dict[str, Any]:
    count = found.by_rule[rule.name]
    return {
        "name": rule.name,
        "words": in_words(rule),
        "channels": list(rule.notify),
        "fits_open": count.fits_open,
        "told_30d": len(recent(count, visit.now)),
        **_links(visit, rule),
    }


def rule_context(visit: Visit, rule: Rule, found: RuleCounts | None) -> dict[str, Any]:
    """Return what the pages show of a rule. Counts are None until they are there."""
    count = found.by_rule.get(rule.name) if found else None
    alerts = recent(count, visit.now) if count else None
    return {
        "rule": rule,
        "words": in_words(rule),
        "fits_open": count.fits_open if count else None,
        "alerts": alerts,
        "rate": ""
        if alerts is None or found is None
        else rate_words(rule, len(alerts), found.first_check, visit.now),
        **_links(visit, rule),
    }


def _links(visit: Visit, rule: Rule) -> dict[str, str | None]:
    has_own = rule.name != _ALL
    return {
        "feed": link(visit, feed_path(rule.name)) if has_own else None,
        "calendar": link(visit, calendar_path(rule.name)),
    }


def link(visit: Visit, path: str) -> str:
    """Return the link of a feed or calendar, with its key if the page has a password."""
    password = visit.settings.web.password
    return address(path, password=password.get_secret_value() if password else None)
