"""Count what each rule fits and would have sent in 30 days, in a thread beside the requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy import Connection, func, select

from monitor.config.model import Rule, Settings
from monitor.database.tables import Posting, PostingChange, PostingVersion
from monitor.queries.fits import first_check
from monitor.queries.replay import ReplayedAlert
from monitor.queries.replay_by_matches import replay_by_matches
from monitor.queries.role_conditions import RoleList
from monitor.queries.role_list import count_roles
from monitor.rules.matches import rules_up_to_date
from monitor.text.values import counted
from monitor.web.site import Visit

PERIOD: Final = timedelta(days=30)
_ENOUGH: Final = timedelta(days=7)  # of history, before a rate is stated


@dataclass(frozen=True, slots=True)
class RuleCount:
    """The open roles that a rule fits, and its alerts, oldest first, without first summaries."""

    fits_open: int
    alerts: tuple[ReplayedAlert, ...]


@dataclass(frozen=True, slots=True)
class RuleCounts:
    """The counts by rule, and when a board was first read."""

    by_rule: Mapping[str, RuleCount]
    first_check: datetime | None


def rule_counts(visit: Visit) -> RuleCounts | None:
    """Return the counts of all rules. None while they are counted for the first time."""
    connection, settings = visit.connection, visit.settings
    done = rules_up_to_date(connection, settings)
    newest = tuple(
        connection.scalar(select(func.max(model.id)))
        for model in (PostingChange, PostingVersion, Posting)
    )
    basis = (newest, visit.rules, frozenset(done), visit.now.date())
    return visit.slowly(
        "rules",
        basis,
        partial(_count, settings=settings, now=visit.now),
    )


def _count(connection: Connection, settings: Settings, now: datetime) -> RuleCounts:
    alerts = replay_by_matches(connection, settings, now - PERIOD)
    matched = frozenset(rules_up_to_date(connection, settings))
    counts = {
        rule.name: RuleCount(
            count_roles(connection, RoleList(rules=(rule,), matched=matched)),
            tuple(alert for alert in alerts[rule.name] if alert.kind != "summary"),
        )
        for rule in settings.rules
    }
    return RuleCounts(counts, first_check(connection))


def recent(count: RuleCount, now: datetime) -> tuple[ReplayedAlert, ...]:
    """Return the alerts of the last 30 days, newest first."""
    return tuple(alert for alert in reversed(count.alerts) if alert.at >= now - PERIOD)


def rate_words(rule: Rule, sent: int, first: datetime | None, now: datetime) -> str:
    """Return `It would have sent 40 alerts in the last 30 days, about 9 a week.`."""
    alerts = counted(sent, "alert")
    if first is None:
        return "Nothing is stored yet that it could have sent."
    covered = min(PERIOD, max(now - first, timedelta(0)))
    how = " in digests" if rule.mode == "digest" and sent else ""
    if covered < _ENOUGH:
        return f"It would have sent {alerts}{how} since the first check."
    weekly = sent / (covered / timedelta(weeks=1))
    rate = f", about {weekly:,.0f} a week" if weekly >= 1 else ""
    since = "in the last 30 days" if covered == PERIOD else "since the first check"
    return f"It would have sent {alerts}{how} {since}{rate}."
