"""The daily digests of one moment: which alerts a channel's digest tells, and its message.

Roles and rules that the channel has muted are in no section.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import uuid4

import msgspec
from sqlalchemy import Connection, and_, insert, or_, select, update

from monitor.alerts.alerting import covers
from monitor.alerts.cards import LIMITED
from monitor.alerts.mutes import Mutes
from monitor.alerts.net_states import as_closed, net_states
from monitor.alerts.open_roles import OpenRole
from monitor.alerts.role_state import closed_roles, with_current_facts
from monitor.alerts.rows import end_unsent
from monitor.channels import kind
from monitor.config.model import Rule, Settings
from monitor.database.board_row import BoardRow, load_boards
from monitor.database.json_values import one_of
from monitor.database.tables import Alert, Board, Delivery
from monitor.history.schedule import FAILURES_TO_FAIL
from monitor.message_parts import BoardHealth, Role
from monitor.messages import DigestMessage, RoleMessage, dump, load
from monitor.notify.compose.pages import split_digest

NEAR: Final = timedelta(days=7)  # deadlines that are listed
_KINDS: Final = ("opened", "revised", "closed", "reopened")
_A_DAY: Final = timedelta(days=1)  # covered by a channel's first digest


class _StoredAlert(NamedTuple):
    id: int
    delivery_id: str | None
    for_digest: bool
    message: str
    rule: str | None
    posting_id: int | None

    @property
    def waits(self) -> bool:
        """True if it waits for the channel's next digest."""
        return self.for_digest and self.delivery_id is None


_STORED_ALERTS = select(
    Alert.id, Alert.delivery_id, Alert.for_digest, Alert.message, Alert.rule, Alert.posting_id
).outerjoin(Delivery, Delivery.delivery_id == Alert.delivery_id)


