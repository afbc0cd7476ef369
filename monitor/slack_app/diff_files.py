"""Full diffs as files in a thread, each uploaded once.

The first click starts the upload, and later clicks point to it. A file shows one revision line by
line, then the changed passages of the description word by word.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import unified_diff
from typing import Final, Literal

from sqlalchemy import Connection, delete, insert, select, update

from monitor.database.columns import iso
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
_UPLOAD_TIMEOUT: Final = timedelta(minutes=2)  # after this an unfinished upload counts as lost
State = Literal["claimed", "uploading", "uploaded"]


def full_diff(before: Mapping[str, object], after: Mapping[str, object]) -> str:
    """Return two rows of `posting_versions` as a unified diff, then the changed passages."""
    old, new = (f"{row['posting']} version {row['version']}" for row in (before, after))
    since, then = (_when(row["valid_from"]) for row in (before, after))
    lines = unified_diff(
        _lines(before), _lines(after), old, new, since, then, n=_CONTEXT, lineterm=""
    )
    passages = list(_passages(str(before["description"] or ""), str(after["description"] or "")))
    within = ["", "# The description word by word: [-old-] {+new+}", *passages] if passages else []
    return "\n".join([*lines, *within]) + "\n"


def _when(at: object) -> str:
    # PostgreSQL gives a datetime
    return at if isinstance(at, str) else iso(at)  # type: ignore[arg-type]


def _lines(row: Mapping[str, object]) -> list[str]:
    """Return a line for each field with a value, then the lines of the description."""
    facts = [f"{name}: {wording.sanitize(str(row[name]), 1000)}" for name in _FIELDS if row[name]]
    return [
        *facts,
        "",
        *(_sanitize_line(line) for line in str(row["description"] or "").splitlines()),
    ]


def _sanitize_line(line: str) -> str:
    return wording.sanitize(line, 1_000_000)


def _passages(old: str, new: str) -> Iterator[str]:
    return ("# " + " ".join(map(_marked, passage)) for passage in word_diff(old, new))


def _marked(piece: Piece) -> str:
    words = _sanitize_line(piece.words)
    return {"old": f"[-{words}-]", "new": f"{{+{words}+}}"}.get(piece.kind, words)


@dataclass(frozen=True, slots=True)
class DiffUpload:
    """A diff for a thread: claimed by this click, uploading for another, or uploaded."""

    id: int  # of the row in `diff_file`
    name: str
    title: str
    content: str
    state: State = "claimed"


def prepare_diff(
    connection: Connection, posting: PostingRef, version: int | None, click: Click, now: datetime
) -> DiffUpload | None:
    """Return the diff of a version, or of the last revision, and claim its upload.

    None if the posting has no such revision.
    """
    revised = (PostingChange.posting_id == posting.id, PostingChange.kind == "revised")
    revisions = set(connection.scalars(select(PostingChange.version).where(*revised)))
    number = max(revisions, default=None) if version is None else version
    if number is None or number not in revisions:
        return None
    rows = {row["version"]: row for row in versions(connection, posting).rows}
    row_id, state = claim_upload(connection, posting.id, number, click, now)
    content = full_diff(rows[number - 1], rows[number]) if state == "claimed" else ""
    name = f"{posting.key}-version-{number}.diff"
    return DiffUpload(row_id, name, f"Changes in version {number}", content, state)


def claim_upload(
    connection: Connection, posting_id: int, version: int, click: Click, now: datetime
) -> tuple[int, State]:
    """Return the row's id and its state: `claimed` if the caller must upload the file."""
    key = {
        "channel_id": click.channel_id,
        "thread_ts": click.thread_ts,
        "posting_id": posting_id,
        "version": version,
    }
    same_file = [getattr(DiffFile, name) == value for name, value in key.items()]
    known = connection.execute(select(DiffFile.id, DiffFile.done).where(*same_file)).one_or_none()
    if known is None:
        return connection.execute(
            insert(DiffFile).values(**key, at=now, done=False).returning(DiffFile.id)
        ).scalar_one(), "claimed"
    late = update(DiffFile).where(
        DiffFile.id == known.id, DiffFile.done.is_(False), DiffFile.at < now - _UPLOAD_TIMEOUT
    )
    if connection.execute(late.values(at=now)).rowcount == 1:
        return known.id, "claimed"
    return known.id, "uploaded" if known.done else "uploading"


def finish_upload(connection: Connection, file: DiffUpload, *, uploaded: bool) -> None:
    """Record a finished upload, or release the claim of a failed one."""
    row = DiffFile.id == file.id
    connection.execute(
        update(DiffFile).where(row).values(done=True) if uploaded else delete(DiffFile).where(row)
    )
