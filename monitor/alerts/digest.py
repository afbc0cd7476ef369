"""Write each channel's daily digest when it is due.

An alert of a rule with `mode = "digest"` is written with its change and waits for the channel's
next digest. The digest lists the alerts that were sent at once too. It is sent on quiet days too,
so that silence means trouble. A daemon that was off at its time sends it later that day, or within
hours. A missed digest is part of the next.

A digest within quiet hours is written just before they end, so that it is true when it is sent.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, time, timedelta
from typing import Final

from sqlalchemy import Connection, func, select, update

from monitor.alerts.alerting import Alerting
from monitor.alerts.open_roles import OpenRoles
from monitor.config.model import AlertSettings, Rule, Settings
from monitor.database.json_values import one_of
from monitor.database.slack_channels import directory
from monitor.database.tables import Alert, Introduction
from monitor.text.local_time import end_of_span, latest_instant, to_instant

# a digest is still sent this long after its time, on the next day too
LATE: Final = timedelta(hours=6)
# before the end of quiet hours, so that it is a part of the message that they end with
_BEFORE_END: Final = timedelta(minutes=1)
_A_DAY: Final = timedelta(days=1)


def due_since(at: time, settings: Settings, now: datetime) -> datetime | None:
    """Return the time of the digest that should be sent by now, or None if it is too late.

    None in quiet hours, until just before their end. How late it is counts to their beginning.
    """
    alerts, zone = settings.alerts, settings.alerts.timezone
    moment = max(each for each in _moments(at, alerts, now) if each <= now)
    end = _end_of_quiet_hours(alerts, now)
    if end is not None and now < end - _BEFORE_END:
        return None
    asked = latest_instant(alerts.quiet[0], zone, now) if alerts.quiet and end else now
    same_day = moment.astimezone(zone).date() == asked.astimezone(zone).date()
    return moment if same_day or asked < moment + LATE else None


def next_due(settings: Settings, now: datetime) -> datetime | None:
    """Return when the next digest is due, or None without any. A late one counts too."""
    if settings.digest is None:
        return None
    end = _end_of_quiet_hours(settings.alerts, now)
    moments = _moments(settings.digest, settings.alerts, now)
    moments += [end - _BEFORE_END] if end else []
    return min(moment for moment in moments if moment > now)


def _moments(at: time, alerts: AlertSettings, now: datetime) -> list[datetime]:
    """Return when digests are due around now. One within quiet hours is due as they end."""
    today = now.astimezone(alerts.timezone).date()
    moments = (to_instant(today + _A_DAY * days, at, alerts.timezone) for days in range(-3, 3))
    ends = ((moment, _end_of_quiet_hours(alerts, moment)) for moment in moments)
    return [max(moment, end - _BEFORE_END) if end else moment for moment, end in ends]


def _end_of_quiet_hours(alerts: AlertSettings, now: datetime) -> datetime | None:
    return end_of_span(alerts.quiet, alerts.timezone, now) if alerts.quiet else None


def read(connection: Connection, settings: Settings, now: datetime) -> OpenRoles | None:
    """Return every open posting with the rules that fit it. May take seconds.

    None when no channel's digest is due.
    """
    moment = due_since(settings.digest, settings, now) if settings.digest is not None else None
    if moment is None:
        return None
    alerting = Alerting.of(settings)
    return (
        OpenRoles.read(connection, alerting, settings.rules)
        if _waiting(connection, alerting, moment, now)
        else None
    )


def write(
    connection: Connection, settings: Settings, open_roles: OpenRoles | None, now: datetime
) -> int:
    """Write the due digest of each channel that rules name.

    Return how many, with the alerts that no longer wait for one. `open_roles`: from `read`.
    """
    released = _release(connection, settings)
    at = settings.digest
    moment = due_since(at, settings, now) if at is not None else None
    if moment is None or open_roles is None:
        return released
    # loaded once a day
    from monitor.alerts.digest_day import DigestDay  # noqa: PLC0415
    from monitor.alerts.mutes import current  # noqa: PLC0415

    channels = _waiting(connection, open_roles.alerting, moment, now)
    roles = open_roles.refreshed(connection)
    mutes = current(connection, now)
    day = DigestDay(connection, settings, roles, now, mutes)
    for channel, rules in channels.items():
        day.write(channel, rules)
    return released + len(channels)


def _release(connection: Connection, settings: Settings) -> int:
    """Send the alerts at once whose channel gets no digest any more. Return how many."""
    with_digest = _named(connection, settings) if settings.digest is not None else set()
    return connection.execute(
        update(Alert)
        .where(Alert.for_digest, Alert.delivery_id.is_(None), ~one_of(Alert.channel, with_digest))
        .values(for_digest=False)
    ).rowcount


def _named(connection: Connection, settings: Settings) -> set[str]:
    """Return the channels that rules name, by any of their names, and the console without a token.

    A personal watch gives its direct message no digest.
    """
    rules = (rule for rule in settings.rules if rule.watch is None)
    written = {channel for rule in rules for channel in rule.notify}
    names = directory(connection)
    known = {name for channel in written for name in names.all_names(channel)}
    return written | known | set(map(settings.effective_channel, written))


def _waiting(
    connection: Connection, alerting: Alerting, moment: datetime, now: datetime
) -> dict[str, list[Rule]]:
    """Return the channels without a digest since `moment`, with their rules.

    A channel that is newer than that waits for its first. What lies a day ahead of `now` was stored
    before the clock was set back, and does not count.
    """
    end = now + _A_DAY
    last = dict(connection.execute(_LAST_DIGESTS.where(Alert.created_at < end)).all())
    first = dict(connection.execute(_INTRODUCED).all())
    due: dict[str, list[Rule]] = defaultdict(list)
    for rule in alerting.settings.rules:
        # a personal watch sends cards, and gives nobody a digest
        for channel in alerting.channels(rule) if rule.watch is None else ():
            stored = (first.get(channel), last.get(channel))
            if channel in first and not any(at and moment <= at < end for at in stored):
                due[channel].append(rule)
    return due


_LAST_DIGESTS = (
    select(Alert.channel, func.max(Alert.created_at))
    .where(Alert.kind == "digest")
    .group_by(Alert.channel)
)
_INTRODUCED = select(Introduction.channel, func.min(Introduction.at)).group_by(Introduction.channel)
