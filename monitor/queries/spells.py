"""The stretches in which one posting was open, with what is known of their ends."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Text, column, select, table

from monitor.database.columns import UtcDateTime
from monitor.queries.resolve import PostingRef
from monitor.queries.view_tables import Row, all_columns, run_listing

_LIFETIMES = table(
    "posting_lifetimes",
    column("posting", Text()),
    column("board", Text()),
    column("spell"),
    column("opened_latest", UtcDateTime()),
)


def spells(connection: Connection, found: PostingRef, until: datetime | None = None) -> list[Row]:
    """Return the posting's rows of `posting_lifetimes`, the first spell first.

    With `until`, only those that had begun by then. A posting that was never read has none.
    """
    mine = [_LIFETIMES.c.board == found.board, _LIFETIMES.c.posting == found.posting]
    if until is not None:
        mine.append(_LIFETIMES.c.opened_latest <= until)
    query = select(all_columns("posting_lifetimes")).select_from(_LIFETIMES).where(*mine)
    return run_listing(connection, query.order_by(_LIFETIMES.c.spell)).rows
