"""Read the pay that an ATS states in fields of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple, get_args

from crawler.items import Pay, Period
from crawler.read.deferred import is_plausible, period_in_title, read_pay, stated_pay
from crawler.read.fields import clean_text, line
from crawler.read.text import to_text

_HIGHEST_PAY = 1e9  # of any currency and period; more is a slip
_GROUPED = re.compile(
    r"(?P<whole>[0-9]{1,3}(?P<mark>[.,' \u2019])[0-9]{3}(?:(?P=mark)[0-9]{3}){0,3})"
    r"(?:(?!(?P=mark))[.,](?P<cents>[0-9]{1,2}))?"
)
_INDIAN = re.compile(r"[0-9]{1,2}(?:,[0-9]{2}){1,3},[0-9]{3}")  # "12,00,000"
_PLAIN = re.compile(r"[0-9]{1,12}(?:[.,][0-9]{1,6})?")


def stated_range(
    minimum: object, maximum: object, currency: object, interval: object, *, place: str = ""
) -> Pay | None:
    """Return the pay that fields state, an end of 0 being unknown; None for none.

    `currency` may be a code, a sign or missing; "$" is that of the place. `interval` may be in any
    form: "YEARLY", "per-hour-wage", "month". An end that cannot be read, or an amount that nobody
    is paid in this period, leaves only the words.
    """
    title = clean_text(interval).replace("-", " ").replace("_", " ")
    title = f"per {title.casefold()}" if title.casefold() in get_args(Period) else title
    low, high = stated_amount(minimum), stated_amount(maximum)
    if low is None or high is None:
        ends = dict.fromkeys(filter(None, map(clean_text, (minimum, maximum))))
        return _only_words(" ".join([" - ".join(ends), clean_text(currency)]), title)
    ends_in_cents = {"min_cents": low * 100, "max_cents": high * 100}
    pay = believed(
        stated_pay([ends_in_cents | {"currency_type": currency, "title": title}], place=place)
    )
    if pay is None or not title:
        return pay
    period = period_in_title(title)
    if period is None:
        return replace(pay, period=None, text=f"{pay.text} ({title})")  # as "two weeks"
    known = [end for end in (pay.minimum, pay.maximum) if end]
    if all(is_plausible(end, pay.currency, period) for end in known):
        return pay
    return _only_words(pay.text, title) if pay.currency else None  # "from 1" is a placeholder


def _only_words(words: str, title: str) -> Pay:
    return Pay(None, None, None, None, f"{words.strip()} ({title})" if title else words.strip())


def stated_amount(value: object) -> float | None:
    """Return an amount, 0 for none; None for one that cannot be read.

    Three digits after a point or comma are thousands: "45.000", "95,000", "45 000,00". Lakhs are
    read too: "12,00,000".
    """
    if not isinstance(value, str):
        return float(value) if isinstance(value, (int, float)) and value is not True else 0.0
    text = clean_text(value)
    if grouped := _GROUPED.fullmatch(text):
        return float(f"{re.sub('[^0-9]', '', grouped['whole'])}.{grouped['cents'] or 0}")
    if _INDIAN.fullmatch(text):
        return float(text.replace(",", ""))
    if _PLAIN.fullmatch(text):
        return float(text.replace(",", "."))
    return None if re.search("[0-9]", text) else 0.0


def worded_pay(words: object, html: str) -> Pay | None:
    """Return the pay that a field states in words; None for none.

    Unclear words are kept as they are, unless the description has clear ones.
    """
    text = clean_text(words)
    read = (read_pay(text) or read_pay(f"Salary: {text}")) if text else None
    if read or not text or read_pay(to_text(html)):
        return read
    return Pay(None, None, None, None, text)


def believed(pay: Pay | None) -> Pay | None:
    """Return stated pay; None for a range that is upside down or too high for any job."""
    if pay and 0 <= (pay.minimum or 0) <= (pay.maximum or _HIGHEST_PAY) <= _HIGHEST_PAY:
        return pay
    return None


class PlaceRange(NamedTuple):
    """The range of pay at a place."""

    pay: Pay
    place: str  # "" for a range of no place by name
    is_first: bool  # it holds for the first place of its posting


def pay_at_first_place(ranges: Sequence[PlaceRange]) -> Pay | None:
    """Return the pay of the first place, with the words of all; unknown where it has no one range.

    Ranges may be in different currencies, so they are never merged.
    """
    if not ranges:
        return None
    own = {each.pay for each in ranges if each.is_first}
    if len(own) != 1:
        return Pay(None, None, None, None, _words(ranges))
    pay = own.pop()
    return pay if {pay} == {each.pay for each in ranges} else replace(pay, text=_words(ranges))


def _words(ranges: Sequence[PlaceRange]) -> str:
    """Return the words of each range after its places: "Leeds / York: £45,000 - £52,000; …"."""
    of_text: dict[str, list[str]] = {}
    for each in ranges:
        of_text.setdefault(each.pay.text, []).append(line(each.place))
    named = [(" / ".join(filter(None, places)), text) for text, places in of_text.items()]
    return "; ".join(f"{places}: {text}" if places else text for places, text in named)
