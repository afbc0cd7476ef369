"""What happened against the rules: an alert row for each rule and channel that wants it told, in the change's own transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, insert, select, update

from crawler.items import Posting
from monitor.alerts import mutes
from monitor.config.model import Rule, Settings
from monitor.config.values import Kind
from monitor.database import tables
from monitor.database.engine import AnyRow
from monitor.database.json_values import one_of
from monitor.history.compare import pay_words
from monitor.history.reposts import RepostOf
from monitor.history.values import PostingEvent
from monitor.messages import FieldChange, OperatorMessage, Role, RoleMessage, Why, dump, load
from monitor.rules.candidates import candidate_of_posting
from monitor.rules.matcher import CachingMatcher, Explanation, Matcher

Turn = Literal["", "now fits", "no longer fits"]


def role_of(
    board: AnyRow,
    key: str,
    posting: Posting,
    first_seen_at: datetime | None = None,
    repost: RepostOf | None = None,
) -> Role:
    """The posting as a message shows it."""
    deadline = posting.deadline
    return Role(
        posting=f"{board.board}:{key}",
        company=posting.company or board.company,
        title=posting.title,
        url=posting.url,
        location=posting.location,
        pay=pay_words(posting.pay),
        deadline_at=deadline.at if deadline else None,
        deadline_text=deadline.text if deadline else "",
        department=posting.department,
        employment_type=posting.employment_type,
        workplace=posting.workplace or "",
        first_seen_at=first_seen_at,
        repost_of=repost.posting if repost else "",
        repost_reason=repost.reason if repost else "",
    )


@dataclass(frozen=True, slots=True)
class Alerting:
    """Writes alerts as the settings want them; nothing at all when `enabled` is false."""

    settings: Settings
    enabled: bool = True
    announce: bool = False
    matchers: dict[str, Matcher] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Settings, *, enabled: bool = True, announce: bool = False) -> Alerting:
        """With the rules of the settings compiled."""
        return cls(
            settings, enabled, announce, {rule.name: Matcher(rule) for rule in settings.rules}
        )

    def remembering(self) -> Alerting:
        """Return the same, whose rules remember what they said of a posting."""
        return replace(
            self,
            matchers={name: CachingMatcher(matcher) for name, matcher in self.matchers.items()},
        )

    def channels(self, rule: Rule) -> tuple[str, ...]:
        """Where a rule's alerts go now, each once."""
        return tuple(dict.fromkeys(map(self.settings.effective_channel, rule.notify)))

    def announces_baseline(self, board: str) -> bool:
        """Is a board's first snapshot told role by role?"""
        watched = self.settings.board(board)
        return self.announce or (watched is not None and watched.baseline == "announce")

    def tell(
        self,
        connection: Connection,
        board: AnyRow,
        told: Sequence[PostingEvent],
        *,
        round_id: int,
        check_id: int,
        at: datetime,
    ) -> None:
        """Alerts for what one look brought; a baseline, and what moved while a board was out, are told in a summary instead.

        What a channel has muted is written too, as discarded.
        """
        self.write(
            connection,
            board,
            (row for one in told for row in self._rows(board, one, at)),
            round_id=round_id,
            check_id=check_id,
            at=at,
        )

    def write(
        self,
        connection: Connection,
        board: AnyRow,
        rows: Iterable[dict[str, object]],
        *,
        round_id: int,
        check_id: int,
        at: datetime,
    ) -> None:
        """Those alert rows, where the board is told of at all."""
        baseline = board.last_ok_at is None
        if (
            not self.enabled
            or board.put_back
            or (baseline and not self.announces_baseline(board.board))
        ):
            return
        common = {"round_id": round_id, "check_id": check_id, "created_at": at}
        mutes.write_alerts(connection, [common | row for row in rows], at)

    def _rows(self, board: AnyRow, one: PostingEvent, at: datetime) -> Iterator[dict[str, object]]:
        for rule in self.settings.rules:
            why = self.why(rule, board, one)
            if why is None:
                continue
            message = RoleMessage(
                kind=one.kind,
                role=role_of(board, one.key, one.after, one.first_seen_at, one.repost),
                why=(why,),
                at=at,
                changes=one.changes if why.fit_change else _changes(rule, one),
                not_before=one.not_before,
                mention=rule.mention,
                version=one.version if one.kind == "revised" else None,
            )
            for channel in self.channels(rule):
                told = {"rule": rule.name, "kind": one.kind, "channel": channel, "why": why.words}
                yield told | {
                    "posting_id": one.posting_id,
                    "message": dump(message),
                    "for_digest": rule.mode == "digest",
                }

    def why(self, rule: Rule, board: AnyRow, one: PostingEvent) -> Why | None:
        """Why the rule wants this told, None when it does not."""
        matcher = self.matchers[rule.name]
        after = matcher.explain(candidate_of_posting(board.board, board.company, one.after))
        before = (
            matcher.explain(candidate_of_posting(board.board, board.company, one.before))
            if one.kind == "revised" and one.before
            else None
        )
        return why_told(
            rule, one.kind, [change.field for change in _changes(rule, one)], before, after
        )

    def current_reason(self, why: Why, board: AnyRow, posting: Posting) -> Why:
        """The same rule's reason for the posting as it is now; as it was, and marked so, of a rule that is no longer there."""
        matcher = self.matchers.get(why.rule)
        if matcher is None:
            return Why(why.rule, why.words, "rule removed")
        found = matcher.explain(candidate_of_posting(board.board, board.company, posting))
        return (
            Why(why.rule, found.words) if found.fits else Why(why.rule, why.words, "no longer fits")
        )

    def write_operator_alert(
        self,
        connection: Connection,
        message: OperatorMessage,
        *,
        round_id: int | None,
        check_id: int | None,
        at: datetime,
    ) -> None:
        """An operator's message to each of the operator's channels."""
        channels = dict.fromkeys(
            map(self.settings.effective_channel, self.settings.alerts.operator)
        )
        row = {
            "round_id": round_id,
            "check_id": check_id,
            "created_at": at,
            "kind": "operator",
            "message": dump(message),
        }
        if self.enabled and channels:
            connection.execute(
                insert(tables.Alert),
                [row | {"channel": channel, "why": message.headline} for channel in channels],
            )


