"""Full diffs as files in a thread, each uploaded once: the first click starts the upload, later clicks point to it.

A file shows one revision line by line, and within changed lines word by word.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import unified_diff
from typing import Final, Literal

from sqlalchemy import Connection, delete, insert, select, update

from monitor.database.engine import iso
from monitor.database.tables import DiffFile, PostingChange
from monitor.notify import wording
from monitor.queries.changes import versions
from monitor.queries.resolve import PostingRef
from monitor.slack_app.payloads import Click
from monitor.text.diff import Piece, word_diff

_FIELDS = (
    "title",
    "location",
    "department",
    "employment_type",
    "workplace",
    "pay_text",
    "deadline_text",
    "url",
)
_CONTEXT = 3  # unchanged lines around a change


def full_diff(before: Mapping[str, object], after: Mapping[str, object]) -> str:
    """Two rows of `posting_versions` as a unified diff, then the passages that changed in their words."""
    old, new = (f"{row['posting']} version {row['version']}" for row in (before, after))
    since, then = (_when(row["valid_from"]) for row in (before, after))
    lines = unified_diff(
        _lines(before), _lines(after), old, new, since, then, n=_CONTEXT, lineterm=""
    )
    passages = list(_passages(str(before["description"] or ""), str(after["description"] or "")))
    within = ["", "# The description word by word: [-old-] {+new+}", *passages] if passages else []
    return "\n".join([*lines, *within]) + "\n"


def _when(at: object) -> str:
    # an instant, on PostgreSQL
    return at if isinstance(at, str) else iso(at)  # type: ignore[arg-type]


def _lines(row: Mapping[str, object]) -> list[str]:
    """The fields that are given, a line each, and the description as it is."""
    facts = [f"{name}: {wording.sanitize(str(row[name]), 1000)}" for name in _FIELDS if row[name]]
    return [*facts, "", *(_harmless(line) for line in str(row["description"] or "").splitlines())]


def _harmless(line: str) -> str:
    return wording.sanitize(line, 1_000_000)


def _passages(old: str, new: str) -> Iterator[str]:
    return ("# " + " ".join(map(_marked, passage)) for passage in word_diff(old, new))


def _marked(piece: Piece) -> str:
    said = _harmless(piece.words)
    return {"old": f"[-{said}-]", "new": f"{{+{said}+}}"}.get(piece.kind, said)


_PATIENCE: Final = timedelta(minutes=2)  # what is begun and not there by then never will be
State = Literal["wanted", "coming", "there"]


@dataclass(frozen=True, slots=True)
class File:
    """A diff for a thread: wanted, on its way there, or there."""

    id: int  # of the row in `diff_file`
    name: str
    title: str
    content: str
    state: State = "wanted"


def revision(
    connection: Connection, found: PostingRef, version: int | None, click: Click, now: datetime
) -> File | None:
    """Return what a version changed, or the last revision, as a file for the click's thread, claimed; None where there is no such one."""
    revised = (PostingChange.posting_id == found.id, PostingChange.kind == "revised")
    known = set(connection.scalars(select(PostingChange.version).where(*revised)))
    wanted = max(known, default=None) if version is None else version
    if wanted is None or wanted not in known:
        return None
    contents = {row["version"]: row for row in versions(connection, found).rows}
    row_id, state = claim_upload(connection, found.id, wanted, click, now)
    content = full_diff(contents[wanted - 1], contents[wanted]) if state == "wanted" else ""
    return File(
        row_id,
        f"{found.key}-version-{wanted}.diff",
        f"What version {wanted} changed",
        content,
        state,
    )


def claim_upload(
    connection: Connection, posting_id: int, version: int, click: Click, now: datetime
) -> tuple[int, State]:
    """Return the row and its state: `wanted` when the caller is to put the file there."""
    here = {
        "channel_id": click.channel_id,
        "thread_ts": click.thread_ts,
        "posting_id": posting_id,
        "version": version,
    }
    same = [getattr(DiffFile, name) == value for name, value in here.items()]
    known = connection.execute(select(DiffFile.id, DiffFile.done).where(*same)).one_or_none()
    if known is None:
        return connection.execute(
            insert(DiffFile).values(**here, at=now, done=False).returning(DiffFile.id)
        ).scalar_one(), "wanted"
    late = update(DiffFile).where(
        DiffFile.id == known.id, DiffFile.done.is_(False), DiffFile.at < now - _PATIENCE
    )
    if connection.execute(late.values(at=now)).rowcount == 1:
        return known.id, "wanted"
    return known.id, "there" if known.done else "coming"


def finish_upload(connection: Connection, file: File, *, there: bool) -> None:
    """Notes that the thread has it, or that it may be asked for again."""
    mine = DiffFile.id == file.id
    connection.execute(
        update(DiffFile).where(mine).values(done=True) if there else delete(DiffFile).where(mine)
    )
