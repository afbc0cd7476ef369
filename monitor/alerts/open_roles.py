"""The open postings and the rules that they fit today: what reminders and digests are made from."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, literal, literal_column, select

from monitor.alerts.alerting import Alerting, role_of
from monitor.config.model import Rule
from monitor.database.tables import Board, Description, Posting, PostingVersion
from monitor.history import postings
from monitor.messages import Role, Why
from monitor.rules.matches import candidate_of_posting


@dataclass(frozen=True, slots=True)
class OpenRole:
    """An open posting of a watched board."""

    posting_id: int
    board: str
    role: Role
    first_seen_at: datetime
    why: tuple[Why, ...]  # a reason for each rule that it fits


def open_postings(
    connection: Connection,
    alerting: Alerting,
    rules: Collection[Rule],
    *conditions: ColumnElement[bool],
) -> Iterator[OpenRole]:
    """Each open posting of the watched boards under the conditions, whether it fits one of the rules or none."""
    boards = {row.id: row for row in connection.execute(select(Board.__table__))}
    for row in connection.execute(_query(rules).where(*conditions)):
        board, content = boards[row.board_id], postings.posting_from_row(row)
        wanted = candidate_of_posting(board.board, board.company, content)
        found = [alerting.matchers[rule.name].explain(wanted) for rule in rules]
        shown = role_of(board, row.key, content, None if row.baseline else row.first_seen_at)
        yield OpenRole(
            row.posting_id,
            board.board,
            shown,
            row.first_seen_at,
            tuple(Why(one.rule, one.words) for one in found if one.fits),
        )


def _query(rules: Collection[Rule]) -> Any:  # a Select of very many columns  # noqa: ANN401
    """The text only when a rule reads it: it is most of what is stored."""
    reads = any("description" in (*rule.within, *rule.none_in) for rule in rules)
    content = [column for column in PostingVersion.__table__.c if column.name != "raw"]
    posting = (
        Posting.key,
        Posting.company,
        Posting.board_id,
        Posting.baseline,
        Posting.first_seen_at,
    )
    query = select(*content, *posting, (Description.text if reads else literal("")).label("text"))
    query = query.join_from(
        Posting,
        PostingVersion,
        and_(PostingVersion.posting_id == Posting.id, PostingVersion.number == Posting.version),
    )
    query = query.join(Board, Board.id == Posting.board_id)
    query = (
        query.join(Description, Description.digest == PostingVersion.description_digest)
        if reads
        else query
    )
    return query.where(Posting.state == literal_column("'open'"), Board.watched).order_by(
        Posting.id
    )
