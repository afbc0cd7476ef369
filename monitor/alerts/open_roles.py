"""Open postings with the rules that fit them, for reminders and digests."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, literal, literal_column, select

from monitor.alerts.alerting import Alerting
from monitor.alerts.wanted import why_of
from monitor.config.model import Rule
from monitor.database.board_row import BoardRow, load_boards
from monitor.database.columns import AnyRow
from monitor.database.json_values import in_json_list, json_list
from monitor.database.tables import (
    CONTENT,
    NEWEST_VERSION,
    Board,
    Description,
    Posting,
    PostingVersion,
)
from monitor.message_parts import Role, Why
from monitor.rules.matcher import candidate_of_posting


@dataclass(frozen=True, slots=True)
class OpenRole:
    """An open posting of a watched board."""

    posting_id: int
    board: str
    role: Role
    first_seen_at: datetime
    why: tuple[Why, ...]  # a reason for each rule that it fits


@dataclass(frozen=True, slots=True)
class OpenRoles:
    """Open roles with the rules that fit them, as they were read.

    They are read before a transaction begins, because reading and matching takes seconds. In it
    `refreshed` reads again what has changed since.
    """

    alerting: Alerting
    rules: Sequence[Rule]
    conditions: tuple[ColumnElement[bool], ...]
    boards: Mapping[str, BoardRow]  # the boards' rows as they were then
    roles: Sequence[OpenRole]

    @classmethod
    def read(
        cls,
        connection: Connection,
        alerting: Alerting,
        rules: Sequence[Rule],
        *conditions: ColumnElement[bool],
    ) -> OpenRoles:
        """Read the open postings under the conditions."""
        boards = _boards(connection)
        return cls(
            alerting,
            rules,
            conditions,
            boards,
            list(open_postings(connection, alerting, rules, *conditions)),
        )

    def refreshed(self, connection: Connection) -> Sequence[OpenRole]:
        """Return the roles as they are now. Only boards written since are read again."""
        boards = _boards(connection)
        same = {name for name, row in boards.items() if self.boards.get(name) == row}
        changed = [row.id for name, row in boards.items() if name not in same]
        if not changed and len(boards) == len(self.boards):
            return self.roles
        only = in_json_list(Posting.board_id, "boards")
        again = open_postings(
            connection, self.alerting, self.rules, *self.conditions, only, boards=changed
        )
        return sorted(
            [*(one for one in self.roles if one.board in same), *again],
            key=lambda one: one.posting_id,
        )


def _boards(connection: Connection) -> dict[str, BoardRow]:
    return {row.board: row for row in load_boards(connection)}


def open_postings(
    connection: Connection,
    alerting: Alerting,
    rules: Collection[Rule],
    *conditions: ColumnElement[bool],
    boards: Collection[int] = (),
) -> Iterator[OpenRole]:
    """Return each open posting of the watched boards under the conditions, fitting or not.

    `boards` are board ids for a condition with a parameter of that name.
    """
    found = {row.id: row for row in _boards(connection).values()}
    query = _query(rules).where(*conditions)
    boards_asked = {"boards": json_list(boards)}
    for row in connection.execute(query, boards_asked if boards else {}):
        yield _open_role(alerting, rules, found[row.board_id], row)


def _open_role(
    alerting: Alerting, rules: Collection[Rule], board: BoardRow, row: AnyRow
) -> OpenRole:
    # loaded with the first posting, which most checks do not ask for
    from monitor.alerts.role_state import role_of  # noqa: PLC0415
    from monitor.history.contents import posting_from_row  # noqa: PLC0415

    content = posting_from_row(row)
    wanted = candidate_of_posting(board.board, board.company, content)
    said = [alerting.matchers[rule.name].explain(wanted) for rule in rules]
    first = [place for one in said if one.fits for place in one.places]
    opened_at = None if row.baseline else row.first_seen_at
    return OpenRole(
        row.posting_id,
        board.board,
        role_of(board, row.key, content, opened_at, first=first),
        row.first_seen_at,
        tuple(why_of(one) for one in said if one.fits),
    )


def _query(rules: Collection[Rule]) -> Any:  # a Select of very many columns  # noqa: ANN401
    """Select the postings. Their text only if a rule reads it: it is most of the data."""
    reads = any("description" in (*rule.read_in, *rule.none_in) for rule in rules)
    posting = (
        Posting.key,
        Posting.company,
        Posting.board_id,
        Posting.baseline,
        Posting.first_seen_at,
    )
    query = select(*CONTENT, *posting, (Description.text if reads else literal("")).label("text"))
    query = query.join_from(Posting, PostingVersion, NEWEST_VERSION)
    query = query.join(Board, Board.id == Posting.board_id)
    query = (
        query.join(Description, Description.digest == PostingVersion.description_digest)
        if reads
        else query
    )
    return query.where(Posting.state == literal_column("'open'"), Board.watched).order_by(
        Posting.id
    )
