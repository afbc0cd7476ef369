"""Run a person's own SQL in a way in which the database itself refuses to write."""

from __future__ import annotations

from contextlib import AbstractContextManager

from sqlalchemy import Engine, text

from monitor.database.engine import read_transaction
from monitor.database.views import VIEWS
from monitor.queries.question import Answer, Question
from monitor.queries.user_sql_sqlite import ask_sqlite


def ask(engine: Engine, question: Question) -> AbstractContextManager[Answer]:
    """Return the answer, which is read while the context is open.

    Raises UserError for an error in the query, also while the rows are read.
    """
    if engine.dialect.name == "sqlite":
        return ask_sqlite(engine, question)
    # its driver is an extra
    from monitor.queries.user_sql_postgres import ask_postgres  # noqa: PLC0415

    return ask_postgres(engine, question)


def view_columns(engine: Engine) -> dict[str, tuple[str, ...]]:
    """Return the views with their columns, in order."""
    with read_transaction(engine) as connection:
        # our own names
        return {
            view: tuple(connection.execute(text(f"SELECT * FROM {view} LIMIT 0")).keys())  # noqa: S608
            for view in VIEWS
        }
