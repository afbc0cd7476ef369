"""Invariants of the history that database constraints cannot express, for `consistency.py`.

Each is a query that returns the board and the key of every row that breaks it, with a sentence that
says what is wrong.
"""

from __future__ import annotations

from typing import Final

_OF_VERSION = "JOIN posting p ON p.id = v.posting_id JOIN board b ON b.id = p.board_id"
_OF_CHANGE = "JOIN posting p ON p.id = c.posting_id JOIN board b ON b.id = p.board_id"
_NEWEST_STEP = (
    "SELECT max(n.id) FROM posting_change n WHERE n.posting_id = p.id AND n.kind IN "
    "('opened', 'closed', 'reopened')"
)

INTERVALS: Final[dict[str, str]] = {
    "versions are not numbered 1, 2, 3 …": """
SELECT b.board, p.key FROM (SELECT posting_id FROM posting_version GROUP BY posting_id HAVING
    min(number) <> 1 OR max(number) <> count(*)) v
JOIN posting p ON p.id = v.posting_id JOIN board b ON b.id = p.board_id""",
    "its newest version differs from its row": """
SELECT b.board, p.key FROM posting p JOIN board b ON b.id = p.board_id
WHERE p.version <> coalesce((SELECT max(v.number) FROM posting_version v WHERE v.posting_id =
    p.id), 0)""",
    "a version is wrongly marked as the newest or as superseded": f"""
SELECT b.board, p.key FROM posting_version v {_OF_VERSION} WHERE v.superseded <> (v.number <
    p.version)""",
    "a version ends before it begins": f"""
SELECT b.board, p.key FROM posting_version v {_OF_VERSION} WHERE v.valid_to <= v.valid_from""",
    "two versions overlap": f"""
SELECT b.board, p.key FROM posting_version v JOIN posting_version w ON w.posting_id = v.posting_id
    AND w.number = v.number + 1
{_OF_VERSION} WHERE v.valid_to IS NULL OR v.valid_to > w.valid_from""",
    "a version begins before the posting was first seen": f"""
SELECT b.board, p.key FROM posting_version v {_OF_VERSION} WHERE v.valid_from < p.first_seen_at""",
    "it is open without a current version": """
SELECT b.board, p.key FROM posting p JOIN board b ON b.id = p.board_id
JOIN posting_version v ON v.posting_id = p.id AND v.number = p.version
WHERE p.state = 'open' AND v.valid_to IS NOT NULL""",
    "it is open and has a closing time": """
SELECT b.board, p.key FROM posting p JOIN board b ON b.id = p.board_id WHERE p.state = 'open' AND
    p.closed_at IS NOT NULL""",
    "it is closed and its last version does not end at that time": """
SELECT b.board, p.key FROM posting p JOIN board b ON b.id = p.board_id
LEFT JOIN posting_version v ON v.posting_id = p.id AND v.number = p.version
WHERE p.state = 'closed' AND (p.closed_at IS NULL OR (p.version > 0 AND (v.valid_to IS NULL OR
    v.valid_to <> p.closed_at)))""",
    "its state is unknown": """
SELECT b.board, p.key FROM posting p JOIN board b ON b.id = p.board_id WHERE p.state NOT IN
    ('open', 'closed')""",
    "it is missing, without a time since when or a time it was last seen": """
SELECT b.board, p.key FROM posting p JOIN board b ON b.id = p.board_id
WHERE p.state = 'open' AND p.missing_looks > 0
    AND (p.missing_since IS NULL OR p.last_seen_at IS NULL OR p.missing_since < p.last_seen_at)""",
}

CHANGES: Final[dict[str, str]] = {
    "a change names a missing version": f"""
SELECT b.board, p.key FROM posting_change c {_OF_CHANGE}
WHERE c.version <> 0 AND NOT EXISTS (SELECT 1 FROM posting_version v WHERE v.posting_id =
    c.posting_id AND v.number = c.version)""",
    "a change does not have the time of its check": f"""
SELECT b.board, p.key FROM posting_change c JOIN board_check k ON k.id = c.check_id {_OF_CHANGE}
WHERE c.at <> k.finished_at OR k.board_id <> p.board_id""",
    "a change happened before the last check that saw the old state": f"""
SELECT b.board, p.key FROM posting_change c {_OF_CHANGE} WHERE c.not_before > c.not_after OR
    c.not_after > c.at""",
    "its last change contradicts its state": f"""
SELECT b.board, p.key FROM posting p JOIN board b ON b.id = p.board_id
JOIN posting_change c ON c.id = ({_NEWEST_STEP})
WHERE (p.state = 'open') = (c.kind = 'closed')""",
    "it is closed without a change that says so": f"""
SELECT b.board, p.key FROM posting p JOIN board b ON b.id = p.board_id
WHERE p.state = 'closed' AND p.version > 0 AND ({_NEWEST_STEP}) IS NULL""",
    "a version does not begin with the change that created it": f"""
SELECT b.board, p.key FROM posting_change c JOIN posting_version v ON v.posting_id = c.posting_id
    AND v.number = c.version
{_OF_CHANGE} WHERE c.kind <> 'closed' AND c.at <> v.valid_from""",
    "a version does not end when its posting closed": f"""
SELECT b.board, p.key FROM posting_change c JOIN posting_version v ON v.posting_id = c.posting_id
    AND v.number = c.version
{_OF_CHANGE} WHERE c.kind = 'closed' AND (v.valid_to IS NULL OR c.at <> v.valid_to)""",
    "a version has no change that created it": f"""
SELECT b.board, p.key FROM posting_version v {_OF_VERSION}
WHERE v.number > 1 AND NOT EXISTS (SELECT 1 FROM posting_change c WHERE c.posting_id = v.posting_id
    AND c.version = v.number
    AND c.kind IN ('revised', 'reopened'))""",
    "a revision names no field, or something else does": f"""
SELECT b.board, p.key FROM posting_change c {_OF_CHANGE} WHERE (c.kind = 'revised') = (c.field IS
    NULL)""",
}

