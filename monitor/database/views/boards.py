"""The views of boards and of their checks."""

from __future__ import annotations

from monitor.database.views.dialect import Dialect


def boards(_sql: Dialect) -> str:
    return """
SELECT b.board, b.ats, b.token, b.company, b.url,
    CASE WHEN NOT b.watched THEN 'unwatched'
         WHEN b.failures >= 3 THEN 'failing'
         WHEN b.last_ok_at IS NULL THEN 'new'
         WHEN b.collapsed_since IS NOT NULL THEN 'collapsed'
         ELSE 'ok' END AS state,
    (SELECT count(*) FROM posting p WHERE p.board_id = b.id AND p.state = 'open') AS open_postings,
    b.last_check_at, b.last_ok_at, b.next_check_at, b.failures
FROM board b"""


def checks(_sql: Dialect) -> str:
    return """
SELECT c.id AS check_id, b.board, b.company, c.started_at, c.finished_at, c.result, c.status,
    c.seen, c.opened, c.revised, c.closed, c.reopened, c.unreadable, c.bytes, c.seconds, c.reason
FROM board_check c JOIN board b ON b.id = c.board_id"""
