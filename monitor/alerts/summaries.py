"""Summaries for channels when a board, a rule or the channel itself is new.

A table lists which channel has had a summary of which rule and board. The end of a round writes the
missing ones, in one message per channel. So a new rule, a board watched again and the first working
Slack token need no special cases.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, func, insert, or_, select

from monitor.alerts.alerting import Alerting, RuleChannel, covers, fitting
from monitor.alerts.rows import written_since
from monitor.database import tables
from monitor.database.board_row import BoardRow, load_boards
from monitor.database.columns import table
from monitor.database.engine import insert_or_ignore
from monitor.database.slack_channels import directory
from monitor.message_parts import BoardCount, Role, RuleCount
from monitor.messages import FirstCheckSummary, dump
from monitor.rules.matches import rules_up_to_date

if TYPE_CHECKING:
    from monitor.alerts.summary_postings import OpenPostings

_INTRODUCTION = table(tables.Introduction)


class Introductions(NamedTuple):
    """The summaries to write, and the boards, rules and channels that they cover."""

    covered: list[tuple[int, RuleChannel]]  # each with the board's row id
    summaries: Mapping[RuleChannel, _Summary]


def find(
    connection: Connection,
    alerting: Alerting,
    round_id: int,
    boards_of_other_rounds: Collection[str] = (),
) -> Introductions:
    """Return the missing summaries. Every posting of their boards is matched; nothing is written.

    `boards_of_other_rounds` are left out: those rounds write their own.
    """
    covered: list[tuple[int, RuleChannel]] = []
    summaries: dict[RuleChannel, _Summary] = defaultdict(_Summary)
    missing = list(_missing(connection, alerting, boards_of_other_rounds))
    if not missing:
        return Introductions(covered, summaries)
    # loaded with the first missing summary: it loads what reads postings
    from monitor.alerts.summary_postings import read_postings  # noqa: PLC0415

    opened = _just_opened(connection, round_id)
    up_to_date = rules_up_to_date(connection, alerting.settings)
    for board, new in missing:
        covered += [(board.id, pair) for pair in new]
        is_baseline = _is_baseline(connection, board, round_id)
        if not alerting.enabled or (is_baseline and alerting.announces_baseline(board.board)):
            continue
        # the round itself has matched the postings of a baseline
        matched = up_to_date if is_baseline else ()
        postings = read_postings(connection, board, {rule for rule, _ in new}, matched)
        _add(alerting, board, postings, {pair: summaries[pair] for pair in new}, opened)
    return Introductions(covered, summaries)


def write(connection: Connection, found: Introductions, round_id: int, at: datetime) -> None:
    """Write a summary alert for each rule and channel, and note what they cover."""
    if found.covered:
        rows = [
            {"board_id": board_id, "rule": rule, "channel": channel, "at": at}
            for board_id, (rule, channel) in found.covered
        ]
        # the names of a channel may have been learned since
        connection.execute(insert_or_ignore(connection, _INTRODUCTION), rows)
    for (rule, channel), summary in found.summaries.items():
        if not summary.boards:
            continue
        alerted = tuple(sorted(summary.alerted))
        count = RuleCount(summary.label, tuple(summary.roles), alerted=alerted)
        message = FirstCheckSummary(tuple(summary.boards), (count,), at=at)
        connection.execute(
            insert(tables.Alert).values(
                round_id=round_id,
                rule=rule,
                kind="summary",
                channel=channel,
                created_at=at,
                why="a new board, rule or channel",
                message=dump(message),
            )
        )


def _is_baseline(connection: Connection, board: BoardRow, round_id: int) -> bool:
    """Return whether the board was read for the first time in this round."""
    check = tables.BoardCheck
    first = select(func.min(check.round_id)).where(
        check.board_id == board.id, check.result != "failure"
    )
    return connection.execute(first).scalar() == round_id


@dataclass(slots=True)
class _Summary:
    label: str = ""  # the rule's name for people
    boards: list[BoardCount] = field(default_factory=list)
    roles: list[Role] = field(default_factory=list)
    # those that fit and had an alert of their own while the round went on
    alerted: set[str] = field(default_factory=set)


def _began(connection: Connection, round_id: int) -> datetime | None:
    """Return when the round began, or the oldest one beside which it went on."""
    row = tables.CheckRound
    began = select(row.started_at).where(row.id == round_id).scalar_subquery()
    beside = or_(row.finished_at.is_(None), row.finished_at >= began)
    return connection.scalar(select(func.min(row.started_at)).where(beside))


def _just_opened(connection: Connection, round_id: int) -> Mapping[RuleChannel, Collection[str]]:
    """Return the roles alerted as opened since this round, or one beside it, began.

    They are grouped by rule and channel. A board may be read twice before its summary.
    """
    alert = tables.Alert
    opened = select(alert.rule, alert.channel, tables.Posting.name).join(
        tables.Posting, tables.Posting.id == alert.posting_id
    )
    found: dict[RuleChannel, set[str]] = defaultdict(set)
    since = written_since(connection, _began(connection, round_id))
    for rule, channel, posting in connection.execute(
        opened.where(since, alert.kind.in_(("opened", "reopened")))
    ):
        found[rule or "", channel].add(posting)
    return found


def _missing(
    connection: Connection, alerting: Alerting, boards_of_other_rounds: Collection[str]
) -> Iterator[tuple[BoardRow, list[RuleChannel]]]:
    """Return each board with the rules and channels that lack its summary.

    A board with a pending move gets the move's summary first. One whose texts wait for later checks
    gets its summary when they are read.
    """
    board = tables.Board
    is_read = board.last_ok_at.is_not(None), board.texts_waiting == 0
    rows = load_boards(connection, board.watched, *is_read, ~board.put_back)
    boards = [
        row for row in rows if not row.is_move_pending and row.board not in boards_of_other_rounds
    ]
    names = directory(connection)
    key = cache(names.key)  # a few channels, and hundreds of boards
    known = {
        (board_id, rule, key(channel))
        for board_id, rule, channel in connection.execute(
            select(
                tables.Introduction.board_id, tables.Introduction.rule, tables.Introduction.channel
            )
        )
    }
    rules = [
        (rule, {key(channel): channel for channel in alerting.channels(rule)})
        for rule in alerting.settings.rules
    ]
    for row in boards:
        new = [
            (rule.name, channel)
            for rule, channels in rules
            if covers(rule, row.board)
            for id_, channel in channels.items()
            if (row.id, rule.name, id_) not in known
        ]
        if new:
            yield row, new


def _add(
    alerting: Alerting,
    board: BoardRow,
    postings: OpenPostings,
    summaries: Mapping[RuleChannel, _Summary],
    opened: Mapping[RuleChannel, Collection[str]],
) -> None:
    """Add the postings that fit to each rule's summary.

    Roles in `opened` are counted and not listed again.
    """
    roles = {
        rule: fitting(alerting.matchers[rule], board, postings.contents)
        for rule in {rule for rule, _ in summaries}
    }
    announced = alerting.announces_baseline(board.board)
    for pair, summary in summaries.items():
        fitting_roles = roles[pair[0]]
        left = [role for role in fitting_roles if role.posting not in opened.get(pair, ())]
        if announced and fitting_roles and not left:  # by another round, role by role
            continue
        rule = alerting.matchers[pair[0]].rule
        if rule.watch is not None and not fitting_roles:  # no news for one person
            continue
        summary.label = rule.label
        summary.boards.append(BoardCount(board.board, board.company, board.url, postings.total))
        summary.roles += left
        summary.alerted |= {role.posting for role in fitting_roles} - {
            role.posting for role in left
        }
