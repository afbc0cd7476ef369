"""What several views share; `b` is the board, `p` the posting, `v` its version."""

from __future__ import annotations

COMPANY = "coalesce(p.company, b.company)"
CONTENT = """v.title, v.location, v.department, v.employment_type, v.workplace, v.pay_min, v.pay_max, v.pay_currency, v.pay_period,
    v.pay_text, v.deadline_at, v.deadline_text, v.url"""
REPOST_OF = "(SELECT r.name FROM posting r WHERE r.id = p.repost_of)"
CURRENT = "v.posting_id = p.id AND v.number = p.version"
