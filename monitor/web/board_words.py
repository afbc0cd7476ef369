"""The page's words for a board's health. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from monitor.notify.wording import span
from monitor.queries.status import Trouble
from monitor.text.values import clean, counted

Row = Mapping[str, Any]
_KINDS: Final = ("opened", "revised", "closed", "reopened")
_NOT_BELIEVED: Final = "Its list is empty or much shorter, and is not believed yet."


def health_words(row: Row, trouble: Trouble | None) -> str:
    """Return what is wrong with a board, in sentences. Empty if nothing is."""
    state, failures = row["state"], int(row["failures"])
    if state == "unwatched":
        return "Not watched any more. Its history stays."
    if state == "collapsed":
        return f"{_NOT_BELIEVED} {_stay(row)}".rstrip()
    if state == "new":
        return "Not read yet." if not failures else f"Not read yet. {_failed(failures, trouble)}"
    if state == "failing":
        return f"{_failed(failures, trouble)} {_stay(row)}".rstrip()
    return _failed(failures, trouble) if failures else ""


def _failed(failures: int, trouble: Trouble | None) -> str:
    reason = sentence(trouble.reason if trouble else "")
    if failures == 1:
        return f"The last check failed: {reason}" if reason else "The last check failed."
    number = f"{counted(failures, 'check')} in a row failed"
    return f"{number}, the last one: {reason}" if reason else f"{number}."


def _stay(row: Row) -> str:
    roles = int(row["open_postings"])
    if not roles:
        return ""
    verb = "stays as it is" if roles == 1 else "stay as they are"
    return f"Its {counted(roles, 'open role')} {verb}."


def sentence(reason: str) -> str:
    """Return a reason with its full stop, on one line."""
    words = " ".join(clean(reason).split()).rstrip(".")
    return f"{words}." if words else ""


def next_check_words(row: Row, next_at: datetime | None, now: datetime) -> str:
    """Return `in 12 minutes` or `due now`. Empty for a board that is not watched."""
    if row["state"] == "unwatched":
        return ""
    if next_at is None or next_at <= now:
        return "due now"
    return f"in {span(next_at - now)}"


def check_words(row: Row) -> str:
    """Return what a check brought: `3 opened, 1 closed`, or why it failed."""
    reason = sentence(row["reason"] or "")
    if row["result"] == "failure":
        status = f"HTTP {row['status']}" if row["status"] else "No reason is stored"
        return reason or f"{status}."
    changes = ", ".join(f"{row[kind]:,} {kind}" for kind in _KINDS if row[kind])
    words = changes or "no change"
    return f"{words}. {reason[:1].upper()}{reason[1:]}" if reason else words


def totals_words(boards: Sequence[Row]) -> str:
    """Return `1,204 open roles` of the watched boards."""
    watched = (row for row in boards if row["state"] != "unwatched")
    return counted(sum(int(row["open_postings"]) for row in watched), "open role")
