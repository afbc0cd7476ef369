"""One summary per channel about an employer's move to another board.

It is written in the transaction of the check that made the move, and replaces the board's first
summary (`summaries.py`). A channel that knew the new board before gets only the moved roles.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select

from crawler.registry import title
from monitor.alerts.alerting import Alerting, RuleChannel, covers
from monitor.alerts.role_state import role_of
from monitor.database import tables
from monitor.database.board_row import BoardRow
from monitor.database.slack_channels import Directory, directory
from monitor.history.contents import load_contents
from monitor.history.load import load_postings
from monitor.history.values import Moved
from monitor.message_parts import Move, Role, RuleCount
from monitor.messages import FirstCheckSummary, dump
from monitor.rules.matcher import candidate_of_posting

_Roles = Mapping[str, Sequence[Role]]  # by rule


def write(
    connection: Connection,
    alerting: Alerting,
    board: BoardRow,
    moved: Moved,
    *,
    round_id: int,
    check_id: int,
    at: datetime,
) -> None:
    """Write an alert for each channel of the board's rules. `board`: its row before the check."""
    names = directory(connection)
    pairs = _rule_channels(alerting, board, names)
    known = _introduce(connection, board, pairs, names, at)
    if not alerting.enabled or not pairs:
        return
    roles, listed = _roles(connection, alerting, board, moved)
    new = listed - len(moved.postings) if moved.baseline or board.put_back else 0
    channels: dict[str, dict[str, RuleCount]] = defaultdict(dict)
    for rule, channel in pairs:
        shown = [
            role
            for role in roles[rule]
            if role.repost_of or (rule, names.key(channel)) not in known
        ]
        one = alerting.matchers[rule].rule
        if shown or one.watch is None:  # a personal watch has no news without a role
            channels[channel][rule] = RuleCount(one.label, tuple(shown))
    common = {
        "round_id": round_id,
        "check_id": check_id,
        "created_at": at,
        "kind": "summary",
        "why": f"moved from {moved.former_board}",
    }
    for channel, rules in channels.items():
        move = _move(board, moved, new, list(rules.values()))
        message = FirstCheckSummary((), (), (move,), at=at)
        named = "; ".join(rules)
        connection.execute(
            insert(tables.Alert).values(
                **common, channel=channel, rule=named, message=dump(message)
            )
        )


def _rule_channels(alerting: Alerting, board: BoardRow, names: Directory) -> list[RuleChannel]:
    """Return the rule and channel pairs of a board. Two names of one channel count once."""
    pairs = {
        (rule.name, names.key(channel)): (rule.name, channel)
        for rule in alerting.settings.rules
        if covers(rule, board.board)
        for channel in alerting.channels(rule)
    }
    return list(pairs.values())


def _introduce(
    connection: Connection,
    board: BoardRow,
    pairs: Sequence[RuleChannel],
    names: Directory,
    at: datetime,
) -> set[RuleChannel]:
    """Note that these channels know the board. Return those that did before, by channel key."""
    rows = connection.execute(
        select(tables.Introduction.rule, tables.Introduction.channel).where(
            tables.Introduction.board_id == board.id
        )
    )
    known = {(rule, names.key(channel)) for rule, channel in rows}
    new = [(rule, channel) for rule, channel in pairs if (rule, names.key(channel)) not in known]
    introduced = [
        {"board_id": board.id, "rule": rule, "channel": channel, "at": at} for rule, channel in new
    ]
    if introduced:
        connection.execute(insert(tables.Introduction), introduced)
    return known


def _roles(
    connection: Connection, alerting: Alerting, board: BoardRow, moved: Moved
) -> tuple[_Roles, int]:
    """Return the board's roles that fit each rule, new ones first, and its number of roles."""
    stored = load_postings(connection, board.id)
    contents = load_contents(connection, board.board, list(stored.values()))
    postings = [
        (key, contents[posting_row.id], moved.postings.get(posting_row.id))
        for key, posting_row in sorted(stored.items(), key=lambda entry: entry[1].id)
        if posting_row.id in contents
    ]
    fits = {
        rule: [
            role_of(board, key, posting, repost=former)
            for key, posting, former in postings
            if matcher.explain(candidate_of_posting(board.board, board.company, posting)).fits
        ]
        for rule, matcher in alerting.matchers.items()
    }
    return {
        rule: sorted(fitting, key=lambda role: bool(role.repost_of))
        for rule, fitting in fits.items()
    }, len(contents)


def _move(board: BoardRow, moved: Moved, new: int, rules: Sequence[RuleCount]) -> Move:
    was, now = title(moved.former_board.partition(":")[0]), title(board.ats)
    if was == now:
        was, now = moved.former_board, board.board
    company = board.learned_company or moved.former_company
    return Move(
        board=board.board,
        company=company,
        url=board.url,
        was=was,
        now=now,
        before=moved.before,
        came=moved.came,
        back=moved.back,
        new=new,
        rules=tuple(rules),
    )
