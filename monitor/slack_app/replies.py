"""Short replies to a click, as documents.

Pure. Text from a board or a person stands in spans, where nothing is markup.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from monitor.notify import wording
from monitor.notify.document import (
    Block,
    Composed,
    Control,
    Controls,
    Line,
    Span,
    bold,
    paragraph,
    text,
    typed,
)


def reply(*lines: Line, blocks: Sequence[Block] = (), sentence: Line = ()) -> Composed:
    """Return a reply of those lines, then the blocks. Its sentence is the first line."""
    return Composed(sentence or without_sign(lines[0]), (paragraph(*lines), *blocks))


def without_sign(line: Line) -> Line:
    """Return a line as a phone or a screen reader gets it."""
    return line[2:] if line and line[0].sign else line


def button(action: str, label: str, value: str) -> Controls:
    """Return a row with one button."""
    return Controls((Control(action, label, value=value),))


def error_reply(words: str) -> Composed:
    """Return a person's mistake in one line that says what to do."""
    line = wording.sanitize(words, 2500) or "That is not possible."
    return reply(typed(line[0].upper() + line[1:]))


UNKNOWN_BUTTON: Final = reply(
    typed("This button is from another version of rolewatch. `/rolewatch help` lists the commands.")
)
BROKEN: Final = reply(
    text("Something went wrong. Please try again. The daemon's log has the details.")
)
UNKNOWN_ROLE: Final = reply(
    text("This role isn't in the database. It may have been recreated since this was posted.")
)


def saved(title: str, url: str, posting: str, *, new: bool) -> Composed:
    head = "Saved for you: " if new else "You have already saved this role: "
    line = (
        *text(head),
        linked(title, url),
        *typed(". It is under Home and in `/rolewatch saved`."),
    )
    return reply(line, blocks=[button("role_unsave", "Remove from my list", posting)])


def linked(title: str, url: str, *, is_bold: bool = True) -> Span:
    return Span(title, url=wording.safe_url(url) or "", bold=is_bold)


def unsaved(title: str) -> Composed:
    return about("Removed from your list", title)


def never_revised(title: str) -> Composed:
    return reply((*bold(title), *text(" has not changed since it was first seen.")))


def diff_uploaded(title: str) -> Composed:
    return about("The thread already has the full diff of this revision", title)


def diff_uploading(title: str) -> Composed:
    return about(
        "The full diff is being uploaded. If it does not appear, press again in a minute", title
    )


def about(words: str, title: str) -> Composed:
    return reply((*text(f"{words}: "), *bold(title)))


def diff_failed(reason: str) -> Composed:
    return error_reply(f"The diff could not be uploaded: {reason}")
