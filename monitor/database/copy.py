"""Everything of one database into another, empty one: SQLite to PostgreSQL and back.

The source is read in one view, while others write; the target takes all of it or nothing. Rows keep
their numbers. Who works on the source and what is asked of him stays there, and the full-text index
is made anew, since each database has its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    Table,
    bindparam,
    func,
    insert,
    select,
    update,
)

from monitor.database import schema
from monitor.database.engine import Base, read_transaction
from monitor.database.search import index_missing
from monitor.database.tables import Lease, RoundRequest
from monitor.errors import UserError

_NOT_COPIED = {Lease.__tablename__, RoundRequest.__tablename__}
_AT_ONCE = 1000  # rows in memory

Progress = Callable[[str, int, int], None]  # a table, its rows that are copied, and all


def tables() -> list[Table]:
    """What is copied, each table after those that it points to."""
    return [table for table in Base.metadata.sorted_tables if table.name not in _NOT_COPIED]


def copy(source: Engine, target: Engine, progress: Progress) -> dict[str, int]:
    """Copies all of it; gives how many rows each table has. Raises UserError when the target holds anything, and leaves it alone."""
    _prepare(target)
    with read_transaction(source) as old, target.begin() as new:
        _refuse_full(new)
        copied = {table.name: _copy(old, new, table, progress) for table in tables()}
        index_missing(new)
        _reset_sequences(new)
        _verify(new, copied)
    return copied


def _prepare(target: Engine) -> None:
    """Its tables, unless it has them; another program's, or those of another version, are refused."""
    with read_transaction(target) as connection:
        found = schema.revision(connection)
        schema.require_own_schema(found, connection)
    if found is None:
        schema.upgrade(target)
    elif found != schema.newest():
        raise UserError(
            f"the target has tables of an older rolewatch (schema {found}): name an empty database"
        )


def _refuse_full(target: Connection) -> None:
    for table in Base.metadata.sorted_tables:
        if target.execute(select(table).limit(1)).first() is not None:
            raise UserError(
                f"the target holds something already (in {table.name}): name an empty database"
            )


def _copy(old: Connection, new: Connection, table: Table, progress: Progress) -> int:
    total: int = old.execute(select(func.count()).select_from(table)).scalar_one()
    own = [
        column
        for column in table.c
        if any(key.column.table is table for key in column.foreign_keys)
    ]
    rows = old.execution_options(yield_per=_AT_ONCE).execute(
        select(table).order_by(*table.primary_key)
    )
    copied = 0
    later: list[dict[str, Any]] = []
    for part in rows.mappings().partitions():
        values = [dict(row) for row in part]
        later += _defer_self_references(values, own)
        new.execute(insert(table), values)
        copied += len(values)
        progress(table.name, copied, total)
    _restore_self_references(new, table, own, later)
    return copied


def _defer_self_references(
    rows: Sequence[dict[str, Any]], own: Sequence[Column[Any]]
) -> list[dict[str, Any]]:
    """What rows say of other rows of their table, taken out of them until all are there."""
    found = [
        {"row": row["id"]} | {column.name: row[column.name] for column in own}
        for row in rows
        if any(row[c.name] for c in own)
    ]
    for row in rows:
        row.update({column.name: None for column in own})
    return found


def _restore_self_references(
    new: Connection, table: Table, own: Sequence[Column[Any]], rows: Sequence[dict[str, Any]]
) -> None:
    if rows:
        names: dict[str, Any] = {column.name: bindparam(column.name) for column in own}
        new.execute(update(table).where(table.c.id == bindparam("row")).values(names), rows)


def _reset_sequences(new: Connection) -> None:
    """PostgreSQL's counters know nothing of rows that came with their numbers."""
    if new.dialect.name != "postgresql":
        return
    for table in tables():
        column = cast("Column[Any] | None", table.autoincrement_column)
        if column is not None and isinstance(column.type, Integer):
            counter = func.pg_get_serial_sequence(table.name, column.name)
            # of no rows it sets nothing
            new.execute(select(func.setval(counter, func.max(column))))


def _verify(new: Connection, copied: dict[str, int]) -> None:
    for table in tables():
        found = new.execute(select(func.count()).select_from(table)).scalar_one()
        if found != copied[table.name]:
            raise UserError(
                f"{table.name} has {found} rows in the target and {copied[table.name]} in the source: nothing was copied"
            )