def _changes(rule: Rule, one: PostingEvent) -> tuple[FieldChange, ...]:
    """What of a change a message of its own says; a digest is one message anyway."""
    return one.changes if rule.mode == "digest" else one.told_alone


def why_told(
    rule: Rule, kind: Kind, fields: Iterable[str], before: Explanation | None, after: Explanation
) -> Why | None:
    """Why the rule wants a change told, given its word on the content after it and, of a revision, before it; None when it does not."""
    if before is None:
        return Why(rule.name, after.words) if after.fits and kind in rule.on else None
    turn = _turn(before.fits, after.fits)
    if not (before.fits or after.fits) or not _wanted(rule, fields, turn):
        return None
    return Why(rule.name, after.words if after.fits else before.words, turn)


def _turn(before: bool, after: bool) -> Turn:
    if before == after:
        return ""
    return "now fits" if after else "no longer fits"


# what a revision is like for a rule that it starts or ends to fit
_TURNS = {"now fits": "opened", "no longer fits": "closed"}


def _wanted(rule: Rule, fields: Iterable[str], turn: Turn) -> bool:
    """A revision is told for its fields; one that changes whether the rule fits is told whatever moved."""
    if turn:
        return "revised" in rule.on or _TURNS[turn] in rule.on
    return "revised" in rule.on and any(field in rule.fields for field in fields)


def covers(rule: Rule, board: str) -> bool:
    """Does the rule look at that board?"""
    return not rule.boards or board in rule.boards


def fitting(matcher: Matcher, board: AnyRow, postings: Iterable[tuple[str, Posting]]) -> list[Role]:
    """The roles of a board that fit, in the order given: (key, posting)."""
    return [
        role_of(board, key, posting)
        for key, posting in postings
        if matcher.explain(candidate_of_posting(board.board, board.company, posting)).fits
    ]


def rewrite(connection: Connection, message: OperatorMessage, round_id: int) -> None:
    """Let the alerts about this incident of a round that has not ended carry another message: none of them is sent yet."""
    alert = tables.Alert
    rows = connection.execute(
        select(alert.id, alert.message).where(alert.round_id == round_id, alert.kind == "operator")
    ).all()
    same = [
        row.id for row in rows if getattr(load(row.message), "incident", None) == message.incident
    ]
    connection.execute(update(alert).where(one_of(alert.id, same)).values(message=dump(message)))
