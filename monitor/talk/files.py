"""The diffs that threads get, each once: who clicks first begins one, who clicks later is told that it is there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, func, insert, select, update

from monitor.models import DiffFile, PostingChange
from monitor.queries.changes import versions
from monitor.queries.naming import Found
from monitor.talk.difference import full_diff
from monitor.talk.heard import Click

_PATIENCE: Final = timedelta(minutes=2)  # what is begun and not there by then never will be


@dataclass(frozen=True, slots=True)
class File:
    """A diff for a thread; `wanted` is false when the thread has it."""

    id: int  # of the row in `diff_file`
    name: str
    title: str
    content: str
    wanted: bool = True


def last_revision(connection: Connection, found: Found, click: Click, now: datetime) -> File | None:
    """The posting's last revision as a file for the click's thread, taken in hand; None when it was never revised."""
    revised = (PostingChange.posting_id == found.id, PostingChange.kind == "revised")
    version = connection.scalar(select(func.max(PostingChange.version)).where(*revised))
    if version is None:
        return None
    contents = {row["version"]: row for row in versions(connection, found).rows}
    row_id, wanted = _take_in_hand(connection, found.id, version, click, now)
    content = full_diff(contents[version - 1], contents[version]) if wanted else ""
    return File(row_id, f"{found.key}-version-{version}.diff", f"What version {version} changed", content, wanted)


def _take_in_hand(connection: Connection, posting_id: int, version: int, click: Click, now: datetime) -> tuple[int, bool]:
    """The row, and whether it is ours to do."""
    here = {"channel_id": click.channel_id, "thread_ts": click.thread_ts, "posting_id": posting_id, "version": version}
    same = [getattr(DiffFile, name) == value for name, value in here.items()]
    known = connection.scalar(select(DiffFile.id).where(*same))
    if known is None:
        return connection.execute(insert(DiffFile).values(**here, at=now, done=False).returning(DiffFile.id)).scalar_one(), True
    late = update(DiffFile).where(DiffFile.id == known, DiffFile.done.is_(False), DiffFile.at < now - _PATIENCE)
    return known, connection.execute(late.values(at=now)).rowcount == 1


def settle(connection: Connection, file: File, *, there: bool) -> None:
    """Notes that the thread has it, or that it may be asked for again."""
    mine = DiffFile.id == file.id
    connection.execute(update(DiffFile).where(mine).values(done=True) if there else delete(DiffFile).where(mine))
