"""The view of when a board's state was known.

It is known from one check to the next if both are good and at most twice the board's interval
apart. So a failure between two good checks leaves the whole time unknown. After the last check of
a watched board it is known for twice the interval. An unwatched board has no row after its last
check. Equal neighbors are one period. It is known throughout a stretch of checks that were merged
into its first one, until `merged_until`.

A board has thousands of checks a month and few gaps. So each check is only compared with the next
one, by an index that holds all it takes, and what is in order and has windows is the gaps.
"""

from __future__ import annotations

from monitor.database.views.dialect import Dialect

_BOARD = "b.board, b.company, b.watched, b.last_check_at"
# by names, so that a condition on them is applied before the windows
_IN_ORDER = "OVER (PARTITION BY board, company ORDER BY from_at)"
_END = "coalesce(c.merged_until, c.finished_at)"


def coverage(sql: Dialect, since: str | None = None) -> str:
    """Return the query of the view.

    With `since`, an instant in SQL, only its rows of the time from then on: the first one of a
    board begins at the last check before.
    """
    last_end = "CASE WHEN NOT watched THEN last_check_at END"
    return f"""
SELECT board, company, from_at, coalesce(lead(from_at) {_IN_ORDER}, {last_end}) AS to_at, known
FROM ({_edges_of_gaps(sql, since)}
UNION ALL
{_beginnings(sql, since)}) AS periods"""


def _edges_of_gaps(sql: Dialect, since: str | None) -> str:
    """Return a query for the instants at which a gap begins or ends. Gaps that touch are one.

    After the last check of an unwatched board lies a gap that has no beginning and no end.
    """
    gaps = _gaps_by_index(sql, since) if sql.name == "sqlite" else _gaps_by_window(sql, since)
    neighbors = f"""
        SELECT gaps.*, lag(to_at) {_IN_ORDER} AS end_before, lead(from_at) {_IN_ORDER} AS next_begin
        FROM ({gaps}) AS gaps"""
    return f"""
    SELECT board, company, watched, last_check_at, CASE WHEN known THEN to_at ELSE from_at END
        AS from_at, known
    FROM ({neighbors}) AS neighbors CROSS JOIN (SELECT TRUE AS known UNION ALL SELECT FALSE) AS edge
    WHERE CASE WHEN known THEN to_at IS NOT NULL AND (next_begin IS NULL OR next_begin <> to_at)
        ELSE (to_at IS NOT NULL OR watched) AND (end_before IS NULL OR end_before <> from_at) END"""


def _beginnings(sql: Dialect, since: str | None) -> str:
    """Return a query for the first check of each board that is known after it."""
    return f"""
    SELECT {_BOARD}, c.finished_at, TRUE
    FROM board b CROSS JOIN board_check c
    WHERE c.board_id = b.id
    AND c.finished_at = (
        SELECT min(c.finished_at) FROM board_check c WHERE c.board_id = b.id{_from_then_on(since)})
    AND (c.merged_until IS NOT NULL OR {_known_after(sql)})"""


def _gaps_by_index(sql: Dialect, since: str | None) -> str:
    """Return a query for the gaps that finds each next check in the index.

    This takes SQLite a third of the time of a window.
    """
    return f"""
        SELECT {_BOARD}, {_END} AS from_at, {_next_check("n.finished_at")} AS to_at
        FROM board b CROSS JOIN board_check c
        WHERE c.board_id = b.id AND NOT {_known_after(sql)}{_from_then_on(since)}"""


def _gaps_by_window(sql: Dialect, since: str | None) -> str:
    """Return a query for the gaps with a window: PostgreSQL enters an index more slowly."""
    checks = f"""
        SELECT {_BOARD}, {_EVERY} AS every, c.result, {_END} AS from_at,
            lead(c.finished_at) OVER in_order AS to_at, lead(c.result) OVER in_order AS next_result
        FROM board b JOIN board_check c ON c.board_id = b.id{_from_then_on(since)}
        WINDOW in_order AS (PARTITION BY b.board, b.company ORDER BY c.finished_at)"""
    near = known_between(sql, at="from_at", next_at=f"coalesce(to_at, {sql.now})", every="every")
    return f"""
        SELECT board, company, watched, last_check_at, from_at, to_at FROM ({checks}) AS checks
        WHERE result = 'failure' OR next_result = 'failure' OR NOT {near}
        OR (to_at IS NULL AND NOT watched)"""


def _from_then_on(since: str | None) -> str:
    """Return the condition that check `c` is the last one of its board before, or a later one."""
    if since is None:
        return ""
    return f"""
        AND c.finished_at >= coalesce((
            SELECT max(k.finished_at) FROM board_check k
            WHERE k.board_id = b.id AND k.finished_at <= {since}), {since})"""


def _known_after(sql: Dialect) -> str:
    """Return the condition that the state is known after check `c`, or what was merged into it."""
    known = known_between(sql, at=_END, next_at="n.finished_at", every=_EVERY)
    until_now = known_between(sql, at=_END, next_at=sql.now, every=_EVERY)
    after = _next_check(f"n.result <> 'failure' AND {known}")
    return f"(c.result <> 'failure' AND coalesce({after}, b.watched AND {until_now}))"


_EVERY = "coalesce(c.every, b.every)"


def _next_check(value: str) -> str:
    """Return a query for a value of the check `n` that follows on `c`."""
    return f"""(
            SELECT {value} FROM board_check n
            WHERE n.board_id = c.board_id AND n.finished_at > c.finished_at
            ORDER BY n.finished_at LIMIT 1)"""


def known_between(sql: Dialect, *, at: str, next_at: str, every: str) -> str:
    """Return the condition that the state is known between two good checks."""
    return sql.within(at, next_at, f"2 * {every}")
