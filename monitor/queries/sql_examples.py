"""The example questions of `rolewatch sql`. docs/sql.md explains how the longer ones count."""

from __future__ import annotations

from typing import Final

EXAMPLES: Final[dict[str, str]] = {
    "Who is hiring most?": """
SELECT company, count(*) AS open_roles FROM postings
WHERE state = 'open' GROUP BY company ORDER BY open_roles DESC, company""",
    "Whose pay has moved lately? (--since 30d)": """
SELECT at, company, title, old, new FROM posting_changes
WHERE field = 'pay' AND at >= :since ORDER BY at DESC""",
    "Which deadlines are still to come?": """
SELECT deadline_at, company, title, url FROM postings
WHERE state = 'open' AND deadline_at >= :now ORDER BY deadline_at""",
    "What was open at that moment, as we knew it? (--since 2026-03-01)": """
SELECT company, title, version FROM posting_versions
WHERE valid_from <= :since AND (valid_to IS NULL OR valid_to > :since) ORDER BY company, title""",
    "Which boards fail, and why?": """
SELECT board, reason, count(*) AS failures, max(finished_at) AS latest FROM checks
WHERE result = 'failure' AND started_at >= :since GROUP BY board, reason ORDER BY failures DESC""",
}

HIRING: Final[dict[str, str]] = {
    "How long does it take to fill a role, by seniority? (--since 180d)": """
SELECT coalesce(p.seniority, 'not named') AS seniority, count(*) AS roles,
  sum(CASE WHEN l.right_censored THEN 1 ELSE 0 END) AS still_open,
  round(median(l.days_open)) AS median_days
FROM posting_lifetimes l JOIN postings p ON p.posting = l.posting
LEFT JOIN (SELECT DISTINCT repost_of FROM postings) again ON again.repost_of = l.posting
WHERE NOT l.left_censored AND l.opened_latest < :since AND again.repost_of IS NULL
GROUP BY p.seniority ORDER BY roles DESC, seniority""",
    "What does each country pay?": """
SELECT country, pay_currency, count(*) AS roles,
  round(median(pay_year_min)) AS from_pay, round(median(pay_year_max)) AS to_pay
FROM postings
WHERE state = 'open' AND pay_year_max IS NOT NULL AND country NOT LIKE '%;%'
GROUP BY country, pay_currency ORDER BY roles DESC, country, pay_currency""",
    "Who reposts, and how often? (--since 365d)": """
SELECT p.company, count(*) AS opened, count(p.repost_of) AS reposts,
  round(100.0 * count(p.repost_of) / count(*)) AS percent
FROM postings p JOIN posting_lifetimes l ON l.posting = p.posting AND l.spell = 1
WHERE NOT l.left_censored AND l.opened_latest >= :since
GROUP BY p.company ORDER BY percent DESC, p.company""",
    "Which roles have been open for over a year? (--since 365d)": """
SELECT p.company, p.title, p.first_seen_at, p.ats_first_published, max(c.at) AS last_edit, p.url
FROM postings p JOIN boards b ON b.board = p.board
LEFT JOIN posting_changes c ON c.posting = p.posting AND c.kind = 'revised'
WHERE p.state = 'open' AND b.state = 'ok'
  AND (p.first_seen_at < :since OR p.ats_first_published < :since)
GROUP BY p.company, p.title, p.first_seen_at, p.ats_first_published, p.posting, p.url
ORDER BY p.first_seen_at, p.posting""",
    "Who has stopped hiring? (--since 60d)": """
WITH days AS (
  SELECT company, opened + reopened AS opened, closed, open,
    CAST(day AS text) >= substr(CAST(:since AS text), 1, 10) AS recent
  FROM daily_counts
)
SELECT company, sum(CASE WHEN recent THEN 0 ELSE opened END) AS opened_before,
  sum(CASE WHEN recent THEN closed ELSE 0 END) AS closed_since
FROM days GROUP BY company
HAVING sum(CASE WHEN recent THEN opened ELSE 0 END) = 0
  AND sum(CASE WHEN recent THEN 0 ELSE opened END) > 0
  AND sum(CASE WHEN recent AND open IS NULL THEN 1 ELSE 0 END) = 0
ORDER BY opened_before DESC, company""",
    "By how much did pay move, by employer? (--since 90d)": """
SELECT company, count(*) AS moves,
  sum(CASE WHEN pay_change_percent > 0 THEN 1 ELSE 0 END) AS up,
  sum(CASE WHEN pay_change_percent < 0 THEN 1 ELSE 0 END) AS down,
  round(CAST(median(pay_change_percent) AS numeric), 1) AS median_percent
FROM posting_changes
WHERE field = 'pay' AND at >= :since AND pay_change_percent <> 0
GROUP BY company ORDER BY moves DESC, company""",
    "Do roles close at their deadline?": """
WITH ends AS (
  SELECT p.company, l.right_censored AS still_open, l.closed_latest < p.deadline_at AS early,
    substr(CAST(l.closed_earliest AS text), 1, 10) > substr(CAST(p.deadline_at AS text), 1, 10)
      AS late,
    substr(CAST(l.closed_latest AS text), 1, 10) > substr(CAST(p.deadline_at AS text), 1, 10)
      AS missed_later
  FROM postings p JOIN posting_lifetimes l ON l.posting = p.posting
  LEFT JOIN (
    SELECT posting, count(*) AS times FROM posting_changes WHERE kind = 'reopened' GROUP BY posting
  ) reopened ON reopened.posting = p.posting
  WHERE p.deadline_at < :now AND l.spell = 1 + coalesce(reopened.times, 0)
)
SELECT company, count(*) AS deadlines,
  sum(CASE WHEN early THEN 1 ELSE 0 END) AS closed_before,
  sum(CASE WHEN NOT early AND NOT missed_later THEN 1 ELSE 0 END) AS closed_that_day,
  sum(CASE WHEN late THEN 1 ELSE 0 END) AS closed_later,
  sum(CASE WHEN missed_later AND NOT late THEN 1 ELSE 0 END) AS unclear,
  sum(CASE WHEN still_open THEN 1 ELSE 0 END) AS still_open
FROM ends GROUP BY company ORDER BY company""",
    "How much of the period was each board's state known? (--since 90d)": """
SELECT d.board, b.state, count(*) AS days, count(d.open) AS known,
  round(100.0 * count(d.open) / count(*)) AS percent,
  min(CASE WHEN d.open IS NULL THEN d.day END) AS first_gap
FROM daily_counts d JOIN boards b ON b.board = d.board
WHERE CAST(d.day AS text) >= substr(CAST(:since AS text), 1, 10)
GROUP BY d.board, b.state ORDER BY percent, d.board""",
    "Do more new roles disclose their pay? (--since 365d)": """
SELECT substr(CAST(l.opened_latest AS text), 1, 7) AS month, count(*) AS opened,
  count(v.pay_max) AS with_pay, round(100.0 * count(v.pay_max) / count(*)) AS percent
FROM posting_lifetimes l JOIN posting_versions v ON v.posting = l.posting AND v.version = 1
WHERE l.spell = 1 AND NOT l.left_censored AND l.opened_latest >= :since
GROUP BY substr(CAST(l.opened_latest AS text), 1, 7) ORDER BY month""",
    "How senior are the open roles of each employer?": """
SELECT company, coalesce(seniority, 'not named') AS seniority, count(*) AS roles,
  round(100.0 * count(*) / sum(count(*)) OVER (PARTITION BY company)) AS percent
FROM postings WHERE state = 'open'
GROUP BY company, seniority ORDER BY company, roles DESC, seniority""",
}
