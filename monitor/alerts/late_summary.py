"""One summary of roles that were open at a board's first check but not listed in it.

A source that lists a large board in parts finds some roles days later (`Snapshot.late`). They are
not new, so one summary replaces dozens of alerts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.alerts.alerting import Alerting, covers, fitting
from monitor.database.board_row import BoardRow
from monitor.history.values import PostingEvent
from monitor.messages import BoardCount, FirstCheckSummary, RuleCount, dump


def split(events: Sequence[PostingEvent]) -> tuple[list[PostingEvent], list[PostingEvent]]:
    """Return the events with alerts of their own, and the late roles.

    A late role that moved from another board is in the move's summary.
    """
    return [event for event in events if not event.late], [
        event for event in events if event.late and event.repost is None
    ]


def rows(
    alerting: Alerting, board: BoardRow, late: Sequence[PostingEvent]
) -> Iterator[dict[str, object]]:
    """Return an alert row for each rule and channel whose rule fits a late role."""
    count = BoardCount(board.board, board.company, board.url, len(late))
    for rule in alerting.settings.rules:
        if not covers(rule, board.board):
            continue
        roles = fitting(
            alerting.matchers[rule.name], board, [(event.key, event.after) for event in late]
        )
        message = FirstCheckSummary((count,), (RuleCount(rule.name, tuple(roles)),), late=True)
        row: dict[str, object] = {
            "rule": rule.name,
            "kind": "summary",
            "why": "found later, and open before",
            "posting_id": None,
        }
        for channel in alerting.channels(rule) if roles else ():
            yield row | {"channel": channel, "message": dump(message), "for_digest": False}
