"""The view of how long postings were open: a stretch begins with the first look that saw it, or with a reopening."""

from __future__ import annotations

from monitor.database.views.dialect import REPOST_OF, Dialect

# Postings that are called as their board is, and those with a name of their own: apart, so that a
# condition on the company goes to the board where it can. CROSS JOIN has SQLite begin there, since
# it knows of no index on what a company is called.
_NAMED = (
    ("b.company", "board b CROSS JOIN posting p", "p.company IS NULL"),
    ("p.company", "board b JOIN posting p ON p.board_id = b.id", "p.company IS NOT NULL"),
)


def lifetimes(sql: Dialect) -> str:
    """The first stretch of each posting, which of a baseline no change begins, and one for each reopening."""
    return "\nUNION ALL\n".join(
        part for named in _NAMED for part in (_first(sql, *named), _again(sql, *named))
    )


def _first(sql: Dialect, company: str, source: str, condition: str) -> str:
    """A posting that was listed for a while before anybody could read it opened when it was first listed."""
    look_before = "(SELECT max(k.finished_at) FROM board_check k WHERE k.board_id = p.board_id AND k.result <> 'failure'"
    earliest = f"CASE WHEN NOT p.baseline THEN coalesce(s.not_before, {look_before} AND k.finished_at < p.first_seen_at)) END"
    return f"""
{_stretch(sql, company=company, spell="1", earliest=earliest, latest="p.first_seen_at", left_censored="p.baseline")}
FROM {source}
LEFT JOIN posting_change s ON s.posting_id = p.id AND s.kind = 'opened'
LEFT JOIN posting_change e ON e.id = {_end("p.first_seen_at")}
LEFT JOIN posting_version v ON v.posting_id = p.id AND v.number = coalesce(e.version, p.version)
WHERE p.board_id = b.id AND p.version > 0 AND {condition}"""


def _again(sql: Dialect, company: str, source: str, condition: str) -> str:
    spell = "1 + (SELECT count(*) FROM posting_change r WHERE r.posting_id = p.id AND r.kind = 'reopened' AND r.at <= s.at)"
    return f"""
{_stretch(sql, company=company, spell=spell, earliest="s.not_before", latest="s.at", left_censored="FALSE")}
FROM {source} CROSS JOIN posting_change s
LEFT JOIN posting_change e ON e.id = {_end("s.at")}
LEFT JOIN posting_version v ON v.posting_id = p.id AND v.number = coalesce(e.version, p.version)
WHERE p.board_id = b.id AND s.posting_id = p.id AND s.kind = 'reopened' AND {condition}"""


def _stretch(
    sql: Dialect, *, company: str, spell: str, earliest: str, latest: str, left_censored: str
) -> str:
    days_open = f"{sql.larger}(0.0, {sql.days(latest, f'coalesce(e.not_before, {sql.now})')})"
    return f"""SELECT p.name AS posting, b.board, {company} AS company, v.title, v.url, {spell} AS spell,
    {earliest} AS opened_earliest, {latest} AS opened_latest, e.not_before AS closed_earliest, e.not_after AS closed_latest,
    {days_open} AS days_open, {left_censored} AS left_censored, e.id IS NULL AS right_censored, {REPOST_OF} AS repost_of"""


def _end(begin: str) -> str:
    """The id of the closing that ends the stretch which begins then."""
    closing = "SELECT x.id FROM posting_change x WHERE x.posting_id = p.id AND x.kind = 'closed'"
    return f"({closing} AND x.at > {begin} ORDER BY x.at LIMIT 1)"