CHECKS: Final[dict[str, str]] = {
    "its last check is not its newest check": """
SELECT b.board, 'board' FROM board b
WHERE EXISTS (SELECT 1 FROM board_check c WHERE c.board_id = b.id AND (b.last_check_at IS NULL OR
    c.finished_at > b.last_check_at))""",
    "its last good check is not the newest check that read it": """
SELECT b.board, 'board' FROM board b WHERE EXISTS (SELECT 1 FROM board_check c
    WHERE c.board_id = b.id AND c.result <> 'failure' AND (b.last_ok_at IS NULL OR c.finished_at >
        b.last_ok_at))""",
    "its failures in a row are not those of its checks": """
SELECT b.board, 'board' FROM board b WHERE b.failing_since <= b.last_ok_at
    OR b.failures <> (SELECT count(*) FROM board_check c
        WHERE c.board_id = b.id AND c.result = 'failure' AND c.finished_at >= b.failing_since)""",
    "a check stands for others that are not older than its next one": """
SELECT b.board, 'check ' || k.id FROM board_check k JOIN board b ON b.id = k.board_id
WHERE (k.merged_until IS NULL) <> (k.merged_instants IS NULL) OR k.merged_until <= k.finished_at
   OR EXISTS (SELECT 1 FROM board_check n WHERE n.board_id = k.board_id
       AND n.finished_at > k.finished_at AND n.finished_at <= k.merged_until)""",
    "a check counts other changes than are stored": """
SELECT b.board, 'check ' || k.id FROM board_check k JOIN board b ON b.id = k.board_id
WHERE k.opened <> (SELECT count(*) FROM posting_change c WHERE c.check_id = k.id AND c.kind =
    'opened')
   OR k.reopened <> (SELECT count(*) FROM posting_change c WHERE c.check_id = k.id AND c.kind =
       'reopened')
   OR k.closed < (SELECT count(*) FROM posting_change c WHERE c.check_id = k.id AND c.kind =
       'closed')
   OR k.revised <> (SELECT count(DISTINCT c.posting_id) FROM posting_change c WHERE c.check_id =
       k.id AND c.kind = 'revised')""",
}

OUTBOX: Final[dict[str, str]] = {
    "no alert belongs to this delivery": """
SELECT 'delivery', d.delivery_id FROM delivery d
WHERE d.card_id IS NULL AND NOT EXISTS (SELECT 1 FROM alert a WHERE a.delivery_id =
    d.delivery_id)""",
    "it goes to another channel than its card": """
SELECT 'delivery', d.delivery_id FROM delivery d JOIN card c ON c.id = d.card_id WHERE d.channel <>
    c.channel""",
    "its state is unknown": """
SELECT 'delivery', d.delivery_id FROM delivery d
WHERE d.state NOT IN ('pending', 'sending', 'sent', 'held', 'failed', 'expired', 'discarded')""",
    "it is sent without a time, or has a time and is not sent": """
SELECT 'delivery', d.delivery_id FROM delivery d WHERE (d.state = 'sent') = (d.sent_at IS NULL)""",
    "it is being sent without a starting time": """
SELECT 'delivery', d.delivery_id FROM delivery d WHERE d.state = 'sending' AND d.sending_at IS
    NULL""",
    "it goes to another channel than its alert": """
SELECT 'alert', CAST(a.id AS TEXT) FROM alert a JOIN delivery d ON d.delivery_id = a.delivery_id
    WHERE a.channel <> d.channel""",
    "it is of another posting's board than its check": """
SELECT 'alert', CAST(a.id AS TEXT) FROM alert a JOIN board_check c ON c.id = a.check_id JOIN
    posting p ON p.id = a.posting_id
WHERE c.board_id <> p.board_id""",
}

INVARIANTS: Final[tuple[dict[str, str], ...]] = (INTERVALS, CHANGES, CHECKS, OUTBOX)

# of a view: what it counts, and the same counted in the tables
VIEWS: Final[dict[str, tuple[str, str]]] = {
    "boards": ("SELECT count(*) FROM boards", "SELECT count(*) FROM board"),
    "checks": ("SELECT count(*) FROM checks", "SELECT count(*) FROM board_check"),
    "postings": ("SELECT count(*) FROM postings", "SELECT count(*) FROM posting"),
    "posting_versions": (
        "SELECT count(*) FROM posting_versions",
        "SELECT count(*) FROM posting_version",
    ),
    "posting_changes": (
        "SELECT count(*) FROM posting_changes",
        "SELECT count(*) FROM posting_change",
    ),
    "posting_lifetimes": (
        "SELECT count(*) FROM posting_lifetimes WHERE closed_latest IS NULL",
        "SELECT count(*) FROM posting WHERE state = 'open' AND version > 0",
    ),
    "daily_counts": (
        "SELECT coalesce(sum(closed), 0) FROM daily_counts",
        "SELECT count(*) FROM posting_change WHERE kind = 'closed'",
    ),
    "alerts": ("SELECT count(*) FROM alerts", "SELECT count(*) FROM alert"),
}
