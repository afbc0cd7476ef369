"""Write the alerts of one check.

late roles         open at the board's first check, and not listed in it: one summary. A source that
                   lists a large board in parts finds some days later (`Snapshot.late`). They are
                   not new, so one summary replaces dozens of alerts.
board-wide edits   most descriptions of the board change in the same passages: one message for a
                   channel (`board_wide.py`). Each posting still has its own `revised` change.
all others         an alert each (`alerting.py`)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain

from sqlalchemy import Connection

from monitor.alerts import board_wide
from monitor.alerts.alerting import Alerting, covers, fitting
from monitor.database.board_row import BoardRow
from monitor.history.board_wide_edits import EditsByKey
from monitor.history.values import PostingEvent
from monitor.message_parts import BoardCount, RuleCount
from monitor.messages import FirstCheckSummary, dump


def write_check_alerts(
    connection: Connection,
    alerting: Alerting,
    board: BoardRow,
    events: Sequence[PostingEvent],
    *,
    listed: int,
    compared: EditsByKey,
    round_id: int,
    check_id: int,
    at: datetime,
) -> None:
    """Write the alerts of one check's events. `listed`: how many postings the board lists.

    `compared` are the passages from `compare_descriptions`.
    """
    rows: list[dict[str, object]] = []
    if not alerting.announces_baseline(board.board):
        events, late = _split_late(events)
        rows += _late_rows(alerting, board, late, at) if late else ()
    events, edit = board_wide.mark_board_wide_edit(events, listed, compared)
    if edit is not None:
        edit = board_wide.with_unedited(connection, board, edit)
        rows += board_wide.rows(alerting, board, edit, at)
    own_rows = (row for event in events for row in alerting.rows(board, event, at))
    alerting.write_rows(
        connection, board, chain(rows, own_rows), round_id=round_id, check_id=check_id, at=at
    )


def _split_late(events: Sequence[PostingEvent]) -> tuple[list[PostingEvent], list[PostingEvent]]:
    """Return the events with alerts of their own, and the late roles.

    A late role that moved from another board is in the move's summary.
    """
    return [event for event in events if not event.late], [
        event for event in events if event.late and event.repost is None
    ]


def _late_rows(
    alerting: Alerting, board: BoardRow, late: Sequence[PostingEvent], at: datetime
) -> Iterator[dict[str, object]]:
    """Return an alert row for each rule and channel whose rule fits a late role."""
    count = BoardCount(board.board, board.company, board.url, len(late))
    for rule in alerting.settings.rules:
        if not covers(rule, board.board):
            continue
        roles = fitting(
            alerting.matchers[rule.name], board, [(event.key, event.after) for event in late]
        )
        counted = (RuleCount(rule.label, tuple(roles)),)
        message = FirstCheckSummary((count,), counted, late=True, at=at)
        row: dict[str, object] = {
            "rule": rule.name,
            "kind": "summary",
            "why": "found later, and open before",
            "posting_id": None,
        }
        for channel in alerting.channels(rule) if roles else ():
            yield row | {"channel": channel, "message": dump(message), "for_digest": False}
