"""Summaries: what a channel is told once when a board, a rule or the channel itself is new.

A channel has been introduced to a rule's view of a board, or it has not; what is missing is told at the end of a round, in one
message a channel. So a new rule, a board put back and the first working Slack token need no cases of their own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection, insert, select

from monitor import models, store
from monitor.alerting import Alerting, covers, fitting
from monitor.db import AnyRow
from monitor.messages import BoardCount, Role, RuleCount, SummaryMessage, dump
from monitor.settings import Rule

Missing = dict[tuple[str, str], list[AnyRow]]  # (rule, channel): the boards that the channel does not know of


def introduce(connection: Connection, alerting: Alerting, round_id: int, at: datetime) -> None:
    """Writes a summary alert for each rule and channel that has boards to be told of, and notes that they were told."""
    missing = _missing(connection, alerting)
    if not missing:
        return
    summaries = {board.board: _Board(connection, board) for boards in missing.values() for board in boards}
    rules = {rule.name: rule for rule in alerting.settings.rules}
    for (name, channel), boards in missing.items():
        wanted = [summaries[board.board] for board in boards if not alerting.announces(board.board)]
        if alerting.enabled and wanted:
            message = _summary(alerting, rules[name], wanted)
            alert = {"round_id": round_id, "rule": name, "kind": "summary", "channel": channel, "created_at": at}
            connection.execute(insert(models.Alert).values(**alert, why="a new board, rule or channel", message=dump(message)))
        told = [{"board_id": board.id, "rule": name, "channel": channel, "at": at} for board in boards]
        connection.execute(insert(models.Introduction), told)


def _missing(connection: Connection, alerting: Alerting) -> Missing:
    read = select(models.Board.__table__).where(models.Board.watched, models.Board.last_ok_at.is_not(None), ~models.Board.put_back)
    boards = connection.execute(read.order_by(models.Board.id)).all()
    known = {(row.board_id, row.rule, row.channel) for row in connection.execute(select(models.Introduction.__table__))}
    missing: Missing = defaultdict(list)
    for rule in alerting.settings.rules:
        for channel in alerting.channels(rule):
            for board in boards:
                if covers(rule, board.board) and (board.id, rule.name, channel) not in known:
                    missing[rule.name, channel].append(board)
    return missing


class _Board:
    """A board's open postings, read once for all the rules that ask."""

    def __init__(self, connection: Connection, board: AnyRow) -> None:
        self.row = board
        stored = store.load_postings(connection, board.id)
        contents = store.load_contents(connection, board.board, list(stored.values()))
        self.postings = [(key, contents[one.id]) for key, one in stored.items() if one.id in contents]
        self.count = BoardCount(board.board, board.company, board.url, len(stored))


def _summary(alerting: Alerting, rule: Rule, boards: list[_Board]) -> SummaryMessage:
    roles = tuple(_fitting(alerting, rule, boards)) if rule.mode == "instant" else ()
    return SummaryMessage(tuple(board.count for board in boards), (RuleCount(rule.name, roles),))


def _fitting(alerting: Alerting, rule: Rule, boards: list[_Board]) -> Iterator[Role]:
    for board in boards:
        yield from fitting(alerting.matchers[rule.name], board.row, board.postings)
