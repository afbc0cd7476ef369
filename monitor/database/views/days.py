"""The view of a board's days: the changes of each, and the open postings at its end.

The number of open postings is the baseline's plus the changes since. It is null if the state at
the day's end is unknown (`coverage.py`). For today it is the current number. A day may end within a
stretch of merged checks, where the state is known.
"""

from __future__ import annotations

from monitor.config.values import KINDS
from monitor.database.views.coverage import known_between
from monitor.database.views.dialect import Dialect


def daily_counts(sql: Dialect) -> str:
    end = sql.end_of_day("t.day")
    near = known_between(
        sql,
        at="coalesce(l.merged_until, l.finished_at)",
        next_at=f"coalesce(n.finished_at, {sql.now})",
        every="coalesce(l.every, b.every)",
    )
    known = f"l.result <> 'failure' AND coalesce(n.result, '') <> 'failure' AND {near}"
    return f"""
SELECT t.day, t.board, t.company,
    CASE WHEN l.merged_until >= {end} OR ({known} AND (n.id IS NOT NULL OR b.watched))
        THEN t.open END AS open,
    t.opened, t.closed, t.revised, t.reopened
FROM ({_counted(sql)}) AS t JOIN board b ON b.board = t.board
LEFT JOIN board_check l ON l.id = {_check("<", end, "DESC")}
LEFT JOIN board_check n ON n.id = {_check(">=", end, "ASC")}"""


_IN_ORDER = "(PARTITION BY board, company ORDER BY day)"


def _counted(sql: Dialect) -> str:
    """Return a query with one row for each day: the counts until its end, less those before it.

    It counts with windows over a board: SQLite applies a condition on the board before a window,
    but after GROUP BY.
    """
    until_then = ", ".join(
        f"count(CASE kind WHEN '{kind}' THEN 1 END) OVER until_then AS {kind}" for kind in KINDS
    )
    totals = f"""
    SELECT board, company, day, is_day, {until_then},
        CAST(sum(net) OVER until_then AS bigint) AS open
    FROM ({_events(sql)}) AS events WINDOW until_then AS {_IN_ORDER}"""
    that_day = ", ".join(
        f"{kind} - lag({kind}, 1, {sql.zero}) OVER in_order AS {kind}" for kind in KINDS
    )
    return f"""
    SELECT board, company, day, open, {that_day}
    FROM ({totals}) AS totals WHERE is_day = 1 WINDOW in_order AS {_IN_ORDER}"""


def _events(sql: Dialect) -> str:
    """Return a query with a row for each day of a board and for each event.

    `net` is what the event adds to the open postings. A revision of several fields is one event.
    CROSS JOIN makes SQLite begin with the board, also for a condition on the company, which has no
    index that would lead it there.
    """
    first = sql.day("(SELECT min(k.finished_at) FROM board_check k WHERE k.board_id = b.id)")
    until_now = f"{sql.greatest}({sql.now}, b.last_check_at)"
    last = sql.day(f"CASE WHEN b.watched THEN {until_now} ELSE b.last_check_at END")
    series, day = sql.series(first, last)
    earlier_field = """
        SELECT 1 FROM posting_change o WHERE o.posting_id = c.posting_id
        AND o.check_id = c.check_id AND o.kind = c.kind AND o.id < c.id"""
    net = "CASE c.kind WHEN 'revised' THEN 0 WHEN 'closed' THEN -1 ELSE 1 END"
    return f"""
    SELECT b.board, b.company, {day} AS day, 1 AS is_day, NULL AS kind, 0 AS net
    FROM board b {series} WHERE b.last_check_at IS NOT NULL
    UNION ALL
    SELECT b.board, b.company, {sql.day("v.valid_from")}, 0, NULL, 1
    FROM board b CROSS JOIN posting p JOIN posting_version v ON v.posting_id = p.id AND v.number = 1
    WHERE p.board_id = b.id AND p.baseline
    UNION ALL
    SELECT b.board, b.company, {sql.day("c.at")}, 0, c.kind, {net}
    FROM board b CROSS JOIN posting p CROSS JOIN posting_change c
    WHERE p.board_id = b.id AND c.posting_id = p.id
    AND (c.kind <> 'revised' OR NOT EXISTS ({earlier_field}))"""


def _check(side: str, end: str, order: str) -> str:
    """Return a query for the board's last check before the end of the day, or the first after."""
    return f"""(
        SELECT k.id FROM board_check k WHERE k.board_id = b.id AND k.finished_at {side} {end}
        ORDER BY k.finished_at {order} LIMIT 1)"""
