"""Alembic's entry point.

rolewatch passes a connection and owns the transaction. The command `alembic` has none: it uses the
database of the configuration, which must exist.

The views are created again after every migration to the newest schema. They belong to this version
and not to the history of the tables, and SQLite cannot rebuild a table that a view uses.
"""

from __future__ import annotations

import os
from typing import Final

from alembic import context
from alembic.util import CommandError
from sqlalchemy import Connection, inspect

from monitor.config.load import load
from monitor.database import schema, search_index, tables
from monitor.database.opening import open_existing
from monitor.database.views import VIEWS, view_queries
from monitor.errors import UserError

_GIVEN: Final[Connection | None] = context.config.attributes.get("connection")


def _drop_views(connection: Connection) -> None:
    present = set(inspect(connection).get_view_names())  # an older table may have a view's name
    for name in reversed(VIEWS):
        if name in present:
            connection.exec_driver_sql(f"DROP VIEW {name}")


def _create_views(connection: Connection) -> None:
    for name, query in view_queries(connection.dialect.name).items():
        connection.exec_driver_sql(f"CREATE VIEW {name} AS {query}")


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=tables.complete_metadata(),
        render_as_batch=True,  # SQLite changes a table by creating it again
        compare_type=True,
        include_object=lambda _object, name, _type, _reflected, _compared: (
            not search_index.is_index(name) and not schema.is_of_queue(name)
        ),
    )
    migrates = "destination_rev" in context.get_context().opts  # `alembic current` does not
    if migrates:
        _drop_views(connection)
    with context.begin_transaction():
        context.run_migrations()
    # an older schema lacks columns of the views
    if migrates and context.get_context().get_current_revision() == schema.newest():
        _create_views(connection)


def _run_on_configured_database() -> None:
    try:
        url = load(None, os.environ).database_url.get_secret_value()
        engine = open_existing(url, whatever_schema=True)
    except UserError as error:
        raise CommandError(str(error)) from error
    with engine.begin() as connection:
        _run(connection)
    engine.dispose()


if _GIVEN is not None:
    _run(_GIVEN)
else:
    _run_on_configured_database()
