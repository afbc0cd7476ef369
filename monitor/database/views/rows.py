"""The views that show stored rows: boards, checks, postings and what belongs to them, alerts.

An empty text is null in every view.
"""

from __future__ import annotations

from monitor.database.views.dialect import (
    COMPANY,
    CONTENT,
    CURRENT,
    REPOST_OF,
    TITLE_AND_URL,
    Dialect,
    text_columns,
)

# not a join: SQLite would read every version even to count postings
_DESCRIPTION = (
    "(SELECT nullif(d.text, '') FROM description d WHERE d.digest = v.description_digest)"
)


def boards(_sql: Dialect) -> str:
    return f"""
SELECT b.board, b.ats, b.token, b.company, {text_columns("b", "url")},
    CASE WHEN NOT b.watched THEN 'unwatched'
         WHEN b.failures >= 3 THEN 'failing'
         WHEN b.last_ok_at IS NULL THEN 'new'
         WHEN b.collapsed_since IS NOT NULL THEN 'collapsed'
         ELSE 'ok' END AS state,
    (SELECT count(*) FROM posting p WHERE p.board_id = b.id AND p.state = 'open') AS open_postings,
    b.last_check_at, b.last_ok_at, b.next_check_at, b.failures
FROM board b"""


def checks(_sql: Dialect) -> str:
    return f"""
SELECT c.id AS check_id, b.board, b.company, c.started_at, c.finished_at, c.result, c.status,
    c.seen, c.opened, c.revised, c.closed, c.reopened, c.unreadable, c.bytes, c.seconds,
    {text_columns("c", "reason")}
FROM board_check c JOIN board b ON b.id = c.board_id"""


def postings(_sql: Dialect) -> str:
    return f"""
SELECT p.name AS posting, b.board, {COMPANY} AS company, p.key, {CONTENT},
    {text_columns("p", "country", "seniority")}, {_DESCRIPTION} AS description, p.state,
    p.first_seen_at, coalesce(p.last_seen_at, b.last_ok_at) AS last_seen_at, p.closed_at,
    p.ats_first_published, p.ats_updated_at, {text_columns("p", "requisition")},
    {REPOST_OF} AS repost_of, p.version
FROM posting p JOIN board b ON b.id = p.board_id LEFT JOIN posting_version v ON {CURRENT}"""


def locations(sql: Dialect) -> str:
    """Return a row for each place. A location without one ("Worldwide") is the place itself."""
    whole = sql.json_array("v.location")
    places = f"CASE WHEN {sql.is_empty('v.locations')} THEN {whole} ELSE v.locations END"
    return f"""
SELECT p.name AS posting, b.board, {COMPANY} AS company, {TITLE_AND_URL},
    place.value AS location
FROM posting p JOIN board b ON b.id = p.board_id JOIN posting_version v ON {CURRENT}
CROSS JOIN {sql.json_each(places, "place")}
WHERE place.value <> ''"""


def versions(_sql: Dialect) -> str:
    return f"""
SELECT p.name AS posting, b.board, {COMPANY} AS company, v.number AS version,
    v.valid_from, v.valid_to, v.valid_to IS NULL AS is_current, {CONTENT},
    nullif(d.text, '') AS description
FROM posting_version v JOIN posting p ON p.id = v.posting_id JOIN board b ON b.id = p.board_id
JOIN description d ON d.digest = v.description_digest"""


def matches(_sql: Dialect) -> str:
    return f"""
SELECT m.rule, p.name AS posting, b.board, {COMPANY} AS company, {TITLE_AND_URL},
    m.version, {text_columns("m", "words")}
FROM rule_match m JOIN posting p ON p.id = m.posting_id JOIN board b ON b.id = p.board_id
JOIN posting_version v ON v.posting_id = m.posting_id AND v.number = m.version"""


def changes(_sql: Dialect) -> str:
    moved = "100.0 * (c.pay_new_max - c.pay_old_max) / nullif(c.pay_old_max, 0)"
    return f"""
SELECT c.id AS change_id, c.check_id, c.at, c.not_before, p.name AS posting, b.board,
    {COMPANY} AS company, {TITLE_AND_URL}, c.kind, c.field, {text_columns("c", "old", "new")},
    c.pay_old_max, c.pay_new_max, {moved} AS pay_change_percent, c.version
FROM posting_change c JOIN posting p ON p.id = c.posting_id JOIN board b ON b.id = p.board_id
LEFT JOIN posting_version v ON v.posting_id = c.posting_id AND v.number = c.version"""


def saved(_sql: Dialect) -> str:
    return f"""
SELECT s.user_id, p.name AS posting, b.board, {COMPANY} AS company, {TITLE_AND_URL}, p.state,
    s.at AS saved_at
FROM saved_role s JOIN posting p ON p.id = s.posting_id JOIN board b ON b.id = p.board_id
LEFT JOIN posting_version v ON {CURRENT}"""


def mutes(sql: Dialect) -> str:
    """Return the active mutes: neither undone nor over."""
    return f"""
SELECT m.channel, CASE WHEN m.rule IS NULL THEN 'posting' ELSE 'rule' END AS kind,
    p.name AS posting, {text_columns("v", "title")}, {text_columns("m", "rule")},
    m.user_id AS by, m.at, m.until
FROM mute m LEFT JOIN posting p ON p.id = m.posting_id LEFT JOIN posting_version v ON {CURRENT}
WHERE m.ended_at IS NULL AND (m.until IS NULL OR m.until > {sql.now})"""


def alerts(_sql: Dialect) -> str:
    return f"""
SELECT a.id AS alert_id, a.delivery_id, a.check_id, {text_columns("a", "rule", "why", "channel")},
    {text_columns("d", "message_url")}, p.name AS posting, coalesce(b.board, cb.board) AS board,
    coalesce(p.company, b.company, cb.company) AS company, {TITLE_AND_URL}, a.kind,
    coalesce(d.state, CASE WHEN a.for_digest THEN 'held' ELSE 'pending' END) AS state,
    a.created_at, d.sent_at, coalesce(d.attempts, 0) AS attempts,
    {text_columns("d", "reason")}
FROM alert a LEFT JOIN delivery d ON d.delivery_id = a.delivery_id
LEFT JOIN posting p ON p.id = a.posting_id LEFT JOIN board b ON b.id = p.board_id
LEFT JOIN board_check c ON c.id = a.check_id LEFT JOIN board cb ON cb.id = c.board_id
LEFT JOIN posting_version v ON {CURRENT}"""


def workers(sql: Dialect) -> str:
    """Return the processes that check boards. Their boards are their jobs in the queue."""
    if sql.name == "sqlite":  # it has no queue, and so no worker
        return """
SELECT w.id AS worker_id, w.host, w.pid, w.version, w.started_at, w.last_seen_at,
    'idle' AS state, w.id AS board, w.done
FROM worker w WHERE 0"""
    return f"""
SELECT w.id AS worker_id, w.host, w.pid, w.version, w.started_at, w.last_seen_at,
    CASE WHEN w.lost_at <= {sql.now} THEN 'lost' WHEN j.board IS NULL THEN 'idle' ELSE 'busy' END
    AS state, j.board, w.done
FROM worker w LEFT JOIN LATERAL (
    SELECT string_agg(queueing_lock, '; ' ORDER BY id) AS board FROM procrastinate_jobs
    WHERE worker_id = w.queue_id AND status = 'doing'
) j ON true"""
