"""Make a posting from the fields that its ATS states.

Pay, deadline and workplace come from the text where no field states them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, get_args

from crawler.items import Deadline, Pay, Period, Posting, Workplace
from crawler.read.date_instants import at_place
from crawler.read.deadline import read_deadline
from crawler.read.fields import LONGEST_TEXT, clean_text, is_placeholder, line, parse_time
from crawler.read.pay import read_pay
from crawler.read.pay_context import is_plausible
from crawler.read.pay_periods import period_in_title
from crawler.read.pay_ranges import stated_pay
from crawler.read.place import place_of, places, workplace
from crawler.read.text import to_text

_HIGHEST_PAY = 1e9  # of any currency and period; more is a slip
_GROUPED = re.compile(
    r"(?P<whole>[0-9]{1,3}(?P<mark>[.,' \u2019])[0-9]{3}(?:(?P=mark)[0-9]{3}){0,3})"
    r"(?:(?!(?P=mark))[.,](?P<cents>[0-9]{1,2}))?"
)
_PLAIN = re.compile(r"[0-9]{1,12}(?:[.,][0-9]{1,6})?")
_MODELS: dict[str, Workplace] = {"onsite": "onsite", "on_site": "onsite", "in_office": "onsite"}
_MODELS |= {"hybrid": "hybrid", "remote": "remote", "virtual": "remote"}
_MODELS |= {"remote_local": "remote", "remote_global": "remote"}
_LATEST = 4_000_000_000  # seconds; in the year 2096


def posting_from_html(
    *parts: str,
    key: str,
    title: str,
    url: str,
    location: str,
    locations: Sequence[str] | None = None,
    department: str = "",
    employment_type: str = "",
    stated_workplace: Workplace | None = None,
    stated_pay: Pay | None = None,
    stated_deadline: Deadline | None = None,
    company: str | None = None,
    requisition: object = None,
    internal_job: object = None,
    published: datetime | None = None,
    updated: datetime | None = None,
    unsent: frozenset[str] = frozenset(),
) -> Posting:
    """Return the posting of one job. `parts` are the HTML of its description, in reading order.

    Raises ValueError for a job without a title and for a text that is too long.
    """
    place = line(location)
    description = "\n\n".join(filter(None, map(_text, parts)))
    stated = {"pay": stated_pay, "deadline": stated_deadline, "workplace": stated_workplace}
    return Posting(
        key=key,
        title=_title(title),
        url=line(url),
        location=place,
        locations=places(place) if locations is None else tuple(locations),
        department=line(department),
        employment_type=line(employment_type),
        workplace=stated_workplace or workplace(place),
        pay=stated_pay or read_pay(description, place=place),
        deadline=stated_deadline or read_deadline(description, published=published, place=place),
        description=description,
        company=company,
        requisition=clean_text(requisition) or None,
        internal_job=clean_text(internal_job) or None,
        first_published=published,
        updated_at=updated,
        stated=frozenset(name for name, value in stated.items() if value is not None),
        unsent=unsent,
    )


def stated_day(written: object, place: str) -> Deadline | None:
    """Return the deadline that a field states as a date, or as an instant; None for none.

    A date without a time ends at midnight of the place, where that is clear. A time without an
    offset is that of the place. A year such as 9999 says that there is no deadline.
    """
    text = clean_text(written)
    if not text or is_placeholder(text):
        return None
    if len(text) > len("2026-10-31"):
        moment = parse_time(text)
        if moment is None or moment.tzinfo:
            return Deadline(moment and moment.astimezone(UTC), text)
        return Deadline(at_place(moment, place), text)
    read = read_deadline(f"Application deadline: {text}", published=None, place=place)
    return Deadline(read.at if read else None, text)


def stated_range(
    minimum: object, maximum: object, currency: object, interval: object
) -> Pay | None:
    """Return the pay that fields state, an end of 0 being unknown; None for none.

    `interval` may be in any form: "YEARLY", "per-hour-wage", "month". An end that cannot be read,
    or an amount that nobody is paid in this period, leaves only the words.
    """
    title = str(interval or "").replace("-", " ").replace("_", " ")
    title = f"per {title.casefold()}" if title.casefold() in get_args(Period) else title
    low, high = stated_amount(minimum), stated_amount(maximum)
    if low is None or high is None:
        ends = dict.fromkeys(filter(None, map(clean_text, (minimum, maximum))))
        return _only_words(" ".join([" - ".join(ends), clean_text(currency)]), title)
    ends_in_cents = {"min_cents": low * 100, "max_cents": high * 100}
    pay = believed(stated_pay([ends_in_cents | {"currency_type": currency, "title": title}]))
    if pay is None or not title:
        return pay
    period = period_in_title(title)
    if period is None:
        return replace(pay, period=None, text=f"{pay.text} ({title})")  # as "two weeks"
    is_paid = is_plausible(pay.maximum or pay.minimum or 0, pay.currency, period)
    return pay if is_paid else _only_words(pay.text, title)


def _only_words(words: str, title: str) -> Pay:
    return Pay(None, None, None, None, f"{words.strip()} ({title})" if title else words.strip())


def stated_amount(value: object) -> float | None:
    """Return an amount, 0 for none; None for one that cannot be read.

    Three digits after a point or comma are thousands: "45.000", "95,000", "45 000,00".
    """
    if not isinstance(value, str):
        return float(value) if isinstance(value, (int, float)) else 0.0
    text = clean_text(value)
    if grouped := _GROUPED.fullmatch(text):
        return float(f"{re.sub('[^0-9]', '', grouped['whole'])}.{grouped['cents'] or 0}")
    if _PLAIN.fullmatch(text):
        return float(text.replace(",", "."))
    return None if re.search("[0-9]", text) else 0.0


def worded_pay(words: object, html: str) -> Pay | None:
    """Return the pay that a field states in words; None for none.

    Unclear words are kept as they are, unless the description has clear ones.
    """
    text = clean_text(words)
    read = read_pay(text) if text else None
    if read or not text or read_pay(_text(html)):
        return read
    return Pay(None, None, None, None, text)


def stated_model(word: object) -> Workplace | None:
    """Return the workplace that a field states by one word; None for any other word."""
    return _MODELS.get(str(word).casefold().replace("-", "_"))


def place_in(parts: Mapping[str, Any], *names: str) -> str:
    """Return a place whose parts are fields of an object: "Austin, Texas, United States"."""
    return place_of(*map(parts.get, names))


def text_in(value: Mapping[str, Any] | None, name: str) -> str:
    """Return a text of an object; "" without the object or the text."""
    return (value or {}).get(name) or ""


def joined(*names: str | None) -> str:
    """Return several names as one line, each once: "Research; Models"."""
    cleaned = (line(name) for name in names if name)
    return "; ".join(dict.fromkeys(filter(None, cleaned)))


def epoch_instant(value: object, per_second: int = 1) -> datetime | None:
    """Return the UTC instant of a number of seconds since 1970, or of a part of seconds.

    None for anything else.
    """
    if not isinstance(value, int) or not 0 < value < _LATEST * per_second:
        return None
    return datetime.fromtimestamp(value / per_second, UTC)


def believed(pay: Pay | None) -> Pay | None:
    """Return stated pay; None for a range that is upside down or too high for any job."""
    if pay and 0 <= (pay.minimum or 0) <= (pay.maximum or _HIGHEST_PAY) <= _HIGHEST_PAY:
        return pay
    return None


def _title(written: str) -> str:
    title = line(written)
    if not title:
        raise ValueError("a job without a title")
    return title


def _text(html: str) -> str:
    if len(html) > LONGEST_TEXT:
        raise ValueError(f"a description of {len(html)} characters")
    return to_text(html) if html else ""
