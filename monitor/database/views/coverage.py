"""The view of when a board's state was known.

It is known from one check to the next if both are good and at most twice the board's interval
apart. So a failure between two good checks leaves the whole time unknown. After the last check of
a watched board it is known for twice the interval. An unwatched board has no row after its last
check. Equal neighbors are one period. It is known throughout a stretch of checks that were merged
into its first one, until `merged_until`.
"""

from __future__ import annotations

from monitor.database.views.dialect import Dialect

_BOARD = "board, company, watched, last_check_at"
# by names, so that a condition on them is applied before the windows
_IN_ORDER = "OVER (PARTITION BY board, company ORDER BY from_at)"


def coverage(sql: Dialect) -> str:
    columns = "b.board, b.company, b.watched, b.last_check_at, coalesce(c.every, b.every) AS every"
    checks = f"""
        SELECT {_BOARD}, every, from_at, in_stretch, result,
            lead(from_at) OVER in_order AS next_at, lead(result) OVER in_order AS next_result
        FROM (
            SELECT {columns}, c.finished_at AS from_at, c.result,
                c.merged_until IS NOT NULL AS in_stretch
            FROM board b JOIN board_check c ON c.board_id = b.id
            UNION ALL
            SELECT {columns}, c.merged_until, c.result, FALSE
            FROM board b JOIN board_check c ON c.board_id = b.id
            WHERE c.merged_until IS NOT NULL) AS instants
        WINDOW in_order AS (PARTITION BY board, company ORDER BY from_at)"""
    known = known_between(
        sql,
        result="result",
        next_result="next_result",
        at="from_at",
        next_at="next_at",
        every="every",
    )
    periods = f"""
        SELECT {_BOARD}, from_at, (in_stretch OR {known}) AS known
        FROM ({checks}) AS checks_in_order WHERE next_at IS NOT NULL OR watched"""
    with_previous = f"""
        SELECT {_BOARD}, from_at, known, lag(known) {_IN_ORDER} AS known_before
        FROM ({periods}) AS periods"""
    last_end = "CASE WHEN NOT watched THEN last_check_at END"
    return f"""
SELECT board, company, from_at, coalesce(lead(from_at) {_IN_ORDER}, {last_end}) AS to_at, known
FROM ({with_previous}) AS with_previous WHERE known_before IS NULL OR known_before <> known"""


def known_between(
    sql: Dialect, *, result: str, next_result: str, at: str, next_at: str, every: str
) -> str:
    """Return the condition that the state is known from a check to the next, which may be null."""
    elapsed = sql.microseconds(at, f"coalesce({next_at}, {sql.now})")
    return (
        f"({result} <> 'failure' AND coalesce({next_result}, '') <> 'failure'"
        f" AND {elapsed} <= 2000000 * {every})"
    )
