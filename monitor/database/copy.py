"""Copy one database into another, empty one: SQLite to PostgreSQL and back.

The source is read in one snapshot while others write. The target takes everything or nothing. Rows
keep their ids. The lease, the requests to its holder, its workers and their queue are not copied.
The full-text index is built again, since each database has its own kind.
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
from monitor.database.columns import Base
from monitor.database.engine import read_transaction
from monitor.database.search_index import index_missing
from monitor.database.tables import Lease, RoundRequest, Worker, WorkerConfiguration
from monitor.errors import UserError

_NOT_COPIED = {model.__tablename__ for model in (Lease, RoundRequest, Worker, WorkerConfiguration)}
_BATCH = 1000  # rows in memory

Progress = Callable[[str, int, int], None]  # a table, its copied rows, all its rows


def tables() -> list[Table]:
    """Return the tables to copy, each after those that it refers to."""
    return [table for table in Base.metadata.sorted_tables if table.name not in _NOT_COPIED]


def copy(source: Engine, target: Engine, progress: Progress) -> dict[str, int]:
    """Copy everything. Return the number of rows of each table.

    Raise UserError if the target has any rows. Then it is left unchanged.
    """
    _prepare(target)
    with read_transaction(source) as old, target.begin() as new:
        _refuse_full(new)
        copied = {table.name: _copy(old, new, table, progress) for table in tables()}
        index_missing(new)
        _reset_sequences(new)
        _verify(new, copied)
    return copied


def _prepare(target: Engine) -> None:
    """Create the tables. Refuse those of another program or another version."""
    with read_transaction(target) as connection:
        revision = schema.revision(connection)
        schema.require_own_schema(revision, connection)
    if revision is None:
        schema.upgrade(target)
    elif revision != schema.newest():
        raise UserError(
            f"the target has tables of an older rolewatch (schema {revision}):"
            " name an empty database"
        )


def _refuse_full(target: Connection) -> None:
    for table in Base.metadata.sorted_tables:
        if target.execute(select(table).limit(1)).first() is not None:
            raise UserError(
                f"the target has rows already (in {table.name}): name an empty database"
            )


def _copy(old: Connection, new: Connection, table: Table, progress: Progress) -> int:
    total: int = old.execute(select(func.count()).select_from(table)).scalar_one()
    own = [
        column
        for column in table.c
        if any(key.column.table is table for key in column.foreign_keys)
    ]
    rows = old.execution_options(yield_per=_BATCH).execute(
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
    """Take references to rows of the same table out of the rows. Return them for later."""
    references = [
        {"row": row["id"]} | {column.name: row[column.name] for column in own}
        for row in rows
        if any(row[c.name] for c in own)
    ]
    for row in rows:
        row.update({column.name: None for column in own})
    return references


def _restore_self_references(
    new: Connection, table: Table, own: Sequence[Column[Any]], rows: Sequence[dict[str, Any]]
) -> None:
    if rows:
        names: dict[str, Any] = {column.name: bindparam(column.name) for column in own}
        new.execute(update(table).where(table.c.id == bindparam("row")).values(names), rows)


def _reset_sequences(new: Connection) -> None:
    """Move PostgreSQL's sequences past the copied ids."""
    if new.dialect.name != "postgresql":
        return
    for table in tables():
        column = cast("Column[Any] | None", table.autoincrement_column)
        if column is not None and isinstance(column.type, Integer):
            counter = func.pg_get_serial_sequence(table.name, column.name)
            # does nothing for an empty table
            new.execute(select(func.setval(counter, func.max(column))))


def _verify(new: Connection, copied: dict[str, int]) -> None:
    for table in tables():
        rows = new.execute(select(func.count()).select_from(table)).scalar_one()
        if rows != copied[table.name]:
            raise UserError(
                f"{table.name} has {rows} rows in the target"
                f" and {copied[table.name]} in the source:"
                " nothing was copied"
            )
