"""Numbers, days and names as a chart's sentences write them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from monitor.text.values import counted

_LONGEST_SENTENCE_NAME = 60  # characters
_LONGEST_LABEL = 24
_MONTHS_FROM = 100  # days; below that they are counted one by one
_DAYS_OF_A_MONTH = 365.25 / 12


def percent(share: float) -> str:
    """Return `63%`. A part is never `0%`, and what is not all is never `100%`."""
    if 0 < share < 1:
        return f"{min(max(round(share * 100), 1), 99)}%"
    return f"{share:.0%}"


def length(days: int) -> str:
    """Return `1 day`, `30 days` or `12 months`."""
    if days < _MONTHS_FROM:
        return counted(days, "day")
    return counted(round(days / _DAYS_OF_A_MONTH), "month")


def day(of: date) -> str:
    """Return `Mar 2`."""
    return f"{of:%b} {of.day}"


def period(first: date, last: date) -> str:
    """Return `March 2 to November 28, 2026`."""
    end = f"{last:%B} {last.day}, {last.year}"
    if first == last:
        return end
    year = "" if first.year == last.year else f", {first.year}"
    return f"{first:%B} {first.day}{year} to {end}"


def name(company: str, longest: int = _LONGEST_SENTENCE_NAME) -> str:
    """Return the name on one line, cut after a word to fit a sentence."""
    printed = "".join(sign if sign.isprintable() else " " for sign in company)
    words = " ".join(printed.split())
    if len(words) <= longest:
        return words
    head = words[:longest]  # with space for the "…"
    whole = head.rpartition(" ")[0]
    return f"{whole if len(whole) > longest // 2 else head[:-1]}…"


def label(company: str) -> str:
    """Return the name, cut to fit beside a line."""
    return name(company, _LONGEST_LABEL)


def possessive(company: str) -> str:
    """Return `Anthropic’s` or `Example Labs’`."""
    short = name(company)
    return f"{short}’" if short.endswith(("s", "S")) else f"{short}’s"


def others(companies: Sequence[str]) -> str:
    """Return the one other employer's label, or `34 others`."""
    return label(companies[0]) if len(companies) == 1 else f"{len(companies)} others"