@dataclass(frozen=True, slots=True)
class DigestDay:
    """The digests of one moment."""

    connection: Connection
    settings: Settings
    open_roles: Sequence[OpenRole]  # all of them, fitting or not
    now: datetime
    mutes: Mutes

    def write(self, channel: str, rules: Sequence[Rule]) -> None:
        """Write one digest: its alert, its message, and the links of the alerts that waited."""
        alerts, since = self._alerts(channel)
        rows = [row for row in alerts if self._muted(channel, row) is None]
        self._discard_muted(channel, alerts)
        message = self._message(channel, rules, self._states(rows), since)
        parts = split_digest(message) if kind(channel) in LIMITED else (message,)
        first, *_ = [self._write_part(channel, part) for part in parts]
        waited = [row.id for row in rows if row.waits]
        self.connection.execute(
            update(Alert).where(one_of(Alert.id, waited)).values(delivery_id=first)
        )

    def _states(self, rows: Sequence[_StoredAlert]) -> list[RoleMessage]:
        """Return what became of each role by now."""
        stored = [(load(row.message), row.waits) for row in rows]
        changes = [
            (message, waits) for message, waits in stored if isinstance(message, RoleMessage)
        ]
        closed = closed_roles(self.connection, [message for message, _ in changes])
        states = with_current_facts(self.connection, as_closed(_items(changes), closed))
        return [state for state in states if isinstance(state, RoleMessage)]

    def _write_part(self, channel: str, part: DigestMessage) -> str:
        """Write a digest, or one of the messages that it takes. Return its delivery id."""
        common = {
            "channel": channel,
            "message": dump(part),
            "created_at": self.now,
            "delivery_id": uuid4().hex,
        }
        self.connection.execute(insert(Delivery).values(**common, state="pending", attempts=0))
        self.connection.execute(
            insert(Alert).values(**common, kind="digest", why="the daily digest", for_digest=False)
        )
        return str(common["delivery_id"])

    def _muted(self, channel: str, row: _StoredAlert) -> str | None:
        """Return why an alert is muted, also by a mute that came after it, or None."""
        return self.mutes.reason(channel, row.rule, row.posting_id)

    def _discard_muted(self, channel: str, rows: Iterable[_StoredAlert]) -> None:
        """Discard the muted alerts that wait for this digest."""
        for row in rows:
            reason = self._muted(channel, row)
            if reason and row.waits:
                alert = (row.id, channel, row.message, self.now)
                end_unsent(self.connection, *alert, state="discarded", reason=reason)

    def _alerts(self, channel: str) -> tuple[list[_StoredAlert], datetime]:
        """Return the alerts for the channel's next digest, and when its period begins."""
        last = select(Alert.id, Alert.created_at).where(
            Alert.kind == "digest", Alert.channel == channel
        )
        before = self.connection.execute(last.order_by(Alert.id.desc()).limit(1)).first()
        since = before.created_at if before else self.now - _A_DAY
        later = Alert.id > before.id if before else Alert.created_at > since
        if since > self.now:  # the clock was set back behind the last digest
            since = self.now - _A_DAY
        not_discarded = or_(Delivery.state.is_(None), Delivery.state != "discarded")
        conditions = (
            Alert.channel == channel,
            Alert.kind.in_(_KINDS),
            or_(later, and_(Alert.for_digest, Alert.delivery_id.is_(None))),
            not_discarded,
        )
        rows = self.connection.execute(_STORED_ALERTS.where(*conditions).order_by(Alert.id))
        return [_StoredAlert(*row) for row in rows], since

    def _message(
        self, channel: str, rules: Sequence[Rule], items: Iterable[RoleMessage], since: datetime
    ) -> DigestMessage:
        boards = self._boards(rules)
        names = {rule.name for rule in rules}
        watched = [role for role in self.open_roles if role.board in boards]
        fits = [one.role for one in watched if self._is_listed(channel, one, names)]
        until = self.now + NEAR
        near = [role for role in fits if role.deadline_at and self.now < role.deadline_at <= until]
        return DigestMessage(
            day=self.now.astimezone(self.settings.alerts.timezone).date(),
            since=since,
            items=tuple(msgspec.structs.replace(item, mention=()) for item in items),
            deadlines=tuple(sorted(near, key=_deadline)),
            open=len(watched),
            fitting=len(fits),
            boards=tuple(boards.values()),
            at=self.now,
        )

    def _is_listed(self, channel: str, posting: OpenRole, rules: Collection[str]) -> bool:
        """Return True if the posting fits one of the rules, and is not muted there."""
        return any(
            why.rule_name in rules
            and self.mutes.reason(channel, why.rule_name, posting.posting_id) is None
            for why in posting.why
        )

    def _boards(self, rules: Collection[Rule]) -> dict[str, BoardHealth]:
        """Return the health of the boards that the rules apply to, by name."""
        rows = load_boards(self.connection, Board.watched, order_by=(Board.company, Board.board))
        return {
            row.board: _health(row)
            for row in rows
            if any(covers(rule, row.board) for rule in rules)
        }


def _items(changes: Iterable[tuple[RoleMessage, bool]]) -> tuple[RoleMessage, ...]:
    """Return the net state of each role. `changes`: each with whether it waits for the digest.

    Of a role that is as it was before, what was sent at once may not say so: then it is what came
    after that.
    """
    changes = list(changes)
    states = net_states(message for message, _ in changes)
    shown = {message.role.posting for message in states}
    sent = {message.role.posting: message.at for message, waits in changes if not waits}
    later = (
        message
        for message, waits in changes
        if waits and message.role.posting not in shown
        if message.at > sent.get(message.role.posting, message.at)
    )
    return (*states, *net_states(later))


def _deadline(role: Role) -> tuple[datetime, str]:
    assert role.deadline_at is not None  # those without one are not listed  # noqa: S101
    return role.deadline_at, role.posting


def _health(row: BoardRow) -> BoardHealth:
    if row.failures >= FAILURES_TO_FAIL:
        return BoardHealth(row.board, row.company, row.url, "failing", row.failing_since)
    if row.collapsed_since is not None:
        return BoardHealth(row.board, row.company, row.url, "collapsed", row.collapsed_since)
    return BoardHealth(row.board, row.company, row.url, "new" if row.last_ok_at is None else "ok")
