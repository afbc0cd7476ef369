"""Mutes of a channel: a role until somebody undoes it, a rule for a day.

A muted alert is written with its message and discarded at once, so that `alerts list` shows it with
the reason. The role's card is still edited. An alert from before the mute is still sent, but not in
a digest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    bindparam,
    insert,
    or_,
    select,
    update,
)

from monitor.database.columns import AnyRow
from monitor.database.tables import Mute, Posting
from monitor.message_parts import Why

A_DAY = timedelta(days=1)  # how long a rule is muted


@dataclass(frozen=True, slots=True)
class Mutes:
    """The active mutes at a moment, each with its reason."""

    roles: Mapping[tuple[str, int], str]  # by channel and posting's row
    rules: Mapping[tuple[str, str], str]  # by channel and name

    def reason(self, channel: str, rule: str | None, posting_id: int | None) -> str | None:
        """Return why an alert is muted in a channel, or None."""
        role = self.roles.get((channel, posting_id)) if posting_id is not None else None
        return role or (self.rules.get((channel, rule)) if rule is not None else None)

    def is_silent(self, channel: str, posting_id: int | None, rules: Iterable[Why]) -> bool:
        """Return whether a channel gets no news of a role: all its rules are muted or removed."""
        return all(
            why.fit_change == "rule removed" or self.reason(channel, why.rule_name, posting_id)
            for why in rules
        )


def _active(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    return Mute.ended_at.is_(None) & or_(Mute.until.is_(None), Mute.until > now)


# built once: each check with alerts asks it
_CURRENT = select(Mute.channel, Mute.posting_id, Mute.rule, Mute.user_id, Mute.until).where(
    _active(bindparam("now"))
)


def current(connection: Connection, now: datetime) -> Mutes:
    """Return all active mutes."""
    rows = connection.execute(_CURRENT, {"now": now}).all()
    roles = {
        (channel, posting_id): f"{user} muted this role here"
        for channel, posting_id, _, user, _ in rows
        if posting_id is not None
    }
    rules = {
        (channel, rule): f"{user} muted this rule here {until(end)}"
        for channel, _, rule, user, end in rows
        if rule is not None
    }
    return Mutes(roles, rules)


def until(moment: datetime | None) -> str:
    """Return `until 2026-11-26 09:00 UTC`."""
    return f"until {moment:%Y-%m-%d %H:%M} UTC" if moment else "until it is undone"


def list_mutes(connection: Connection, now: datetime) -> list[AnyRow]:
    """Return the active mutes, oldest first, each with the name of its `posting`."""
    named = Posting.name.label("posting")
    return list(
        connection.execute(
            _with_posting(select(Mute.__table__, named)).where(_active(now)).order_by(Mute.id)
        )
    )


def _with_posting(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return query.outerjoin(Posting, Posting.id == Mute.posting_id)


def mute(
    connection: Connection,
    channel: str,
    *,
    posting_id: int | None,
    rule: str | None,
    by: str,
    now: datetime,
) -> tuple[AnyRow, bool]:
    """Mute a role or a rule. Return the mute, and False if it was active already."""
    # None asks IS NULL
    same = (Mute.channel == channel, Mute.posting_id == posting_id, Mute.rule == rule)
    found = connection.execute(
        select(Mute.__table__).where(*same, _active(now)).order_by(Mute.id)
    ).first()
    if found is not None:
        return found, False
    values = {"channel": channel, "posting_id": posting_id, "rule": rule, "user_id": by, "at": now}
    made = (
        insert(Mute)
        .values(**values, until=now + A_DAY if rule is not None else None)
        .returning(Mute.__table__)
    )
    return connection.execute(made).one(), True


def announced(connection: Connection, mute_id: int, channel_id: str, ts: str) -> None:
    """Store the message that announced the mute."""
    connection.execute(update(Mute).where(Mute.id == mute_id).values(channel_id=channel_id, ts=ts))


def find_mute(connection: Connection, mute_id: int) -> AnyRow | None:
    """Return a mute, active or ended, with the name of its `posting`."""
    named = Posting.name.label("posting")
    return connection.execute(
        _with_posting(select(Mute.__table__, named)).where(Mute.id == mute_id)
    ).one_or_none()


def undo(connection: Connection, mute_id: int, by: str, now: datetime) -> bool:
    """End a mute. Return False when it had ended before."""
    ended = update(Mute).where(Mute.id == mute_id, _active(now)).values(ended_at=now, ended_by=by)
    return connection.execute(ended).rowcount == 1
