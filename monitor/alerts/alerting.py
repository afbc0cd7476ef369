"""Write an alert row for each rule and channel that wants a change, in the change's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import Connection

from crawler.items import Posting
from monitor.alerts.rows import insert_alerts, write_operator_message
from monitor.alerts.wanted import WantedChange, wanted, why_of
from monitor.config.model import Rule, Settings
from monitor.database.board_row import BoardRow
from monitor.database.pauses import with_pauses
from monitor.message_parts import Role, Why
from monitor.messages import OperatorMessage, RoleMessage, dump
from monitor.rules.matcher import Candidate, Explanation, Matcher, candidate_of_posting

if TYPE_CHECKING:
    from monitor.history.values import PostingEvent

RuleChannel = tuple[str, str]  # a rule and a channel


@dataclass(frozen=True, slots=True)
class Alerting:
    """Write alerts by the settings. With `enabled` false, nothing is written."""

    settings: Settings
    enabled: bool = True
    announce: bool = False
    matchers: dict[str, Matcher] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Settings, *, enabled: bool = True, announce: bool = False) -> Alerting:
        """Return an instance with the settings' rules compiled."""
        return cls(
            settings=settings,
            enabled=enabled,
            announce=announce,
            matchers={rule.name: Matcher(rule) for rule in settings.rules},
        )

    def remembering(self) -> Alerting:
        """Return a copy for one check, whose rules cache their answers for a posting."""
        return replace(
            self,
            matchers={name: _CachingMatcher(matcher) for name, matcher in self.matchers.items()},
        )

    def channels(self, rule: Rule) -> tuple[str, ...]:
        """Return the channels of a rule's alerts, each once."""
        return tuple(dict.fromkeys(map(self.settings.effective_channel, rule.notify)))

    def announces_baseline(self, board: str) -> bool:
        """Return whether a board's first snapshot is sent role by role."""
        watched = self.settings.board(board)
        return self.announce or (watched is not None and watched.baseline == "announce")

    def write_rows(
        self,
        connection: Connection,
        board: BoardRow,
        rows: Iterable[dict[str, object]],
        *,
        round_id: int,
        check_id: int,
        at: datetime,
    ) -> None:
        """Write those alert rows, if the board has alerts at all.

        A baseline and the changes while a board was removed have a summary instead.
        """
        is_baseline = board.last_ok_at is None
        if not self.enabled or board.put_back:
            return
        if is_baseline and not self.announces_baseline(board.board):
            return
        common = {"round_id": round_id, "check_id": check_id, "created_at": at}
        insert_alerts(connection, (common | row for row in rows), at)

    def rows(
        self, board: BoardRow, event: PostingEvent, at: datetime
    ) -> Iterator[dict[str, object]]:
        """Yield an alert row for each rule and channel that wants the event."""
        # loaded with the first event: it loads what compares postings
        from monitor.alerts.role_state import role_of  # noqa: PLC0415

        candidates = _candidates(board, event)
        for rule in self.settings.rules:
            sent = self._wanted(rule, event, candidates)
            if sent is None:
                continue
            message = RoleMessage(
                kind=event.kind,
                role=role_of(
                    board,
                    event.key,
                    event.after,
                    event.first_seen_at,
                    event.repost,
                    first=sent.places,
                ),
                why=(sent.why,),
                at=at,
                changes=tuple(one for one in event.changes if one.field in sent.fields),
                not_before=event.not_before,
                mention=rule.mention,
                version=event.version if event.kind == "revised" else None,
                before_at=event.before_at,
            )
            row = {
                "rule": rule.name,
                "kind": event.kind,
                "why": sent.why.words,
                "posting_id": event.posting_id,
                "message": dump(message),
                "for_digest": rule.mode == "digest",
            }
            yield from (row | {"channel": channel} for channel in self.channels(rule))

    def _wanted(
        self, rule: Rule, event: PostingEvent, candidates: tuple[Candidate | None, Candidate]
    ) -> WantedChange | None:
        before, after = candidates
        explain = self.matchers[rule.name].explain
        return wanted(
            rule,
            event.kind,
            [change.field for change in event.changes],
            [change.field for change in event.changes_without_board_wide],
            before=explain(before) if before else None,
            after=explain(after),
        )

    def explain(self, rule: str, board: BoardRow, posting: Posting) -> Explanation:
        """Return whether the rule fits the posting, and why."""
        return self.matchers[rule].explain(
            candidate_of_posting(board.board, board.company, posting)
        )

    def current_reason(self, why: Why, board: BoardRow, posting: Posting) -> Why:
        """Return the rule's reason for the posting as it is now.

        A rule that was removed, or that no longer fits, keeps its old reason and is marked so.
        """
        if why.rule_name not in self.matchers:
            return msgspec.structs.replace(why, fit_change="rule removed")
        now = self.explain(why.rule_name, board, posting)
        return (
            why_of(now) if now.fits else msgspec.structs.replace(why, fit_change="no longer fits")
        )

    def write_operator_alert(
        self,
        connection: Connection,
        message: OperatorMessage,
        *,
        at: datetime,
        round_id: int | None = None,
        check_id: int | None = None,
    ) -> None:
        """Write a message to each operator channel."""
        channels = map(self.settings.effective_channel, self.settings.alerts.operator)
        if self.enabled:
            write_operator_message(
                connection, channels, message, at=at, round_id=round_id, check_id=check_id
            )


def _candidates(board: BoardRow, event: PostingEvent) -> tuple[Candidate | None, Candidate]:
    """Return the posting as rules read it, before and after. None unless it was revised."""
    before = event.before if event.kind == "revised" else None
    return (
        candidate_of_posting(board.board, board.company, before) if before else None,
        candidate_of_posting(board.board, board.company, event.after),
    )


def covers(rule: Rule, board: str) -> bool:
    """Return whether the rule applies to that board."""
    return not rule.boards or board in rule.boards


def fitting(
    matcher: Matcher, board: BoardRow, postings: Iterable[tuple[str, Posting]]
) -> list[Role]:
    """Return the roles that fit, in the order of the given (key, posting) pairs."""
    # loaded with the first posting: it loads what compares postings
    from monitor.alerts.role_state import role_of  # noqa: PLC0415

    explained = (
        (key, posting, matcher.explain(candidate_of_posting(board.board, board.company, posting)))
        for key, posting in with_pauses(postings)
    )
    return [
        role_of(board, key, posting, first=found.places)
        for key, posting, found in explained
        if found.fits
    ]


class _CachingMatcher(Matcher):
    """A matcher of one check that keeps its results: a transaction needs them a second time."""

    def __init__(self, other: Matcher) -> None:
        vars(self).update(vars(other))
        self._known: dict[Candidate, Explanation] = {}

    def explain(self, candidate: Candidate) -> Explanation:
        explanation = self._known.get(candidate)
        if explanation is None:
            explanation = self._known[candidate] = super().explain(candidate)
        return explanation
