"""Read stored versions again, in place, when a newer reader derives better values.

Derived values are pay, deadline and workplace. Nobody edited anything, so there is no change and no
alert. Differences are noted in `reading_change`. The daemon rereads in short slices between rounds,
`db upgrade` all at once. A check that meets an old version rereads it in the same way
(`contents.py`). A raw job that the newer reader cannot read stays as it is, under the newer
reader's number.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Engine, and_, func, insert, or_, select, update

from crawler.items import Posting
from crawler.registry import supported
from monitor.config.model import Settings
from monitor.database import tables
from monitor.database.columns import AnyRow, table
from monitor.database.engine import read_transaction
from monitor.database.pauses import with_pauses
from monitor.database.texts import find_new_texts, store_texts
from monitor.history.compare import derived_fields, differences, same_content
from monitor.history.contents import CURRENT_READER, Reader, posting_from_row, read_by
from monitor.history.posting_rows import content_columns, list_columns, text_digest
from monitor.message_parts import FieldChange
from monitor.rules import matches
from monitor.rules.matcher import Matcher, candidate_of_posting

_AT_ONCE = 100  # versions in one transaction: writers wait for it
_POSTING = table(tables.Posting)
_VERSION = table(tables.PostingVersion)
_OLDER = (
    select(
        _VERSION,
        tables.Description.text,
        tables.Posting.key,
        tables.Posting.company,
        tables.Board.board,
        tables.Board.ats,
        tables.Board.company.label("board_company"),
        tables.Posting.version.label("newest"),
    )
    .join(tables.Posting, tables.Posting.id == _VERSION.c.posting_id)
    .join(tables.Board, tables.Board.id == tables.Posting.board_id)
    .join(tables.Description, tables.Description.digest == _VERSION.c.description_digest)
    .order_by(_VERSION.c.reader_version, _VERSION.c.id)
    .limit(_AT_ONCE)
)


class Reread(NamedTuple):
    """A version, its content as stored and as the newer reader reads it."""

    row: AnyRow
    before: Posting
    after: Posting

    @property
    def changes(self) -> tuple[FieldChange, ...]:
        return differences(self.before, self.after)

    @property
    def differs(self) -> bool:
        """True if anything that rules or lists read is different, noted as a change or not."""
        derived = derived_fields(self.before) != derived_fields(self.after)
        return derived or not same_content(self.before, self.after)


def count_older(connection: Connection, reader: Reader = CURRENT_READER) -> int:
    """Return how many versions were read by an older reader."""
    versions = (
        select(func.count())
        .select_from(_VERSION)
        .join(tables.Posting, tables.Posting.id == _VERSION.c.posting_id)
        .join(tables.Board, tables.Board.id == tables.Posting.board_id)
        .where(*_is_older(reader))
    )
    return connection.scalar(versions) or 0


def _is_older(reader: Reader) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions on a version and its board: first the index's, then one per ats."""
    newest = {ats: reader.version(ats) for ats in supported()}
    of_ats = (
        and_(tables.Board.ats == ats, _VERSION.c.reader_version < version)
        for ats, version in newest.items()
    )
    return _VERSION.c.reader_version < max(newest.values()), or_(*of_ats)


def reread_older(
    engine: Engine,
    settings: Settings,
    now: datetime,
    seconds: float,
    *,
    reader: Reader = CURRENT_READER,
    clock: Callable[[], float] = time.monotonic,
    progress: Callable[[int], None] = lambda _: None,
) -> bool:
    """Reread older versions. Return True if some are left when the time is over."""
    matchers = [Matcher(rule) for rule in settings.rules]
    until = clock() + seconds
    while rows := _some(engine, reader):
        better = [
            Reread(row, before := posting_from_row(row), read_by(reader, row.ats, before, row.raw))
            for row in with_pauses(rows)
        ]
        with engine.begin() as connection:
            _write(connection, matchers, better, reader, now)
        progress(len(rows))
        if clock() >= until:
            return True
    return False


def _some(engine: Engine, reader: Reader) -> Sequence[AnyRow]:
    with read_transaction(engine) as connection:
        return connection.execute(_OLDER.where(*_is_older(reader))).all()


def _write(
    connection: Connection,
    matchers: Sequence[Matcher],
    better: Sequence[Reread],
    reader: Reader,
    now: datetime,
) -> None:
    """Update the versions in place, unless a check has rewritten one in the meantime."""
    contents = [one.after for one in better]
    texts = [(one.title, text_digest(one.description), one.description) for one in contents]
    store_texts(connection, find_new_texts(connection, texts))
    noted: list[dict[str, object]] = []
    for one in better:
        mine = (_VERSION.c.id == one.row.id, _VERSION.c.reader_version == one.row.reader_version)
        columns = content_columns(one.after) | {"reader_version": reader.version(one.row.ats)}
        if not connection.execute(update(_VERSION).where(*mine).values(**columns)).rowcount:
            continue
        # also without a change that is noted: of a deadline with the same words, for example
        if one.row.newest == one.row.number:
            connection.execute(
                update(_POSTING)
                .where(_POSTING.c.id == one.row.posting_id, _POSTING.c.version == one.row.number)
                .values(**list_columns(one.after))
            )
        if one.differs:
            noted += _notes(one, reader, now)
            version = one.row.posting_id, one.row.number
            matches.delete_matches(connection, [version])
            candidate = candidate_of_posting(one.row.board, one.row.board_company, one.after)
            fits = matches.find_fits(matchers, candidate)
            matches.store_fits(connection, [(*version, fits)])
    if noted:
        connection.execute(insert(tables.ReadingChange), noted)


def _notes(one: Reread, reader: Reader, now: datetime) -> list[dict[str, object]]:
    common = {"posting_id": one.row.posting_id, "version": one.row.number, "at": now}
    readers = {"from_reader": one.row.reader_version, "to_reader": reader.version(one.row.ats)}
    return [
        common
        | readers
        | {"field": change.field, "old": change.old or None, "new": change.new or None}
        for change in one.changes
    ]
