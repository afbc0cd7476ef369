"""A calendar is valid and inert whatever a board writes, and its events keep their UIDs."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from monitor.queries.deadlines import Deadline
from monitor.web.calendar import calendar
from tests.support.alerts import AT, role
from tests.support.feeds import BASE, HOSTILE_IN_FEEDS, read_calendar, require_refusals

AT_FIVE = datetime(2026, 5, 19, 17, 0, tzinfo=UTC)
END_OF_DAY = datetime(2026, 5, 20, 6, 59, 59, tzinfo=UTC)  # May 19 in California


def deadline(key: str = "1", revision: int = 0, *, closed: bool = False, **fields: Any) -> Deadline:
    values: dict[str, Any] = {"deadline_at": AT_FIVE, "deadline_text": "May 19, 5 pm UTC"} | fields
    return Deadline(role(key, **values), revision, AT, closed)


def written(*deadlines: Deadline, base: str = BASE, rule: str | None = None) -> bytes:
    return calendar(deadlines, base=base, rule=rule)


def test_a_calendar_without_deadlines_is_valid_and_has_its_names() -> None:
    for rule, name in (
        (None, rb"rolewatch: deadlines"),
        ("a,b;c\\d", rb"rolewatch: a\,b\;c\\d deadlines"),
    ):
        empty = written(rule=rule)
        assert read_calendar(empty) == []
        assert b"\r\nNAME:" + name + b"\r\n" in empty
        assert b"\r\nX-WR-CALNAME:" + name + b"\r\n" in empty
        assert b"\r\nREFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in empty
        assert b"\r\nX-PUBLISHED-TTL:PT1H\r\n" in empty
        assert b"METHOD" not in empty  # it would need an organizer


def test_an_event_has_the_deadline_of_a_role() -> None:
    (event,) = read_calendar(written(deadline(revision=2)))
    assert event["dtstart"].dt == AT_FIVE
    assert str(event["summary"]) == "Deadline: Research Engineer (Example Labs)"
    assert str(event["location"]) == "London"
    assert str(event["url"]) == f"{BASE}/roles/greenhouse:examplelabs:1"
    assert str(event["description"]).splitlines() == [
        "Research Engineer at Example Labs",
        "London · $133k–240k",
        "Apply by May 19, 5 pm UTC. The posting says “May 19, 5 pm UTC”.",
        "https://jobs.example/1",
        f"{BASE}/roles/greenhouse:examplelabs:1",
    ]
    assert (event["sequence"], event["status"], event["transp"]) == (2, "CONFIRMED", "TRANSPARENT")
    assert event["dtstamp"].dt == event["last-modified"].dt == AT


@pytest.mark.parametrize(
    ("at", "words", "day"),
    [
        (END_OF_DAY, "May 19", date(2026, 5, 19)),
        (END_OF_DAY, "May 19, 2026, AoE", date(2026, 5, 19)),
        (datetime(2026, 5, 19, 23, 59, 59, tzinfo=UTC), "", date(2026, 5, 19)),
        (datetime(2026, 5, 19, 14, 59, 59, tzinfo=UTC), "5月19日", date(2026, 5, 19)),
        (datetime(2026, 5, 19, 4, 0, tzinfo=UTC), "2026-05-19T00:00:00-04:00", date(2026, 5, 19)),
    ],
)
def test_a_deadline_that_is_a_day_is_an_all_day_event(at: datetime, words: str, day: date) -> None:
    (event,) = read_calendar(written(deadline(deadline_at=at, deadline_text=words)))
    assert event["dtstart"].dt == day
    assert "dtend" not in event  # one day (RFC 5545, 3.6.1)


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (AT_FIVE, "2026-05-19T17:00:00Z"),
        (AT_FIVE, ""),
        (datetime(2026, 5, 20, 6, 59, tzinfo=UTC), "May 19, 11:59 pm PT"),
    ],
)
def test_a_deadline_with_a_time_is_an_event_at_that_instant(at: datetime, words: str) -> None:
    (event,) = read_calendar(written(deadline(deadline_at=at, deadline_text=words)))
    assert event["dtstart"].dt == at


def test_a_closed_roles_event_is_cancelled() -> None:
    (event,) = read_calendar(written(deadline(closed=True)))
    assert event["status"] == "CANCELLED"
    assert str(event["summary"]) == "Closed: Research Engineer (Example Labs)"


def test_uids_are_the_same_at_every_address_and_in_every_calendar() -> None:
    both = (deadline(), deadline("2"))
    uids = [
        [str(event["uid"]) for event in read_calendar(calendar(both, base=base, rule=rule))]
        for base, rule in ((BASE, None), ("http://127.0.0.1:8460", None), (BASE, "engineers"))
    ]
    assert (
        uids == [["greenhouse:examplelabs:1@rolewatch", "greenhouse:examplelabs:2@rolewatch"]] * 3
    )


def test_the_same_deadlines_give_the_same_bytes() -> None:
    both = (deadline(), deadline("2", closed=True))
    assert written(*both) == written(*both)


@pytest.mark.parametrize("text", HOSTILE_IN_FEEDS, ids=range(len(HOSTILE_IN_FEEDS)))
@pytest.mark.parametrize("closed", [False, True])
def test_a_hostile_text_leaves_a_calendar_valid_and_inert(text: str, closed: bool) -> None:
    fields: dict[str, Any] = {
        "title": text,
        "location": text,
        "pay": text,
        "url": f"https://jobs.example/{text}",
    }
    hostile = deadline(closed=closed, deadline_text=text, places=(text,), **fields)
    hostile = Deadline(msgspec.structs.replace(hostile.role, company=text), 0, AT, closed=closed)
    (event,) = read_calendar(written(hostile, rule=text[:80]))
    assert str(event["summary"]) not in {"", "Deadline: "}
    assert len(str(event["description"])) < 5_000
    assert "\u202e" not in event["summary"] + event["description"]


@hypothesis_settings(deadline=None)
@given(st.text(st.characters(), max_size=60), st.booleans())
def test_any_text_leaves_a_calendar_valid_and_inert(text: str, closed: bool) -> None:
    odd = deadline(closed=closed, title=text, location=text, pay=text, deadline_text=text)
    (event,) = read_calendar(written(odd))
    assert str(event["uid"]) == "greenhouse:examplelabs:1@rolewatch"


def test_a_text_cannot_add_a_property_or_an_event() -> None:
    text = "x\r\nSTATUS:CANCELLED\r\nEND:VEVENT\r\nBEGIN:VEVENT\nATTACH:https://evil.example"
    (event,) = read_calendar(written(deadline(title=text, location=text, deadline_text=text)))
    assert event["status"] == "CONFIRMED"
    assert "attach" not in event
    assert "STATUS:CANCELLED END:VEVENT" in str(event["summary"])


def test_signs_of_the_format_come_back_as_they_were() -> None:
    text = r"a, b; c: d \n e \\ f " + '"g" ^n'
    (event,) = read_calendar(written(deadline(title=text)))
    assert str(event["summary"]) == f"Deadline: {text} (Example Labs)"


def test_the_reader_of_these_tests_refuses_invalid_calendars() -> None:
    edits = {
        b"\r\n": b"\n",
        b"SEQUENCE:0\r\n": b"",
        b"UID:": b"UID" + b"x" * 80 + b":",
        b"DTSTART:2026": b"DTSTART;VALUE=DATE:2026",
        b"STATUS:CONFIRMED": b"STATUS:MAYBE",
        b"URL:": b"URL:\x01",
        b"DTSTAMP:20260504T090200Z": b"DTSTAMP:20260504T090200",
    }
    require_refusals(read_calendar, written(deadline()), edits)


def test_events_stay_in_order_and_apart() -> None:
    many = [
        deadline(str(number), deadline_at=AT_FIVE + timedelta(days=number)) for number in range(50)
    ]
    starts = [event["dtstart"].dt for event in read_calendar(written(*many))]
    assert starts == [AT_FIVE + timedelta(days=number) for number in range(50)]
