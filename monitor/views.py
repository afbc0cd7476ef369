"""The views that people ask: the same names and columns on SQLite and PostgreSQL. docs/sql.md says what each means."""

from __future__ import annotations

_POSTING = "b.board || ':' || p.key"
_COMPANY = "coalesce(p.company, b.company)"
_CONTENT = """v.title, v.location, v.department, v.employment_type, v.workplace, v.pay_min, v.pay_max, v.pay_currency, v.pay_period,
    v.pay_text, v.deadline_at, v.deadline_text, v.url"""

VIEWS: dict[str, str] = {
    "boards": """
SELECT b.board, b.ats, b.token, b.company, b.url,
    CASE WHEN NOT b.watched THEN 'unwatched'
         WHEN b.failures >= 3 THEN 'failing'
         WHEN b.last_ok_at IS NULL THEN 'new'
         WHEN b.collapsed_since IS NOT NULL THEN 'collapsed'
         ELSE 'ok' END AS state,
    (SELECT count(*) FROM posting p WHERE p.board_id = b.id AND p.state = 'open') AS open_postings,
    b.last_check_at, b.last_ok_at, b.next_check_at, b.failures
FROM board b""",
    "checks": """
SELECT c.id AS check_id, b.board, b.company, c.started_at, c.finished_at, c.result, c.status, c.seen, c.opened, c.revised, c.closed,
    c.reopened, c.unreadable, c.bytes, c.seconds, c.reason
FROM board_check c JOIN board b ON b.id = c.board_id""",
    "postings": f"""
SELECT {_POSTING} AS posting, b.board, {_COMPANY} AS company, p.key, {_CONTENT}, p.state, p.first_seen_at,
    coalesce(p.last_seen_at, b.last_ok_at) AS last_seen_at, p.closed_at, p.ats_first_published, p.ats_updated_at, p.requisition,
    (SELECT rb.board || ':' || r.key FROM posting r JOIN board rb ON rb.id = r.board_id WHERE r.id = p.repost_of) AS repost_of, p.version
FROM posting p JOIN board b ON b.id = p.board_id
LEFT JOIN posting_version v ON v.posting_id = p.id AND v.number = p.version""",
    "posting_versions": f"""
SELECT {_POSTING} AS posting, b.board, {_COMPANY} AS company, v.number AS version, v.valid_from, v.valid_to,
    v.valid_to IS NULL AS is_current, {_CONTENT}, d.text AS description
FROM posting_version v JOIN posting p ON p.id = v.posting_id JOIN board b ON b.id = p.board_id
JOIN description d ON d.digest = v.description_digest""",
    "posting_changes": f"""
SELECT c.id AS change_id, c.check_id, c.at, c.not_before, {_POSTING} AS posting, b.board, {_COMPANY} AS company, v.title, v.url,
    c.kind, c.field, c.old, c.new, c.version
FROM posting_change c JOIN posting p ON p.id = c.posting_id JOIN board b ON b.id = p.board_id
LEFT JOIN posting_version v ON v.posting_id = c.posting_id AND v.number = c.version""",
    "alerts": f"""
SELECT a.id AS alert_id, a.delivery_id, a.check_id, a.rule, a.why, a.channel, d.message_url,
    CASE WHEN p.id IS NULL THEN NULL ELSE {_POSTING} END AS posting, coalesce(b.board, cb.board) AS board,
    coalesce(p.company, b.company, cb.company) AS company, v.title, v.url, a.kind, coalesce(d.state, 'pending') AS state,
    a.created_at, d.sent_at, coalesce(d.attempts, 0) AS attempts, d.reason
FROM alert a LEFT JOIN delivery d ON d.delivery_id = a.delivery_id
LEFT JOIN posting p ON p.id = a.posting_id LEFT JOIN board b ON b.id = p.board_id
LEFT JOIN board_check c ON c.id = a.check_id LEFT JOIN board cb ON cb.id = c.board_id
LEFT JOIN posting_version v ON v.posting_id = p.id AND v.number = p.version""",
}
