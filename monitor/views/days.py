"""The view of a board's days: what happened on each, and how many postings were open when it ended.

That number is counted up from the baseline by what happened since. It is null where the day's end lies in a stretch of
which nothing is known (`coverage.py`); of today, which has not ended, it is the number of now.
"""

from __future__ import annotations

from monitor.views.coverage import holds
from monitor.views.dialect import Dialect


def daily_counts(sql: Dialect) -> str:
    end = sql.end_of_day("t.day")
    look, next_look = {"result": "l.result", "at": "l.finished_at"}, {"next_result": "n.result", "next_at": "n.finished_at"}
    known = holds(sql, **look, **next_look, every="coalesce(l.every, b.every)")
    return f"""
SELECT t.day, t.board, t.company, CASE WHEN {known} AND (n.id IS NOT NULL OR b.watched) THEN t.open END AS open,
    t.opened, t.closed, t.revised, t.reopened
FROM ({_totals(sql)}) AS t JOIN board b ON b.board = t.board
LEFT JOIN board_check l ON l.id = {_look("<", end, "DESC")}
LEFT JOIN board_check n ON n.id = {_look(">=", end, "ASC")}"""


def _totals(sql: Dialect) -> str:
    counted = f"""
    SELECT board, company, day, sum(net) AS net, {_count("opened")}, {_count("closed")}, {_count("reopened")},
        count(DISTINCT revision) AS revised
    FROM ({_happened(sql)}) AS happened GROUP BY board, company, day"""
    return f"""
    SELECT board, company, day, opened, closed, revised, reopened,
        CAST(sum(net) OVER (PARTITION BY board, company ORDER BY day) AS bigint) AS open
    FROM ({counted}) AS counted"""


def _happened(sql: Dialect) -> str:
    """A row for each day of a board, so that none is missing, and one for each thing that happened."""
    first = sql.day("(SELECT min(k.finished_at) FROM board_check k WHERE k.board_id = b.id)")
    last = sql.day(f"CASE WHEN b.watched THEN {sql.larger}({sql.now}, b.last_check_at) ELSE b.last_check_at END")
    series, day = sql.series(first, last)
    return f"""
    SELECT b.board, b.company, {day} AS day, NULL AS kind, 0 AS net, NULL AS revision
    FROM board b {series} WHERE b.last_check_at IS NOT NULL
    UNION ALL
    SELECT b.board, b.company, {sql.day("v.valid_from")}, NULL, 1, NULL
    FROM board b JOIN posting p ON p.board_id = b.id JOIN posting_version v ON v.posting_id = p.id AND v.number = 1 WHERE p.baseline
    UNION ALL
    SELECT b.board, b.company, {sql.day("c.at")}, c.kind, CASE c.kind WHEN 'revised' THEN 0 WHEN 'closed' THEN -1 ELSE 1 END,
        CASE c.kind WHEN 'revised' THEN c.check_id || ':' || c.posting_id END
    FROM board b JOIN posting p ON p.board_id = b.id JOIN posting_change c ON c.posting_id = p.id"""


def _count(kind: str) -> str:
    return f"count(CASE kind WHEN '{kind}' THEN 1 END) AS {kind}"


def _look(side: str, end: str, order: str) -> str:
    """The id of the board's last look before the end of the day, or of the first after it."""
    return f"(SELECT k.id FROM board_check k WHERE k.board_id = b.id AND k.finished_at {side} {end} ORDER BY k.finished_at {order} LIMIT 1)"
