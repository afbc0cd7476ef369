"""Replies that list roles, as documents.

Pure. Lines get shorter where the list is long (`compose/role_lines.py`). What does not fit
even then is counted: the person can add words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, Final

from monitor.message_parts import Role
from monitor.notify import wording
from monitor.notify.compose import facts
from monitor.notify.compose.role_lines import (
    BLOCKS,
    LAYOUTS,
    Detail,
    deadline_line,
    fits,
    role_line,
)
from monitor.notify.document import (
    Composed,
    Document,
    Line,
    Section,
    Text,
    bold,
    bullets,
    sign,
    text,
    typed,
)
from monitor.queries.roles import pay_of
from monitor.slack_app.replies import reply

Row = Mapping[str, Any]
_LENGTHS: Final = (150, 100, 60, 40, 25, 10)  # lines of a list that does not take all
_LONGEST_PLACE: Final = 500  # UTF-16 units that are parsed
_NAMED: Final = 4  # employers in a sentence
_EVER: Final = datetime.max.replace(tzinfo=UTC)


def role_of_row(row: Row) -> Role:
    """Return a row of `postings` as messages show it."""
    return Role(
        posting=str(row["posting"]),
        company=str(row["company"] or ""),
        title=str(row["title"] or ""),
        url=str(row["url"] or ""),
        location=wording.sanitize(str(row["location"] or ""), _LONGEST_PLACE),
        pay=pay_of(row),
        deadline_at=instant_of(row["deadline_at"]),
        deadline_text=str(row["deadline_text"] or ""),
        department=str(row["department"] or ""),
        employment_type=str(row["employment_type"] or ""),
        workplace=str(row["workplace"] or ""),
        first_seen_at=instant_of(row["first_seen_at"]),
    )


def nearest_first(role: Role) -> tuple[datetime, str]:
    """Return the key that sorts roles by deadline, then by title."""
    return role.deadline_at or _EVER, role.title.casefold()


def _by_employer(role: Role) -> tuple[str, str, tuple[datetime, str]]:
    company = facts.company(role)
    return company.casefold(), company, nearest_first(role)


def page(
    sentence: Line,
    compose: Callable[[int, Detail], Document],
    number: int,
) -> Composed:
    """Return a list of `number` roles, or of as many as fit. `compose` takes how many and how."""
    for length, detail in [
        *((number, detail) for detail in LAYOUTS),
        *((length, LAYOUTS[-1]) for length in _LENGTHS if length < number),
    ]:
        document = compose(length, detail)
        if fits(document):
            break
    return Composed(sentence, document)


def rest(number: int, shown: int, more: str) -> list[Line]:
    """Return the line that counts what does not fit in a list."""
    return [typed(f"and {number - shown:,} more{more}")] if number > shown else []


def roles(
    found: Sequence[Role], query: str, *, closed: int = 0, at: datetime | None = None
) -> Composed:
    """Return the open roles by employer. Without any, `closed` says how many closed ones match.

    `at` is now: a deadline before it has passed.
    """
    matching = f" for “{query}”" if query else ""
    if not found:
        return _no_roles(matching, closed)
    count = wording.count(len(found), "open role")
    ordered = sorted(found, key=_by_employer)

    def compose(length: int, detail: Detail) -> Document:
        head = Text((Section(((*bold(count), *text(matching)),)),))
        employers = [list(of) for _, of in groupby(ordered[:length], key=facts.company)]
        more = rest(len(found), length, ": add words to find fewer")
        closing = [Section((line,)) for line in more]
        if len(employers) + 1 + len(closing) > BLOCKS:
            parts = [part for of in employers for part in _employer(of, detail, at)]
            return (head, Text((*parts, *closing)))
        blocks = [Text(tuple(_employer(of, detail, at))) for of in employers]
        return (head, *blocks, *([Text(tuple(closing))] if closing else []))

    return page(text(f"{count}{matching}: {_employers(found)}."), compose, len(found))


def _employer(found: Sequence[Role], detail: Detail, at: datetime | None) -> list[Any]:
    lines = [role_line(role, detail, at) for role in found]
    return [Section((bold(facts.company(found[0])),)), bullets(lines)]


def _employers(found: Sequence[Role]) -> str:
    """Return `3 at Google DeepMind, 1 at Anthropic`, the most first."""
    counted = Counter(map(facts.company, found)).items()
    counts = sorted(counted, key=lambda one: (-one[1], one[0].casefold()))
    named = [f"{number} at {company}" for company, number in counts[:_NAMED]]
    left = sum(number for _, number in counts[_NAMED:])
    return ", ".join([*named, *([f"{left} elsewhere"] if left else [])])


def _no_roles(matching: str, closed: int) -> Composed:
    if closed:
        match = "matches" if closed == 1 else "match"
        number = wording.count(closed, "closed role")
        return reply(text(f"No open role{matching}. {number} {match}."))
    return reply(
        text(f"No open role{matching}. Use fewer words to find more. “Quotes” keep words together.")
    )


def saved(rows: Sequence[Row], at: datetime | None = None) -> Composed:
    """Return a person's saved roles: the nearest deadline first, closed ones last."""
    if not rows:
        return reply(text("You have not saved any roles yet. Press Save on a role's card."))
    head = wording.count(len(rows), "saved role")

    def compose(length: int, detail: Detail) -> Document:
        lines = [*saved_lines(rows, detail, at)[:length], *rest(len(rows), length, "")]
        return (Text((Section((bold(head),)), *(Section((line,)) for line in lines))),)

    return page(text(f"{head}."), compose, len(rows))


def saved_lines(rows: Sequence[Row], detail: Detail, at: datetime | None = None) -> list[Line]:
    """Return a line for each saved role, in their order."""
    return [_saved_line(row, detail, at) for row in saved_order(rows)]


def saved_order(rows: Sequence[Row]) -> list[Row]:
    """Return saved roles in order: the nearest deadline first, closed ones last."""
    return sorted(
        rows, key=lambda row: (row["state"] == "closed", *nearest_first(role_of_row(row)))
    )


def _saved_line(row: Row, detail: Detail, at: datetime | None) -> Line:
    role = role_of_row(row)
    if row["state"] == "closed":
        line = role_line(role, detail, strike=True, tail=text(facts.company(role)))
        return (*sign("white_circle"), *line)
    if role.deadline_at is not None and (at is None or role.deadline_at > at):
        return deadline_line(role, detail)
    return (*sign("bookmark"), *role_line(role, detail, at, named=True))


def instant_of(value: object) -> datetime | None:
    """Return the instant of a view's column, which is text on SQLite."""
    if isinstance(value, str):
        return datetime.fromisoformat(value)
    return value if isinstance(value, datetime) else None
