"""Multiply a store on PostgreSQL: copies of all boards with other names and the same texts.

The farm writes each row in Python, which takes hours for ten million versions. The database copies
them in minutes, without indices, which it builds at the end.
"""

from __future__ import annotations

from sqlalchemy import Connection, Engine, text

from monitor.database.columns import AnyRow
from tests.benchmarks.store_farm import Farm

# how a copy's columns differ
_TABLES = {
    "board": {
        "id": "id + :boards",
        "board": "'greenhouse:employer' || (id - 1 + :boards)",
        "token": "'employer' || (id - 1 + :boards)",
        "company": "'Employer ' || (id - 1 + :boards)",
        "url": "'https://job-boards.greenhouse.io/employer' || (id - 1 + :boards)",
    },
    "board_check": {"id": "id + :checks", "board_id": "board_id + :boards"},
    "posting": {
        "id": "id + :postings",
        "board_id": "board_id + :boards",
        "key": "(4000000 + id + :postings)::text",
        "name": "'greenhouse:employer' || (board_id - 1 + :boards) || ':'"
        " || (4000000 + id + :postings)",
    },
    "posting_version": {"id": "id + :versions", "posting_id": "posting_id + :postings"},
    "posting_change": {
        "id": "id + :changes",
        "check_id": "check_id + :checks",
        "posting_id": "posting_id + :postings",
    },
}
_IDS = {
    "boards": "board",
    "checks": "board_check",
    "postings": "posting",
    "versions": "posting_version",
    "changes": "posting_change",
}


def multiply(engine: Engine, farm: Farm, times: int) -> None:
    """Add `times - 1` copies of every board. The farm has their number afterwards."""
    with engine.begin() as connection:
        connection.execute(text("SET session_replication_role = replica"))
        connection.execute(text("SET maintenance_work_mem = '1GB'"))
        built = _drop_indices(connection)
        sizes = {
            name: connection.execute(text(f"SELECT max(id) FROM {table}")).scalar_one()
            for name, table in _IDS.items()
        }
        for table, columns in _TABLES.items():
            _copy(connection, table, columns, sizes, times)
        for statement in built:
            connection.execute(text(statement))
        for table in _TABLES:
            connection.execute(
                text(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'),"
                    f" (SELECT max(id) FROM {table}))"
                )
            )
    farm.boards *= times
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")


def _copy(
    connection: Connection, table: str, changed: dict[str, str], sizes: dict[str, int], times: int
) -> None:
    columns = connection.scalars(
        text(
            "SELECT attname FROM pg_attribute WHERE attrelid = CAST(:table AS regclass)"
            " AND attnum > 0 AND NOT attisdropped AND attgenerated = ''"
        ),
        {"table": table},
    ).all()
    values = ", ".join(changed.get(name, name) for name in columns)
    insert = (
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} WHERE id <= :last"
    )
    last = sizes[next(name for name, of in _IDS.items() if of == table)]
    for copy in range(1, times):
        numbers = {name: size * copy for name, size in sizes.items() if f":{name}" in insert}
        connection.execute(text(insert), {"last": last, **numbers})


def _drop_indices(connection: Connection) -> list[str]:
    """Drop the indices and constraints of the tables. Return the statements that build them.

    Keys go first, then what points to them.
    """
    tables = "(" + ", ".join(f"'{table}'::regclass" for table in _TABLES) + ")"
    constraints = connection.execute(
        text(
            "SELECT conrelid::regclass::text AS owner, conname, pg_get_constraintdef(oid) AS made,"
            " contype FROM pg_constraint WHERE contype IN ('f', 'p', 'u')"
            f" AND (conrelid IN {tables} OR confrelid IN {tables}) ORDER BY contype = 'f' DESC"
        )
    ).all()
    for row in constraints:
        connection.execute(text(f'ALTER TABLE {row.owner} DROP CONSTRAINT "{row.conname}"'))
    indices = connection.execute(
        text(
            "SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS made"
            f" FROM pg_index WHERE indrelid IN {tables}"
        )
    ).all()
    for row in indices:
        connection.execute(text(f"DROP INDEX {row.name}"))
    keys = [row for row in constraints if row.contype != "f"]
    foreign = [row for row in constraints if row.contype == "f"]
    return [
        *(_add(row) for row in keys),
        *(row.made for row in indices),
        *(f"{_add(row)} NOT VALID" for row in foreign),
    ]


def _add(row: AnyRow) -> str:
    return f'ALTER TABLE {row.owner} ADD CONSTRAINT "{row.conname}" {row.made}'
