"""Make a posting from the fields that its ATS states.

Pay, deadline and workplace come from the text where no field states them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from crawler.items import Deadline, Pay, Posting, Workplace
from crawler.read.deferred import at_place, place_of, places, read_deadline, read_pay, workplace
from crawler.read.fields import (
    LONGEST_TEXT,
    clean_text,
    company_name,
    is_placeholder,
    line,
    parse_instant,
    parse_time,
)
from crawler.read.text import to_text

_MODELS: dict[str, Workplace] = {
    **dict.fromkeys(("onsite", "on_site", "in_office"), "onsite"),
    "hybrid": "hybrid",
    **dict.fromkeys(("remote", "virtual", "remote_local", "remote_global"), "remote"),
}
_LATEST = 4_000_000_000  # seconds; in the year 2096


def posting_from_html(
    *parts: str | None,
    key: str,
    title: str,
    url: str,
    location: str,
    locations: Sequence[str] | None = None,
    department: str | None = "",
    employment_type: str | None = "",
    stated_workplace: object = None,
    stated_pay: Pay | None = None,
    stated_deadline: object = None,
    company: object = None,
    requisition: object = None,
    internal_job: object = None,
    published: object = None,
    updated: object = None,
    unsent: frozenset[str] = frozenset(),
) -> Posting:
    """Return the posting of one job. `parts` are the HTML of its description, in reading order.

    The workplace is a word, the deadline a date or an instant, as the ATS writes them. So are
    `published` and `updated`, unless the spider has read them already.

    Raises ValueError for a job without a title and for a text that is too long.
    """
    place = line(location)
    description = "\n\n".join(filter(None, map(_text, parts)))
    first, last = _instant(published), _instant(updated)
    deadline, model = stated_day(stated_deadline, place), stated_model(stated_workplace)
    stated = {"pay": stated_pay, "deadline": deadline, "workplace": model}
    return Posting(
        key=key,
        title=_title(title),
        url=line(url),
        location=place,
        locations=places(place) if locations is None else tuple(locations),
        department=line(department or ""),
        employment_type=line(employment_type or ""),
        workplace=model or workplace(place),
        pay=stated_pay or read_pay(description, place=place),
        deadline=deadline or read_deadline(description, published=first, place=place),
        description=description,
        company=company_name(company),
        requisition=clean_text(requisition) or None,
        internal_job=clean_text(internal_job) or None,
        first_published=first,
        updated_at=last,
        stated=frozenset(name for name, value in stated.items() if value is not None),
        unsent=unsent,
    )


def stated_day(written: object, place: str) -> Deadline | None:
    """Return the deadline that a field states as a date, or as an instant; None for none.

    A date without a time ends at midnight of the place, where that is clear. A time without an
    offset is that of the place. A year such as 9999 says that there is no deadline.
    """
    text = clean_text(written) if isinstance(written, str) else ""
    if not text or is_placeholder(text):
        return None
    if len(text) > len("2026-10-31"):
        moment = parse_time(text)
        if moment is None or moment.tzinfo:
            return Deadline(moment and moment.astimezone(UTC), text)
        return Deadline(at_place(moment, place), text)
    read = read_deadline(f"Application deadline: {text}", published=None, place=place)
    return Deadline(read.at if read else None, text)


def stated_model(word: object) -> Workplace | None:
    """Return the workplace that a field states by one word; None for any other word."""
    return _MODELS.get(str(word).casefold().replace("-", "_"))


def place_in(parts: Mapping[str, Any], *names: str) -> str:
    """Return a place whose parts are fields of an object: "Austin, Texas, United States"."""
    return place_of(*map(parts.get, names))


def text_in(value: Mapping[str, Any] | None, name: str) -> str:
    """Return a text of an object; "" without the object or the text."""
    return (value or {}).get(name) or ""


def under(heading: str | None, html: str | None) -> str:
    """Return the HTML of a text behind its heading; "" without a text."""
    return f"<h3>{heading or ''}</h3>{html}" if html else ""


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


def _title(written: str) -> str:
    title = line(written)
    if not title:
        raise ValueError("a job without a title")
    return title


def _instant(written: object) -> datetime | None:
    return written if isinstance(written, datetime) else parse_instant(written)


def _text(html: str | None) -> str:
    html = html or ""
    if len(html) > LONGEST_TEXT:
        raise ValueError(f"a description of {len(html)} characters")
    return to_text(html) if html else ""
