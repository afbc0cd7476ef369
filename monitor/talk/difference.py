"""The last revision of a posting as a file: line by line, and what moved within the lines word by word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import unified_diff

from monitor.db import iso
from monitor.notify import words
from monitor.worddiff import Piece, word_diff

_FIELDS = ("title", "location", "department", "employment_type", "workplace", "pay_text", "deadline_text", "url")
_CONTEXT = 3  # unchanged lines around a change


def full_diff(before: Mapping[str, object], after: Mapping[str, object]) -> str:
    """Two rows of `posting_versions` as a unified diff, then the passages that changed in their words."""
    old, new = (f"{row['posting']} version {row['version']}" for row in (before, after))
    since, then = (_when(row["valid_from"]) for row in (before, after))
    lines = unified_diff(_lines(before), _lines(after), old, new, since, then, n=_CONTEXT, lineterm="")
    passages = list(_passages(str(before["description"] or ""), str(after["description"] or "")))
    within = ["", "# The description word by word: [-old-] {+new+}", *passages] if passages else []
    return "\n".join([*lines, *within]) + "\n"


def _when(at: object) -> str:
    return at if isinstance(at, str) else iso(at)  # type: ignore[arg-type]  # an instant, on PostgreSQL


def _lines(row: Mapping[str, object]) -> list[str]:
    """The fields that are given, a line each, and the description as it is."""
    facts = [f"{name}: {words.clean(str(row[name]), 1000)}" for name in _FIELDS if row[name]]
    return [*facts, "", *(_harmless(line) for line in str(row["description"] or "").splitlines())]


def _harmless(line: str) -> str:
    return words.clean(line, 1_000_000)


def _passages(old: str, new: str) -> Iterator[str]:
    return ("# " + " ".join(map(_marked, passage)) for passage in word_diff(old, new))


def _marked(piece: Piece) -> str:
    said = _harmless(piece.words)
    return {"old": f"[-{said}-]", "new": f"{{+{said}+}}"}.get(piece.kind, said)
