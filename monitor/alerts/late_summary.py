"""Roles that were open at a board's first check, which did not show them: nothing opened, so a channel gets one summary of them.

A source that shows a large board in parts finds some of its roles days later (`Snapshot.late`). One
alert a role would tell as new what was there all along, and dozens at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.alerts.alerting import Alerting, covers, fitting
from monitor.database.engine import AnyRow
from monitor.history.values import PostingEvent
from monitor.messages import BoardCount, FirstCheckSummary, RuleCount, dump


def split(told: Sequence[PostingEvent]) -> tuple[list[PostingEvent], list[PostingEvent]]:
    """Return what is alerted one by one, and the late roles. A late role that came along from another board was told with the move."""
    return [one for one in told if not one.late], [
        one for one in told if one.late and one.repost is None
    ]


def rows(
    alerting: Alerting, board: AnyRow, late: Sequence[PostingEvent]
) -> Iterator[dict[str, object]]:
    """Return an alert row for each rule and channel that the late roles concern."""
    count = BoardCount(board.board, board.company, board.url, len(late))
    for rule in alerting.settings.rules:
        if not covers(rule, board.board):
            continue
        roles = fitting(alerting.matchers[rule.name], board, [(one.key, one.after) for one in late])
        message = FirstCheckSummary((count,), (RuleCount(rule.name, tuple(roles)),), late=True)
        row: dict[str, object] = {
            "rule": rule.name,
            "kind": "summary",
            "why": "found later, and open before",
            "posting_id": None,
        }
        for channel in alerting.channels(rule) if roles else ():
            yield row | {"channel": channel, "message": dump(message), "for_digest": False}
