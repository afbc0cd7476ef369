"""Pay as a posting's text or its ats states it. A wrong pay is worse than none: what is not clearly pay is not read.

An amount is pay when the words nearest to it say so (before it in the line, right after it, or in the line above), and no
word nearer to it says that it is a bonus, a benefit, a budget or somebody's revenue. Ranges may also stand alone in a line.

Decisions: several ranges in one block (zones, levels, towns) in the commonest currency are read as one, from the lowest minimum to
the highest maximum. On-target earnings and total compensation count only when no base pay is named. A bare "$" is US dollars
unless the words around it name another country. Amounts that make no sense ("$139,700-216-500") stay unknown, with their words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from crawler.items import Pay, Period
from crawler.read.money import Figure, figures, has_money, period_in

_PAY_WORD = re.compile(
    r"\b(?:salar(?:y|ies)|wages?|remuneration|compensation|OTE|on[- ]target|base|pay(?:\s(?:range|rate|band|scale|grade|zone|is|of|for|between)|:|$)"
    r"|(?:base|annual|hourly|our|cash|expected|local|starting|the|target)\spay|pay\srange|hourly\srate|rate\sof\spay|earn(?:ings)?"
    r"|(?:base|weekly|monthly|annual)\sstipend)\b",
    re.IGNORECASE,
)
_OTHER_WORD = re.compile(
    r"\b(?:bonus(?:es)?|commissions?|stipends?|credits?|reimburs\w*|allowances?|subsid\w+|differentials?|budgets?|contributions?|match\w*"
    r"|grants?|equity|stocks?|rsus?|sign[- ]?on|signing|relocation|coverage|lifetime|401\(?k\)?|hsa|hra|fsa|funding|funded|raised|raises?"
    r"|revenues?|spend\w*|savings?|assets?|valuation|valued|markets?|opportunity|initiative|merchandise|quotas?|deals?|contracts?|acv|arr|gmv"
    r"|tickets?|insurance|pensions?|referrals?|tuition|donat\w+|portfolios?|investments?|invested|volume|transactions?|payments?|series\s[a-h]"
    r"|worth|prizes?|awards?|fees?|costs?|deductibles?|premiums?|profits?|ebitda|aum|turnover|exploits?|vouchers?|perks?)\b",
    re.IGNORECASE,
)
_TOTAL_WORD = re.compile(r"\b(?:OTE|on[- ]target|total\s(?:\w+\s){0,2}(?:compensation|comp|cash|earnings)|TC)\b", re.IGNORECASE)
_CLAUSE_END = re.compile(r"[.;,(|•+]|\s(?:and|with|plus|or|in)\s", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[a-z0-9)%][.;!?]\s+(?=[A-Z])")
_LABEL = re.compile(r"(?:[•*-]\s)?(?:(?:level|zone|tier|band|grade|step|range)\s?\w{0,4}|l\d{1,2})?\s?[:-]?\s?", re.IGNORECASE)
_AT_MOST = re.compile(r"(?:\bup\sto|maximum(?:\sof)?|\bmax)[\s:]{0,3}$", re.IGNORECASE)
_AT_LEAST = re.compile(r"(?:\bfrom|starting\sat|starts?\sat|\bminimum(?:\sof)?|\bat\sleast)[\s:]{0,3}$", re.IGNORECASE)
_COUNTRIES = (
    ("CAD", re.compile(r"\bcanad(?:a|ian)\b|\bCAN\b|\bOntario\b|\bToronto\b|\bVancouver\b", re.IGNORECASE)),
    ("AUD", re.compile(r"\baustralian?\b|\bSydney\b|\bMelbourne\b", re.IGNORECASE)),
    ("NZD", re.compile(r"\bnew zealand\b", re.IGNORECASE)),
    ("SGD", re.compile(r"\bsingapore\b", re.IGNORECASE)),
    ("HKD", re.compile(r"\bhong kong\b", re.IGNORECASE)),
    ("USD", re.compile(r"\bU\.?S\.?(?:A\b)?(?!\w)|\bunited states\b", re.IGNORECASE)),
)
_BEFORE, _AFTER = 160, 60  # characters around an amount whose words may speak of it
_LEAST_A_YEAR, _MOST_A_YEAR, _MOST_AN_HOUR = 5_000, 5_000_000, 1_000
_SURELY_A_YEAR = 10_000  # from here on a salary without a period is a year's
_BLOCK_LINES = 8  # ranges further apart than this are not one block
_LONGEST_TEXT = 200
_SMALL_CURRENCIES = frozenset({"JPY", "INR", "KRW", "HUF", "CZK", "TWD", "MXN", "ZAR"})  # a year's pay may have more digits


@dataclass(frozen=True, slots=True)
class _Offer:
    """A figure that speaks of pay."""

    figure: Figure
    words: str
    line: int
    currency: str
    period: Period | None
    is_total: bool  # with commission, bonus or shares in it


def read_pay(text: str) -> Pay | None:
    """The pay that a description's text states; None when it speaks of none, or only in general ("Competitive salary").

    Amounts are None, and the words kept, when the text states pay in figures that make no sense.
    """
    offers = list(_offers(text)) if has_money(text) else []
    clear = [offer for offer in offers if not offer.figure.unclear]
    if not clear:
        return Pay(None, None, None, None, offers[0].words) if offers else None
    return _together(_block([offer for offer in clear if not offer.is_total] or clear))


def stated_pay(ranges: Sequence[Mapping[str, Any]]) -> Pay | None:
    """The pay of Greenhouse's `pay_input_ranges`, one range a pay zone; None when there is none.

    https://developers.greenhouse.io/job-board.html#list-jobs (with `pay_transparency=true`)
    """
    zones = [zone for zone in ranges if zone.get("currency_type") and (zone.get("min_cents") or zone.get("max_cents"))]
    if not zones:
        return None
    currency = Counter(str(zone["currency_type"]) for zone in zones).most_common(1)[0][0]
    zones = [zone for zone in zones if zone["currency_type"] == currency]
    lows = [cents / 100 for zone in zones if (cents := zone.get("min_cents") or zone.get("max_cents"))]
    highs = [cents / 100 for zone in zones if (cents := zone.get("max_cents") or zone.get("min_cents"))]
    words = " ".join(str(zone.get(key) or "") for zone in zones for key in ("blurb", "title"))
    minimum, maximum = min(lows), max(highs)
    return Pay(minimum, maximum, currency, _stated_period(words, maximum), _as_written(minimum, maximum, currency))
