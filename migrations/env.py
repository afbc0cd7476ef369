"""Alembic's entry: the connection comes from the caller, who owns the transaction.

The views are made anew after every step to a newer schema: they are this version's face, not part
of the tables' history, and a table cannot be rebuilt on SQLite while a view leans on it.
"""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from monitor.database import search, tables
from monitor.database.views import VIEWS, view_queries


def _drop_views(connection: Connection) -> None:
    for name in reversed(VIEWS):
        connection.exec_driver_sql(f"DROP VIEW IF EXISTS {name}")


def _create_views(connection: Connection) -> None:
    for name, query in view_queries(connection.dialect.name).items():
        connection.exec_driver_sql(f"CREATE VIEW {name} AS {query}")


def _run() -> None:
    connection: Connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=tables.Board.metadata,
        render_as_batch=True,  # SQLite changes a table by making it anew
        compare_type=True,
        include_object=lambda _object, name, _type, _reflected, _compared: (
            not search.is_index(name)
        ),
    )
    _drop_views(connection)
    with context.begin_transaction():
        context.run_migrations()
    # an older schema lacks what they read
    if context.get_context().get_current_revision() == context.script.get_current_head():
        _create_views(connection)


_run()
