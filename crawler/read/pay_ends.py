"""Decide by the words around an amount of pay whether it is a minimum or a maximum."""

from __future__ import annotations

import re

from crawler.read.money_ranges import MoneyRange
from crawler.read.pay_context import Context

_AT_MOST = re.compile(
    r"(?<![^\W_])(?:up ?to|maximum(?: of)?|max\.?|no more than|not more than|at most|bis zu"
    r"|jusqu['\u2019]à|hasta|tot|upp till|op til|até"
    r"|fino a|až|do|până la)"
    r"[\s:]{0,3}$",
    re.IGNORECASE,
)
_PAY_TO_FIGURE = (
    r"(?:\s\w{1,12}){0,2}\s(?:salary|pay|wage|rate|compensation)(?:\s\w{1,12}){0,12}[\s:]{0,3}$"
)
_CEILING = re.compile(r"(?<![^\W_])(?:maximum|max\.?|top|highest)" + _PAY_TO_FIGURE, re.IGNORECASE)
_AT_LEAST = re.compile(
    r"(?<![^\W_])(?:from|start(?:ing|s)? (?:at|from|of)|begin(?:s|ning)? (?:at|from)"
    r"|minimum(?: of)?|min\.?|at least|no less than"
    r"|not less than|not below|ab|(?:beginnt|startet) (?:bei|ab)|mindestens|mind\."
    r"|à partir de|dès|desde|a partir (?:de|da)|al menos|vanaf|minimaal|od|co najmniej|minimálně"
    r"|från|lägst|fra|mindst|minst|da|almeno"
    r"|de la|minim)[\s:]{0,3}$",
    re.IGNORECASE,
)
_FLOOR = re.compile(
    r"(?<![^\W_])(?:mindest\w{0,10}(?:gehalt|lohn|entgelt)\b.{0,30}$|(?:minimum|min\.?|lowest)"
    + _PAY_TO_FIGURE
    + ")",
    re.IGNORECASE,
)
# behind an amount: "$19.25/hr minimum"
_MINIMUM, _MAXIMUM = (
    re.compile(rf"\s{end}\b(?!\s(?:of|wage)\b)", re.IGNORECASE)
    for end in ("min(?:imum)?", "max(?:imum)?")
)
_OR_MORE = re.compile(
    r"\s?(?:以上|から|이상)|,?\sor (?:more|higher)\b"
    r"|(?:,?\sor|\s(?:and|&)) above(?![ -](?:average|market))\b|\s(?:and|&) up(?! to)\b",
    re.IGNORECASE,
)
_OVERPAY = re.compile(r"\bÜberzahlung|\büberbezahl", re.IGNORECASE)  # more than a minimum

_END_LABEL = re.compile(r"\W{0,3}(?:min|mid(?:[- ]?point)?|max)(?:imum|\.)?\W{0,3}", re.IGNORECASE)


def end_label(context: Context) -> str:
    """Return the label of an amount that is one end of a table: "Min:", or "Max" in its own line.

    "" without one.
    """
    label = context.before if context.before.strip("•*- ") else context.above
    return label if context.first and _END_LABEL.fullmatch(label) else ""


def is_at_most(money: MoneyRange, context: Context) -> bool:
    """Return True for "up to $90,000", "$90,000 max" and the like."""
    is_ceiling = _CEILING.search(context.before) or _MAXIMUM.match(context.after)
    before = end_label(context) or context.before
    return bool(_AT_MOST.search(before) or (is_ceiling and not money.is_range))


def is_at_least(money: MoneyRange, context: Context) -> bool:
    """Return True for "from $90,000", "$90,000+", "$90,000 minimum" and the like."""
    return not money.is_range and (
        money.open_ended
        or bool(_AT_LEAST.search(end_label(context) or context.before))
        or bool(_FLOOR.search(context.before))
        or bool(_OVERPAY.search(context.rest) or _MINIMUM.match(context.after))
        or bool(_OR_MORE.match(context.rest))
    )
