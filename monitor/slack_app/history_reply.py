"""The answer to `/rolewatch history`: one role's changes, or the roles to choose from. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from monitor.message_parts import FieldChange, Role
from monitor.notify import wording
from monitor.notify.compose import changes, facts
from monitor.notify.compose.events import SIGNS
from monitor.notify.compose.role_lines import Detail, role_line
from monitor.notify.document import (
    DOT,
    Composed,
    Document,
    Line,
    Section,
    Span,
    Text,
    bold,
    bullets,
    code,
    joined,
    sign,
    text,
    typed,
)
from monitor.slack_app.lists import Row, instant_of, page, rest, role_of_row
from monitor.slack_app.replies import reply

Texts = Mapping[tuple[str, int], str]  # descriptions by posting and version
_KIND_WORDS: Final = {"opened": "opened", "closed": "closed", "reopened": "open again"}


def choose_posting(rows: Sequence[Row], query: str) -> Composed:
    """Return the postings that match where one is needed."""
    if not rows:
        return reply(
            typed(
                f"No posting for “{query}”, open or closed."
                " `/rolewatch roles` searches by single words."
            )
        )
    head = f"{len(rows)} postings for “{query}”. Name one of them:"

    def compose(length: int, detail: Detail) -> Document:
        lines = [_named_role(row, detail) for row in rows[:length]]
        more = rest(len(rows), length, ": add words to find fewer")
        return (Text((Section((bold(head),)), bullets([*lines, *more]))),)

    return page(text(head), compose, len(rows))


def _named_role(row: Row, detail: Detail) -> Line:
    closed = row["state"] == "closed"
    line = role_line(role_of_row(row), detail, named=True, strike=closed)
    return (*line, *text(DOT), *code(wording.sanitize(str(row["posting"]), 100)))


def history(row: Row, changed: Sequence[Row], texts: Texts) -> Composed:
    """Return the changes of one role, the newest first.

    A change on a board that the employer has left names the posting there.
    """
    role, closed = role_of_row(row), row["state"] == "closed"
    first = instant_of(row["first_seen_at"])
    seen = (*text("first seen "), Span(at=first)) if first else ()
    facts_line = joined([text(facts.company(role)), text(str(row["state"])), seen])
    name = code(wording.sanitize(str(row["posting"]), 100))
    head = Section(
        (
            (*facts.title_line(role, strike=closed), *text(" "), *name),
            facts_line,
            *(() if changed else (text("No changes since."),)),
        )
    )

    def compose(length: int, _detail: Detail) -> Document:
        newest = changed[::-1][:length]
        lines = [_change(one, texts, role) for one in newest]
        more = rest(len(changed), length, ": `rolewatch history` shows all")
        listed = [bullets([*lines, *more])] if lines else []
        return (Text((head, *listed)),)

    said = f"{facts.title(role)}: {wording.count(len(changed), 'change')}."
    return page(text(said), compose, len(changed))


def _change(change: Row, texts: Texts, role: Role) -> Line:
    at, of = instant_of(change["at"]), str(change["posting"])
    when = (Span(at=at), *text(DOT)) if at else ()
    where = text(f" ({wording.sanitize(of, 100)})") if of != role.posting else ()
    mark = SIGNS.get(change["kind"], "pencil2")
    return (*sign(mark), *when, *_words(change, texts, role), *where)


def _words(change: Row, texts: Texts, role: Role) -> Line:
    field = change["field"]
    version = int(change["version"])
    of = str(change["posting"])
    if field is None:
        return bold(_KIND_WORDS.get(str(change["kind"]), str(change["kind"])))
    old, new = (
        (texts.get((of, version - 1), ""), texts.get((of, version), ""))
        if field == "description"
        else (str(change["old"] or ""), str(change["new"] or ""))
    )
    one = FieldChange(str(field), old, new)
    if field == "title" and old != new:
        return (*text("renamed this role: "), *changes.was(one))
    return changes.phrase(one, role, instant_of(change["at"])).headline
