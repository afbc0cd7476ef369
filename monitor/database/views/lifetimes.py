"""The view of how long postings were open.

A spell begins with the first check that lists the posting, or with a reopening.
"""

from __future__ import annotations

from monitor.database.views.dialect import REPOST_OF, TITLE_AND_URL, Dialect

# Postings with their board's company, then those with another one. They are apart so that a
# condition on the company is applied to the board. CROSS JOIN makes SQLite begin there, since no
# index on the company would lead it there.
_BY_COMPANY = (
    ("b.company", "board b CROSS JOIN posting p", "p.company IS NULL"),
    ("p.company", "board b JOIN posting p ON p.board_id = b.id", "p.company IS NOT NULL"),
)


def lifetimes(sql: Dialect) -> str:
    """Return a query for the first spell of each posting and for one after each reopening."""
    return "\nUNION ALL\n".join(
        part
        for source in _BY_COMPANY
        for part in (_first_spells(sql, *source), _reopened_spells(sql, *source))
    )


def _first_spells(sql: Dialect, company: str, source: str, condition: str) -> str:
    """Begin with the first listing, also if the posting could be read only later.

    A posting of the baseline has no change that opens it.
    """
    check_before = """
        SELECT coalesce(k.merged_until, k.finished_at) FROM board_check k
        WHERE k.board_id = p.board_id AND k.result <> 'failure' AND k.finished_at < p.first_seen_at
        ORDER BY k.finished_at DESC LIMIT 1"""
    earliest = f"CASE WHEN NOT p.baseline THEN coalesce(s.not_before, ({check_before})) END"
    columns = _spell(
        sql,
        company=company,
        spell="CAST(1 AS bigint)",  # count()'s type, so that PostgreSQL merges the parts' plans
        earliest=earliest,
        latest="p.first_seen_at",
        left_censored="p.baseline",
    )
    return f"""
{columns}
FROM {source}
LEFT JOIN posting_change s ON s.posting_id = p.id AND s.kind = 'opened'
{_join_end(sql, "p.first_seen_at")}
LEFT JOIN posting_version v ON v.posting_id = p.id AND v.number = coalesce(e.version, p.version)
WHERE p.board_id = b.id AND p.version > 0 AND {condition}"""


def _reopened_spells(sql: Dialect, company: str, source: str, condition: str) -> str:
    spell = """1 + (SELECT count(*) FROM posting_change r
        WHERE r.posting_id = p.id AND r.kind = 'reopened' AND r.at <= s.at)"""
    columns = _spell(
        sql,
        company=company,
        spell=spell,
        earliest="s.not_before",
        latest="s.at",
        left_censored="FALSE",
    )
    return f"""
{columns}
FROM {source} CROSS JOIN posting_change s
{_join_end(sql, "s.at")}
LEFT JOIN posting_version v ON v.posting_id = p.id AND v.number = coalesce(e.version, p.version)
WHERE p.board_id = b.id AND s.posting_id = p.id AND s.kind = 'reopened' AND {condition}"""


def _spell(
    sql: Dialect, *, company: str, spell: str, earliest: str, latest: str, left_censored: str
) -> str:
    days_open = f"{sql.greatest}(0.0, {sql.days(latest, f'coalesce(e.not_before, {sql.now})')})"
    return f"""SELECT p.name AS posting, b.board, {company} AS company, {TITLE_AND_URL},
    {spell} AS spell, {earliest} AS opened_earliest, {latest} AS opened_latest,
    e.not_before AS closed_earliest, e.not_after AS closed_latest, {days_open} AS days_open,
    {left_censored} AS left_censored, e.id IS NULL AS right_censored, {REPOST_OF} AS repost_of"""


def _join_end(sql: Dialect, begin: str) -> str:
    """Return the join with the closing that ends a spell, if any. An index holds the closings."""
    closing = f"""
    FROM posting_change x WHERE x.posting_id = p.id AND x.kind = 'closed' AND x.at > {begin}
    ORDER BY x.at LIMIT 1"""
    return sql.left_join_first("posting_change", closing, "e")
