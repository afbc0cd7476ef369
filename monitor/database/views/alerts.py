"""The view of alerts."""

from __future__ import annotations

from monitor.database.views.dialect import CURRENT, Dialect


def alerts(_sql: Dialect) -> str:
    return f"""
SELECT a.id AS alert_id, a.delivery_id, a.check_id, a.rule, a.why, a.channel, d.message_url,
    p.name AS posting, coalesce(b.board, cb.board) AS board,
    coalesce(p.company, b.company, cb.company) AS company, v.title, v.url, a.kind,
    coalesce(d.state, CASE WHEN a.for_digest THEN 'held' ELSE 'pending' END) AS state,
    a.created_at, d.sent_at, coalesce(d.attempts, 0) AS attempts, d.reason
FROM alert a LEFT JOIN delivery d ON d.delivery_id = a.delivery_id
LEFT JOIN posting p ON p.id = a.posting_id LEFT JOIN board b ON b.id = p.board_id
LEFT JOIN board_check c ON c.id = a.check_id LEFT JOIN board cb ON cb.id = c.board_id
LEFT JOIN posting_version v ON {CURRENT}"""
