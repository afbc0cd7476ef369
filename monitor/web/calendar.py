"""Calendars (RFC 5545) of known deadlines, made by icalendar.

A deadline with a time is an event at that instant: the earlier one where the words allow two. A
deadline that is only a day is an all-day event on the day that the posting states, since its end at
the job's place is another day elsewhere. Neither blocks time. There are no alarms: a rule's
reminders do that, and most calendars drop those of a subscription.

The same deadlines give the same bytes. An event's time stamp is when its role last changed, and no
clock is read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, timedelta, tzinfo
from functools import lru_cache
from typing import Final

from icalendar import Calendar, Event, vDuration, vText

from monitor.notify import wording
from monitor.notify.compose import facts
from monitor.notify.render_text import line_text
from monitor.queries.deadlines import Deadline
from monitor.text.dates import day_only
from monitor.text.page_addresses import role_page
from monitor.web.addresses import posting_link

CONTENT_TYPE: Final = "text/calendar; charset=utf-8"
REFRESH: Final = timedelta(hours=1)
_END: Final = b"END:VCALENDAR\r\n"
_EVENTS: Final = 20_000  # in memory
_WORDS_READ: Final = 1_000  # characters of a deadline's words
# control characters are forbidden; the others break lines in some programs, or are no characters
_NO_TEXT: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")


def calendar(
    deadlines: Sequence[Deadline], *, base: str, rule: str | None = None, zone: tzinfo = UTC
) -> bytes:
    """Return the calendar of these deadlines.

    `base` is the address that links begin with, `zone` the time zone of times in descriptions.
    Without a `rule` it is the calendar of all roles.
    """
    named = "" if rule is None else f"{wording.sanitize(rule)} "
    frame = _frame(f"rolewatch: {named}deadlines")
    assert frame.endswith(_END)  # as every calendar  # noqa: S101
    events = b"".join(_event(deadline, base, zone) for deadline in deadlines)
    return frame.removesuffix(_END) + events + _END


def _frame(name: str) -> bytes:
    """Return a calendar without events."""
    frame = Calendar()
    frame.add("prodid", "-//rolewatch//deadlines//EN")
    frame.add("version", "2.0")
    frame.add("calscale", "GREGORIAN")
    # most programs read the older name of each, and RFC 7986 defines the newer one
    for key in ("name", "x-wr-calname"):
        frame[key] = vText(_text(name))
    frame.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    frame["x-published-ttl"] = vDuration(REFRESH)
    return bytes(frame.to_ical())


@lru_cache(maxsize=_EVENTS)
def _event(deadline: Deadline, base: str, zone: tzinfo) -> bytes:
    """Return one event. It is kept, because writing it takes icalendar half a millisecond."""
    role, event = deadline.role, Event()
    at = role.deadline_at
    assert at is not None  # its query checks that  # noqa: S101
    event.add("uid", _text(f"{role.posting}@rolewatch"))
    event.add("dtstamp", deadline.changed_at)
    event.add("last-modified", deadline.changed_at)
    event.add("dtstart", day_only(at, role.deadline_text[:_WORDS_READ]) or at)
    event.add("sequence", deadline.revision)
    event.add("status", "CANCELLED" if deadline.closed else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    event.add("summary", _text(_summary(deadline)))
    if place := facts.place(role):
        event.add("location", _text(place))
    event.add("description", _text(_description(deadline, base, zone)))
    event.add("url", role_page(base, role.posting))
    return bytes(event.to_ical())


def _text(value: str) -> str:
    return _NO_TEXT.sub("", value)


def _summary(deadline: Deadline) -> str:
    """Return `Deadline: Research Engineer (Example Labs)`."""
    words = f"{facts.title(deadline.role)} ({facts.company(deadline.role)})"
    return f"Closed: {words}" if deadline.closed else f"Deadline: {words}"


def _description(deadline: Deadline, base: str, zone: tzinfo) -> str:
    role = deadline.role
    lines = [
        f"{facts.title(role)} at {facts.company(role)}",
        "This role is closed." if deadline.closed else "",
        line_text(facts.closed_facts(role, ""), zone),
        _stated(deadline, zone),
        posting_link(role.url) or "",
        role_page(base, role.posting),
    ]
    return "\n".join(filter(None, lines))


def _stated(deadline: Deadline, zone: tzinfo) -> str:
    """Return `Apply by Dec 18, 5 pm PST. The posting says “December 18, 5 pm PT”.`."""
    words = wording.sanitize(deadline.role.deadline_text[:_WORDS_READ])
    day = line_text(facts.deadline(deadline.role, deadline.changed_at), zone)
    by = f"Apply by {day}"
    return f"{by}. The posting says “{words}”." if words else f"{by}."
