from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone

from sqlalchemy import Connection, Engine, Table, insert, select

from monitor.database.bulk import insert_prepared, insert_rows, prepare_rows
from monitor.database.columns import Base, table
from monitor.database.tables import Posting, PostingChange, PostingVersion
from tests.support.boards import posting, snapshot
from tests.support.history import History

AT = datetime(2026, 3, 2, 9, tzinfo=timezone(timedelta(hours=2)))
ROWS: dict[type[Base], dict[str, object]] = {
    Posting: {
        "board_id": 1, "state": "open", "version": 1, "baseline": True, "first_seen_at": AT,
        "company": None, "pay_year_max": 240_000, "deadline_at": AT,
    },
    PostingVersion: {
        "posting_id": 1, "valid_from": AT, "digest": "1:2", "title": "Ingénieur·e", "location": "",
        "locations": ["Zürich", "Paris"], "department": "", "employment_type": "", "url": "",
        "pay_min": 1.5, "reader_version": 3, "raw": b"\x28\x00", "stated": [], "unsent": ["pay"],
    },
    PostingChange: {
        "check_id": 1, "posting_id": 1, "at": AT, "not_after": AT.astimezone(UTC),
        "kind": "opened", "old": None, "version": 1,
    },
}  # fmt: skip


def test_many_rows_are_stored_as_sqlalchemy_stores_them(engine: Engine) -> None:
    history = History(engine)
    history.check(snapshot([posting("1")]))
    with engine.begin() as connection:
        digest = connection.scalar(select(table(PostingVersion).c.description_digest))
        for model, columns in ROWS.items():
            one = table(model)
            text = {"description_digest": digest} if model is PostingVersion else {}
            row = columns | text
            for add, first in ((insert_rows, 100), (_insert, 200), (_insert_late, 300)):
                add(connection, one, [row | _own(model, first + place) for place in range(20)])
            kept = [column for column in one.c if column.name not in _own(model, 0)]
            newest = select(*kept).order_by(one.c.id.desc()).limit(60)
            rows = connection.execute(newest).all()

            assert len(rows) == 60
            assert len({repr(row[1:]) for row in rows}) == 1, model


def _own(model: type, number: int) -> dict[str, object]:
    """Return the columns that differ from row to row."""
    if model is Posting:
        return {"key": str(number), "name": f"greenhouse:examplelabs:{number}"}
    return {"number": number} if model is PostingVersion else {"pay_old_max": float(number)}


def _insert_late(connection: Connection, one: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert rows of which one column is known only in the transaction."""
    name = next(name for name in ("posting_id", "board_id") if name in rows[0])
    known = [{key: value for key, value in row.items() if key != name} for row in rows]
    prepared = prepare_rows(connection.dialect, one, known)
    insert_prepared(connection, prepared, **{name: [row[name] for row in rows]})


def _insert(connection: Connection, one: Table, rows: Sequence[Mapping[str, object]]) -> None:
    connection.execute(insert(one), rows)
