"""The view of when a board's state was known.

From one look to the next it was when both are good and no more than twice the board's interval lies
between; so a failure between two good looks leaves all of that stretch unknown. From the last look
of a watched board it still is, as long as that is no older; of one that is not watched any more
nothing is said after its last look. Neighbours that are alike are one stretch.
"""

from __future__ import annotations

from monitor.database.views.dialect import Dialect

_BOARD = "board, company, watched, last_check_at"
# by names, so that a condition on them comes before the counting
_IN_ORDER = "OVER (PARTITION BY board, company ORDER BY from_at)"


def coverage(sql: Dialect) -> str:
    looks = """
        SELECT b.board, b.company, b.watched, b.last_check_at, coalesce(c.every, b.every) AS every, c.finished_at AS from_at, c.result,
            lead(c.finished_at) OVER looks AS next_at, lead(c.result) OVER looks AS next_result
        FROM board b JOIN board_check c ON c.board_id = b.id
        WINDOW looks AS (PARTITION BY b.board, b.company ORDER BY c.finished_at)"""
    known = known_between(
        sql,
        result="result",
        next_result="next_result",
        at="from_at",
        next_at="next_at",
        every="every",
    )
    stretches = f"SELECT {_BOARD}, from_at, {known} AS known FROM ({looks}) AS looks WHERE next_at IS NOT NULL OR watched"
    turns = f"SELECT {_BOARD}, from_at, known, lag(known) {_IN_ORDER} AS known_before FROM ({stretches}) AS stretches"
    return f"""
SELECT board, company, from_at, coalesce(lead(from_at) {_IN_ORDER}, CASE WHEN NOT watched THEN last_check_at END) AS to_at, known
FROM ({turns}) AS turns WHERE known_before IS NULL OR known_before <> known"""


def known_between(
    sql: Dialect, *, result: str, next_result: str, at: str, next_at: str, every: str
) -> str:
    """Is the state known from a look to the next one, which is null where there is none yet?"""
    waited = sql.microseconds(at, f"coalesce({next_at}, {sql.now})")
    return f"({result} <> 'failure' AND coalesce({next_result}, '') <> 'failure' AND {waited} <= 2000000 * {every})"
