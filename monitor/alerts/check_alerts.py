"""Write the alerts of one check.

late roles         open at the board's first check, and not listed in it: one summary. A source that
                   lists a large board in parts finds some days later (`Snapshot.late`). They are
                   not new, so one summary replaces dozens of alerts.
board-wide edits   most descriptions of the board change in the same passages: one message for a
                   channel. Each posting still has its own `revised` change.
all others         an alert each (`alerting.py`)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from monitor.alerts.alerting import Alerting, covers, fitting
from monitor.alerts.role_state import role_of
from monitor.alerts.wanted import wants_board_wide_edits, why_board_wide
from monitor.config.model import Rule
from monitor.database.board_row import BoardRow
from monitor.history.board_wide_edits import (
    EditedPassage,
    Passages,
    find_in,
    is_majority,
    passages,
)
from monitor.history.values import PostingEvent
from monitor.messages import (
    BoardCount,
    BoardWideEdit,
    FirstCheckSummary,
    Passage,
    RuleCount,
    Why,
    dump,
)


@dataclass(frozen=True, slots=True)
class EditOfCheck:
    """The board-wide edit that a check found: its passages, and the events of edited postings."""

    passages: tuple[Passage, ...]
    edited: tuple[PostingEvent, ...]
    listed: int


def write_check_alerts(
    connection: Connection,
    alerting: Alerting,
    board: BoardRow,
    events: Sequence[PostingEvent],
    *,
    listed: int,
    compared: Passages,
    round_id: int,
    check_id: int,
    at: datetime,
) -> None:
    """Write the alerts of one check's events. `listed`: how many postings the board lists.

    `compared` are the passages from `compare_descriptions`. Missing ones are compared here.
    """
    rows: list[dict[str, object]] = []
    if not alerting.announces_baseline(board.board):
        events, late = _split_late(events)
        rows += _late_rows(alerting, board, late) if late else ()
    events, edit = mark_board_wide_edit(events, listed, compared)
    rows += _board_wide_rows(alerting, board, edit, at) if edit is not None else ()
    to_check = {"round_id": round_id, "check_id": check_id}
    alerting.write_rows(connection, board, rows, **to_check, at=at)
    alerting.write_alerts(connection, board, events, **to_check, at=at)


def _split_late(events: Sequence[PostingEvent]) -> tuple[list[PostingEvent], list[PostingEvent]]:
    """Return the events with alerts of their own, and the late roles.

    A late role that moved from another board is in the move's summary.
    """
    return [event for event in events if not event.late], [
        event for event in events if event.late and event.repost is None
    ]


def _late_rows(
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


def mark_board_wide_edit(
    events: Sequence[PostingEvent], listed: int, compared: Passages | None = None
) -> tuple[list[PostingEvent], EditOfCheck | None]:
    """Mark the events whose description changed only board-wide. Return them and the edit.

    `compared` are the passages from `compare_descriptions`. Missing ones are compared here.
    """
    known = compared or {}
    rewritten = {
        event.key: event
        for event in events
        if event.kind == "revised"
        and any(change.field == "description" for change in event.changes)
    }
    if not is_majority(len(rewritten), listed):
        return list(events), None
    edit = find_in(
        {key: known[key] if key in known else _passages(event) for key, event in rewritten.items()},
        listed,
    )
    if edit is None:
        return list(events), None
    marked = [
        replace(event, board_wide=True) if event.key in edit.alone else event for event in events
    ]
    common = tuple(Passage(each.old, each.new, count) for each, count in edit.passages.items())
    return marked, EditOfCheck(common, tuple(rewritten[key] for key in edit.edited), listed)


def _passages(event: PostingEvent) -> frozenset[EditedPassage]:
    return passages(event.before.description if event.before else "", event.after.description)


def _board_wide_rows(
    alerting: Alerting, board: BoardRow, edit: EditOfCheck, at: datetime
) -> Iterator[dict[str, object]]:
    """Return an alert row for each rule and channel that wants the edit, without a posting."""
    for rule in alerting.settings.rules:
        message = (
            _message(alerting, rule, board, edit, at) if wants_board_wide_edits(rule) else None
        )
        if message is not None and message.rules:
            row: dict[str, object] = {
                "rule": rule.name,
                "kind": "revised",
                "why": "; ".join(why.words for why in message.why),
                "posting_id": None,
                "for_digest": False,
            }
            for channel in alerting.channels(rule):
                yield row | {"channel": channel, "message": dump(message)}


def _message(
    alerting: Alerting, rule: Rule, board: BoardRow, edit: EditOfCheck, at: datetime
) -> BoardWideEdit:
    fitting = [(event, why) for event in edit.edited if (why := _why(alerting, rule, board, event))]
    roles = tuple(
        role_of(board, event.key, event.after, event.first_seen_at, event.repost)
        for event, _ in fitting
    )
    return BoardWideEdit(
        board=board.board,
        company=board.company,
        url=board.url,
        at=at,
        passages=edit.passages,
        edited=len(edit.edited),
        listed=edit.listed,
        rules=(RuleCount(rule.name, roles),) if roles else (),
        why=tuple(dict.fromkeys(why for _, why in fitting)),
        mention=rule.mention,
    )


def _why(alerting: Alerting, rule: Rule, board: BoardRow, event: PostingEvent) -> Why | None:
    before, after = (
        alerting.explain(rule.name, board, posting)
        for posting in (event.before or event.after, event.after)
    )
    return why_board_wide(before, after)
