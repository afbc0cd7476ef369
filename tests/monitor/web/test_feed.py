"""A feed is valid and inert whatever a board writes, and its entries keep their ids."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, get_args
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from monitor.message_parts import FieldChange, RoleKind, Why
from monitor.messages import RoleMessage
from monitor.web.feed import atom
from tests.support.alerts import AT, opened, role
from tests.support.feeds import ATOM, BASE, HOSTILE_IN_FEEDS, entries, read_atom, require_refusals

OLD = "We look for an engineer.\n\nYou will build things with Jax and care about tests."
NEW = "We look for an engineer.\n\nYou will build things with PyTorch and care about tests."


def revised(*changes: FieldChange, **more: Any) -> RoleMessage:
    return opened(kind="revised", changes=changes, **more)


def feed(*events: RoleMessage, base: str = BASE, rule: str | None = None) -> bytes:
    return atom(events, base=base, rule=rule)


def test_a_feed_without_events_is_valid() -> None:
    for rule in (None, "research-engineer", "a/b c?d#e&f<g>"):
        assert entries(feed(rule=rule)) == []


def test_an_opening_says_who_where_and_why() -> None:
    (entry,) = entries(feed(opened()))
    assert entry["title"] == "Research Engineer · Example Labs is hiring"
    assert entry["author"] == "Example Labs"
    assert (entry["kind"], entry["rules"]) == ("opened", ["engineers"])
    assert entry["updated"] == AT
    assert "London" in entry["content"]
    assert "$133k–240k" in entry["content"]
    assert "title has “research engineer”" in entry["content"]
    assert entry["links"] == {
        "alternate": f"{BASE}/roles/greenhouse:examplelabs:1",
        "via": "https://jobs.example/1",
    }


def test_a_revision_tells_each_field_and_marks_the_edited_words() -> None:
    pay = FieldChange("pay", "100000-150000 USD/year", "110000-160000 USD/year")
    (entry,) = entries(feed(revised(pay, FieldChange("description", OLD, NEW))))
    assert "Pay: $100k–150k → <b>$110k–160k</b>" in entry["content"]
    assert "<del>Jax</del> <ins>PyTorch</ins>" in entry["content"]
    assert "We look for" not in entry["content"]


def test_a_rewritten_description_is_shortened() -> None:
    paragraphs = [f"The {number}th paragraph says {'many words ' * 90}" for number in range(20)]
    old, new = ("\n\n".join(f"{each} {word}" for each in paragraphs) for word in ("one", "two"))
    (entry,) = entries(feed(revised(FieldChange("description", old, new))))
    assert len(entry["content"]) < 5_000
    assert "and 17 more passages" in entry["content"]


def test_a_closing_says_how_long_the_role_was_open() -> None:
    (entry,) = entries(feed(opened(kind="closed", before_at=AT - timedelta(days=23))))
    assert entry["title"] == "Research Engineer · Example Labs closed this role after 23 days"


def test_a_revision_that_makes_a_rule_fit_says_so() -> None:
    why = (Why("engineers", "title has “engineer”", "now fits"),)
    (entry,) = entries(feed(revised(FieldChange("title", "Engineering", "Engineer"), why=why)))
    assert entry["title"].endswith("· now fits")
    assert "Now fits engineers: title has “engineer”" in entry["content"]


def test_ids_are_the_same_at_every_address_and_in_every_feed() -> None:
    events = [opened(), opened("2"), opened(at=AT + timedelta(days=1), kind="closed")]

    def ids(written: bytes) -> Sequence[str]:
        return [entry["id"] for entry in entries(written)]

    one = ids(feed(*events))
    assert ids(feed(*events, base="http://127.0.0.1:8460/")) == one
    assert ids(feed(*events, rule="engineers")) == one
    assert len(set(one)) == 3
    assert all(each.startswith("urn:uuid:") for each in one)


def test_the_ids_of_entries_never_change() -> None:
    """A reader shows every entry again whose id is new."""
    assert [entry["id"] for entry in entries(feed(opened()))] == [
        "urn:uuid:25cef063-85f2-5a94-9b15-d7b810d7b8a5"
    ]


def test_a_feed_keeps_its_id_and_names_its_address() -> None:
    ids = set()
    for base in (BASE, "http://127.0.0.1:8460/"):
        root = read_atom(atom([], base=base, rule="a b", address=f"{base}/feeds/x.atom?key=k"))
        ids.add(root.findtext(f"{ATOM}id"))
        links = {link.get("rel"): link.get("href") for link in root.iterfind(f"{ATOM}link")}
        assert links["self"] == f"{base}/feeds/x.atom?key=k"
        assert links["alternate"] == f"{base.rstrip('/')}/rules/a%20b"
    assert len(ids) == 1
    assert read_atom(feed()).findtext(f"{ATOM}id") not in ids


def test_the_same_events_give_the_same_bytes() -> None:
    events = [opened("2"), revised(FieldChange("description", OLD, NEW))]
    first = feed(*events)
    copies = [msgspec.convert(msgspec.to_builtins(each), RoleMessage) for each in events]
    assert feed(*copies) == first
    assert read_atom(first).findtext(f"{ATOM}updated") == AT.isoformat()


def test_dates_are_in_the_zone_that_is_asked_for() -> None:
    deadline = datetime(2026, 5, 8, 17, 30, tzinfo=UTC)
    change = FieldChange("deadline", "", "2026-05-08T17:30:00.000000Z")
    event = msgspec.structs.replace(
        revised(change), role=role(deadline_at=deadline, deadline_text="May 8, 5:30 pm")
    )
    (entry,) = entries(atom([event], base=BASE, zone=ZoneInfo("Europe/London")))
    assert "May 8, 6:30 pm BST" in entry["title"]


@pytest.mark.parametrize("text", HOSTILE_IN_FEEDS, ids=range(len(HOSTILE_IN_FEEDS)))
def test_a_hostile_text_leaves_a_feed_valid_and_inert(text: str) -> None:
    fields = ("title", "location", "pay", "deadline", "department", "url", "description", "new one")
    hostile = role(
        title=text, location=text, pay=text, department=text, employment_type=text,
        deadline_text=text, url=f"https://jobs.example/{text}", places=(text, text),
    )  # fmt: skip
    hostile = msgspec.structs.replace(hostile, company=text)
    why = (Why("engineers", text, "now fits"), Why("other", text))
    events = [
        RoleMessage(
            kind=kind,
            role=hostile,
            why=why,
            at=AT + timedelta(days=number),
            changes=tuple(FieldChange(field, text, f"{text} and {field}") for field in fields),
        )
        for number, kind in enumerate(get_args(RoleKind))
    ]
    events += [
        revised(FieldChange(field, text, f"more {text}"), at=AT - timedelta(days=number), why=why)
        for number, field in enumerate(fields, 1)
    ]
    found = entries(feed(*events, rule="engineers"))
    assert len(found) == len(events)
    assert all(entry["title"] and entry["author"] for entry in found)
    assert all(len(entry["title"]) < 600 for entry in found)
    assert all("\u202e" not in entry["title"] + entry["content"] for entry in found)


@hypothesis_settings(deadline=None)
@given(st.text(st.characters(), max_size=40), st.text(st.characters(), max_size=40))
def test_any_text_leaves_a_feed_valid_and_inert(old: str, new: str) -> None:
    fields = ("title", "location", "pay", "deadline", "description", "department")
    changes = tuple(FieldChange(field, old, new) for field in fields)
    odd = role(title=new, location=old, pay=new, deadline_text=old, url=f"https://x.example/{old}")
    event = msgspec.structs.replace(revised(*changes), role=odd, why=(Why("rule", old),))
    assert len(entries(feed(event))) == 1


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://jobs.example/a?b=c&d=ü", "https://jobs.example/a?b=c&d=ü"),
        ('https://jobs.example/{a}"b`', "https://jobs.example/%7Ba%7D%22b%60"),
        ("javascript:alert(1)", None),
        ("https://jobs.example/a b", None),
        ("", None),
    ],
)
def test_only_web_addresses_are_linked(url: str, link: str | None) -> None:
    (entry,) = entries(feed(_with_url(url)))
    assert entry["links"].get("via") == link


def _with_url(url: str) -> RoleMessage:
    return msgspec.structs.replace(opened(), role=role(url=url))


def test_the_reader_of_these_tests_refuses_invalid_feeds() -> None:
    edits = {
        b"<title>": b"<title>x</title><title>",
        b'rel="via"': b'rel="alternate" type="text/html"',
        b"<updated>2026": b"<updated>26",
        b"&lt;p&gt;": b"&lt;p onclick=x&gt;",
        b"<published>": b"<other/><published>",
        b"</feed>": b"",
    }
    require_refusals(read_atom, feed(opened()), edits)
