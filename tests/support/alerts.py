"""Messages and alert rows made by hand, without a crawl."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine, insert, select, update

from monitor.database import tables
from monitor.message_parts import (
    BoardCount,
    BoardHealth,
    FieldChange,
    Reminder,
    Role,
    RoleKind,
    RuleCount,
    Why,
)
from monitor.messages import (
    DigestMessage,
    FirstCheckSummary,
    GroupMessage,
    Message,
    OperatorMessage,
    QuietHoursMessage,
    ReminderMessage,
    RoleMessage,
    dump,
)

AT = datetime(2026, 5, 4, 9, 2, tzinfo=UTC)
HOSTILE = (
    "<!channel> <@U0ALICE001> <https://evil.example|free>",
    "*bold* _italic_ ~struck~ `code` ```block``` > quote",
    "**bold** [text](https://evil.example) @channel @everyone",
    "AT&T &lt;script&gt; &amp;amp; <b>",
    "\u202egnp.exe\u202c \u2066isolated",
    "nul\x00 bell\x07 escape\x1b[31mred\x1b[0m\r\ntwo lines\ttab",
    "lone \ud800 surrogate \udfff",
    "👩‍🔬 é́́́ 研究エンジニア مهندس",
    "x" * 50_000,
    "👩‍🔬" * 10_000,
    "   ",
    "",
)


def role(key: str = "1", title: str = "Research Engineer", **fields: object) -> Role:
    values = {
        "location": "London, UK",
        "pay": "133000-240000 USD/year",
        "url": f"https://jobs.example/{key}",
    } | fields
    return Role(
        posting=f"greenhouse:examplelabs:{key}",
        company="Example Labs",
        title=title,
        **values,  # type: ignore[arg-type]
    )


def opened(
    key: str = "1",
    rule: str = "engineers",
    title: str = "Research Engineer",
    kind: RoleKind = "opened",
    **fields: object,
) -> RoleMessage:
    values = {"why": (Why(rule, "title has “research engineer”"),), "at": AT} | fields
    return RoleMessage(kind=kind, role=role(key, title), **values)  # type: ignore[arg-type]


def revised(key: str = "1", *changes: FieldChange, rule: str = "engineers") -> RoleMessage:
    moved = changes or (FieldChange("pay", "133000-240000 USD/year", "141000-245000 USD/year"),)
    return opened(key, rule, kind="revised", changes=moved, not_before=AT - timedelta(minutes=15))


def summary(
    rule: str = "engineers",
    roles: Iterable[Role] = (),
    board: str = "greenhouse:examplelabs",
    open_: int = 57,
) -> FirstCheckSummary:
    return FirstCheckSummary(
        (BoardCount(board, "Example Labs", "https://jobs.example/", open_),),
        (RuleCount(rule, tuple(roles)),),
    )


def notice(headline: str = "greenhouse / examplelabs") -> OperatorMessage:
    lines = (
        "4 checks in a row failed over 31 minutes. No role was closed because of this.",
        "Last error: HTTP 503",
    )
    return OperatorMessage(
        "failing", headline, lines, "greenhouse:examplelabs", "https://jobs.example/"
    )


def reminder(*roles: Role) -> ReminderMessage:
    why = (Why("engineers", "title has “research engineer”"),)
    near = roles or (role(deadline_at=AT + timedelta(hours=23), deadline_text="12pm PST"),)
    return ReminderMessage(tuple(Reminder(one, why, 86400.0, ("U0ALICE001",)) for one in near), AT)


def digest(
    *items: RoleMessage, near: tuple[Role, ...] = (), company: str = "Example Labs"
) -> DigestMessage:
    boards = tuple(
        BoardHealth(f"greenhouse:{state}", company, "https://jobs.example/", state, AT)
        for state in ("ok", "failing", "collapsed")
    )
    return DigestMessage(AT.date(), AT - timedelta(days=1), items, near, 57, 6, boards)


def every_kind() -> list[Message]:
    """One message of each shape."""
    closed = opened(kind="closed", not_before=AT - timedelta(hours=1))
    role_kinds: list[Message] = [opened(), revised(), closed, opened(kind="reopened")]
    with_role = digest(opened(), near=(reminder().items[0].role,))
    night = QuietHoursMessage(
        (GroupMessage((opened(), closed)), reminder(), summary(roles=[role()]), with_role)
    )
    return [*role_kinds, summary(roles=[role()]), notice(), reminder(), with_role, digest(), night]


class AlertWriter:
    """Writes alerts as a round does, and reads their deliveries."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def begin_round(self, *, ended: bool = True) -> int:
        with self.engine.begin() as connection:
            row = {"started_at": AT, "finished_at": AT if ended else None}
            return int(
                connection.execute(
                    insert(tables.CheckRound).values(**row).returning(tables.CheckRound.id)
                ).scalar_one()
            )

    def end_round(self, round_id: int) -> None:
        with self.engine.begin() as connection:
            connection.execute(
                update(tables.CheckRound)
                .where(tables.CheckRound.id == round_id)
                .values(finished_at=AT)
            )

    def tell(
        self,
        *messages: Message,
        channel: str = "slack:#roles",
        round_id: int | None = None,
        at: datetime = AT,
    ) -> list[int]:
        """Store an alert for each message. Return their ids."""
        with self.engine.begin() as connection:
            return [self._alert(connection, message, channel, round_id, at) for message in messages]

    def _alert(
        self,
        connection: Connection,
        message: Message,
        channel: str,
        round_id: int | None,
        at: datetime,
    ) -> int:
        why = message.why[0] if isinstance(message, RoleMessage) else None
        kind = (
            message.kind
            if isinstance(message, RoleMessage)
            else "summary"
            if isinstance(message, FirstCheckSummary)
            else "operator"
        )
        row = {
            "round_id": round_id,
            "kind": kind,
            "channel": channel,
            "message": dump(message),
            "created_at": at,
        }
        values = row | {"rule": why.rule if why else None, "why": why.words if why else None}
        return int(
            connection.execute(
                insert(tables.Alert).values(**values).returning(tables.Alert.id)
            ).scalar_one()
        )

    def deliveries(self) -> list[tables.Delivery]:
        """All of them, as detached rows, in the order in which they were made."""
        with self.engine.connect() as connection:
            rows = connection.execute(
                select(tables.Delivery.__table__).order_by(tables.Delivery.id)
            ).mappings()
            return [tables.Delivery(**row) for row in rows]

    def states(self) -> list[str]:
        return [delivery.state for delivery in self.deliveries()]

    def alerts(self) -> list[tables.Alert]:
        with self.engine.connect() as connection:
            rows = connection.execute(
                select(tables.Alert.__table__).order_by(tables.Alert.id)
            ).mappings()
            return [tables.Alert(**row) for row in rows]

    def set(self, delivery_id: str, **values: object) -> None:
        with self.engine.begin() as connection:
            connection.execute(
                update(tables.Delivery)
                .where(tables.Delivery.delivery_id == delivery_id)
                .values(**values)
            )
