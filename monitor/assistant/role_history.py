"""The tool `role_history`: one role in full, and all that happened to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from monitor.assistant.answers import LONGEST_OF_ONE, Page, RoleHistory, Row
from monitor.assistant.arguments import RoleHistoryOf
from monitor.assistant.marking import Marker, quoted
from monitor.assistant.source import Source
from monitor.config.model import Rule
from monitor.errors import UserError
from monitor.queries.changes import timeline, versions
from monitor.queries.describe import describe
from monitor.queries.fits import explain
from monitor.queries.moved import former_lives, next_life
from monitor.queries.resolve import PostingRef
from monitor.queries.titles import find_by_name_or_title, near_titles
from monitor.text.diff import Piece, word_diff
from monitor.text.times import optional_time
from monitor.text.values import counted

_NAMED = 10  # roles in the error of an ambiguous title
_MARKS = {"old": ("[-", "-]"), "new": ("{+", "+}")}


def role_history(source: Source, asked: RoleHistoryOf) -> RoleHistory:
    """Return the role as `rolewatch show` has it, and its changes as `rolewatch history` does."""
    if asked.version is not None and asked.as_of is not None:
        raise UserError("give version or as_of, not both")
    moment = optional_time(asked.as_of, source.clock())
    rules = source.settings().rules
    part = source.page(asked.offset, asked.limit)
    with source.reading() as connection:
        found = _one(source, connection, asked.posting)
        row = describe(connection, found, asked.version, moment)
        fits = _fitting(connection, rules, found) if row["title"] is not None else []
        lives = [*former_lives(connection, found), found]
        later = next_life(connection, found)
        rows = (change for life in lives for change in _changes(connection, life))
        page = part.of(rows, Marker(LONGEST_OF_ONE))
    role = Marker(LONGEST_OF_ONE).row(part.linked(row)) | {"fits_rules": fits}
    return RoleHistory(
        summary=page.summary(_summary(page, asked.offset, later)),
        role=role,
        rows=page.rows,
        next_offset=page.next_offset,
    )


def _summary(page: Page, offset: int, later: str | None) -> str:
    count = counted(len(page.rows), "change")
    said = f"{count}, oldest first." if page.rows else "No change so far."
    if not offset and not any(row["kind"] == "opened" for row in page.rows):
        said += " It was open before its board was watched."
    return f"{said} Its board has moved: it continues as {later}." if later else said


def _fitting(connection: Connection, rules: Sequence[Rule], found: PostingRef) -> list[str]:
    """Return the names of the rules that fit the role's newest content."""
    return [each.rule for each in explain(connection, rules, found) if each.fits]


def _changes(connection: Connection, found: PostingRef) -> Iterator[Row]:
    """Yield the posting's changes. An edited description has `edits` instead of both texts."""
    texts = {
        version["version"]: str(version["description"] or "")
        for version in versions(connection, found).rows
    }
    for change in timeline(connection, found).rows:
        if change["field"] != "description":
            yield change
            continue
        number = change["version"]
        edits = _edits(texts.get(number - 1, ""), texts.get(number, ""))
        yield change | {"old": None, "new": None, "edits": edits}


def _edits(old: str, new: str) -> str:
    """Return the passages that differ, a line each, like `We build [-large-] {+huge+} models`."""
    return "\n".join(" ".join(map(_marked, passage)) for passage in word_diff(old, new))


def _marked(piece: Piece) -> str:
    before, after = _MARKS.get(piece.kind, ("", ""))
    return f"{before}{piece.words}{after}"


def _one(source: Source, connection: Connection, text: str) -> PostingRef:
    """Return the role of that name or title. Raises UserError if none or several fit.

    What a board wrote is marked in the error too.
    """
    try:
        several = find_by_name_or_title(connection, text)
    except UserError:
        if "/" in text or text.count(":") > 1:  # a name or URL: the error has no board's text
            raise
        raise UserError(_unknown(source, connection, text)) from None
    if len(several) == 1:
        return several[0]
    shown = ", ".join(_named(connection, each) for each in several[:_NAMED])
    newest = f", of which the newest {_NAMED} are named" if len(several) > _NAMED else ""
    raise UserError(
        f"{len(several):,} roles fit “{text}”{newest}: give the id of one of them: "
        f"{quoted(shown, source.new_mark)}"
    )


def _named(connection: Connection, found: PostingRef) -> str:
    row = describe(connection, found)
    return (
        f"{found.posting} (“{row['title']}”, {row['company']}, {row['location']}, {row['state']})"
    )


def _unknown(source: Source, connection: Connection, text: str) -> str:
    near = near_titles(connection, text)
    titles = ", ".join(f"“{title}”" for title in near)
    return f"no role is called “{text}”" + (
        f"; the nearest titles are {quoted(titles, source.new_mark)}"
        if near
        else ": give words of its title, its id, URL or key, which `search_roles` has"
    )
