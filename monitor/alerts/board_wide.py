"""Board-wide edits of one check: one alert for each rule and channel, instead of dozens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from crawler.items import Posting
from monitor.alerts.alerting import Alerting, fitting
from monitor.alerts.role_state import role_of
from monitor.alerts.wanted import wants_board_wide_edits, why_board_wide
from monitor.config.model import Rule
from monitor.database.board_row import BoardRow
from monitor.history.board_wide_edits import EditedPassage, EditsByKey, find_in_edits, surroundings
from monitor.history.contents import load_contents
from monitor.history.load import load_postings
from monitor.history.values import PostingEvent
from monitor.message_parts import Passage, RuleCount, Why
from monitor.messages import BoardWideEdit, dump

_QUOTED: Final = 3  # passages that a message quotes


@dataclass(frozen=True, slots=True)
class EditOfCheck:
    """The board-wide edit that a check found: its passages, and the events of edited postings."""

    passages: tuple[Passage, ...]
    edited: tuple[PostingEvent, ...]
    listed: int
    unedited: tuple[tuple[str, Posting], ...] = ()  # open postings without the edit, by key


def mark_board_wide_edit(
    events: Sequence[PostingEvent], listed: int, compared: EditsByKey
) -> tuple[list[PostingEvent], EditOfCheck | None]:
    """Mark the events whose description changed only board-wide. Return them and the edit.

    `compared` are the passages from `compare_descriptions`: none, if too few were edited.
    """
    rewritten = {
        event.key: event
        for event in events
        if event.kind == "revised"
        and any(change.field == "description" for change in event.changes)
    }
    edits = {key: compared[key] for key in rewritten if key in compared}
    edit = find_in_edits(edits, listed)
    if edit is None:
        return list(events), None
    marked = [
        replace(event, board_wide=True) if event.key in edit.alone else event for event in events
    ]
    shown = []
    for number, (passage, count) in enumerate(edit.passages.items()):
        # messages quote the first ones alone
        around = _around(passage, edits, rewritten) if number < _QUOTED else ("", "")
        shown.append(Passage(passage.old, passage.new, count, *around))
    return marked, EditOfCheck(tuple(shown), tuple(rewritten[key] for key in edit.edited), listed)


def _around(
    passage: EditedPassage, edits: EditsByKey, rewritten: Mapping[str, PostingEvent]
) -> tuple[str, str]:
    return surroundings(
        passage,
        (
            (event.before.description if event.before else "", event.after.description)
            for key, event in rewritten.items()
            if passage in edits[key]
        ),
    )


def with_unedited(connection: Connection, board: BoardRow, edit: EditOfCheck) -> EditOfCheck:
    """Return the edit with the board's open postings that it left as they were."""
    edited = {event.key for event in edit.edited}
    left = [
        posting
        for posting in load_postings(connection, board.id).values()
        if posting.key not in edited
    ]
    contents = load_contents(connection, board.board, left)
    kept = tuple((one.key, contents[one.id]) for one in left if one.id in contents)
    return replace(edit, unedited=kept)


def rows(
    alerting: Alerting,
    board: BoardRow,
    edit: EditOfCheck,
    at: datetime,
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
    alerting: Alerting,
    rule: Rule,
    board: BoardRow,
    edit: EditOfCheck,
    at: datetime,
) -> BoardWideEdit:
    edited = [(event, why) for event in edit.edited if (why := _why(alerting, rule, board, event))]
    roles = tuple(
        role_of(board, event.key, event.after, event.first_seen_at, event.repost)
        for event, _ in edited
    )
    return BoardWideEdit(
        board=board.board,
        company=board.company,
        url=board.url,
        at=at,
        passages=edit.passages,
        edited=len(edit.edited),
        listed=edit.listed,
        rules=(RuleCount(rule.label, roles),) if roles else (),
        why=tuple(dict.fromkeys(why for _, why in edited)),
        mention=rule.mention,
        unedited=tuple(
            role.posting for role in fitting(alerting.matchers[rule.name], board, edit.unedited)
        ),
    )


def _why(alerting: Alerting, rule: Rule, board: BoardRow, event: PostingEvent) -> Why | None:
    before, after = (
        alerting.explain(rule.name, board, posting)
        for posting in (event.before or event.after, event.after)
    )
    return why_board_wide(before, after)
