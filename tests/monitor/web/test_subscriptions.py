"""Feeds and calendars at their addresses: tags, keys, and sentences for mistakes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from crawler.items import Deadline, Posting, Probe
from monitor.alerts.watches import begin
from monitor.config.model import Rule
from monitor.config.sections import AlertSettings
from monitor.rules.watches import with_watches
from monitor.web.addresses import address, calendar_path, feed_path
from monitor.web.keys import key_of
from tests.support.boards import posting, snapshot
from tests.support.feeds import ATOM, entries, read_atom, read_calendar
from tests.support.history import ENGINEER, History, settings
from tests.support.web import LISTEN, Serve, WebSite

ODD = Rule("C++ / Rust? 100%", any=("/chef/",))
PASSWORD = "correct horse"
ADDRESSES = ("/feeds/all.atom", "/feeds/research-engineer.atom", "/calendar.ics",
    "/calendar/research-engineer.ics")  # fmt: skip


def due(key: str, day: int = 9, **fields: object) -> Posting:
    at = datetime(2026, 5, day, 17, 0, tzinfo=UTC)
    deadline = Deadline(at, f"May {day}, 5 pm UTC")
    return posting(key, deadline=deadline, stated=frozenset({"deadline"}), **fields)


@pytest.fixture
def history(engine: Engine) -> History:
    alerts = AlertSettings(timezone=ZoneInfo("Europe/London"))
    history = History(engine, settings(ENGINEER, ODD, alerts=alerts))
    history.check(snapshot([due("1")]))
    history.check(snapshot([due("1"), due("2", title="Chef")]))
    return history


Answer = Any  # of Starlette's test client


def ask(
    site: WebSite,
    path: str,
    headers: Mapping[str, str] | None = None,
    *,
    method: str = "GET",
    host: str = LISTEN,
) -> Answer:
    return site.client.request(method, path, headers={"Host": host, **(headers or {})})


def titles(answer: Answer) -> list[str]:
    return [entry["title"] for entry in entries(answer.content)]


def test_a_feed_is_served_as_atom(site: WebSite) -> None:
    answer = ask(site, "/feeds/all.atom")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert titles(answer) == ["Chef · Example Labs is hiring"]


def test_a_calendar_is_served_as_icalendar(site: WebSite) -> None:
    answer = ask(site, "/calendar.ics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert len(read_calendar(answer.content)) == 2
    (event,) = read_calendar(ask(site, "/calendar/research-engineer.ics").content)
    assert "May 9, 6 pm BST" in event["description"]  # in the configured time zone


def test_a_rules_name_may_have_any_signs(site: WebSite) -> None:
    path = address(feed_path(ODD.name))
    assert path == "/feeds/C%2B%2B%20%2F%20Rust%3F%20100%25.atom"
    assert titles(ask(site, path)) == ["Chef · Example Labs is hiring"]
    assert len(read_calendar(ask(site, address(calendar_path(ODD.name))).content)) == 1


@pytest.mark.parametrize("path", ["/feeds/nobody.atom", "/calendar/nobody.ics"])
def test_an_unknown_rule_is_not_found_in_a_sentence(site: WebSite, path: str) -> None:
    answer = ask(site, path)
    assert answer.status_code == 404
    assert answer.text == "There is no rule “nobody”. The page /rules lists the rules.\n"


def test_a_personal_watch_has_no_feed_and_is_named_in_none(
    site: WebSite, history: History, engine: Engine
) -> None:
    with engine.begin() as connection:
        begin(connection, "U0ALICE", ["chef"], employer=None, place="", now=history.now)
        site.settings = with_watches(connection, site.settings)  # as a daemon has them
    watch = next(rule for rule in site.settings.rules if rule.watch is not None)
    for path in (feed_path(watch.name), calendar_path(watch.name)):
        assert ask(site, address(path)).status_code == 404
    (entry,) = entries(ask(site, "/feeds/all.atom").content)
    assert watch.name not in str(entry)


@pytest.mark.parametrize("path", ADDRESSES)
def test_a_reader_that_has_the_answer_gets_304(site: WebSite, path: str) -> None:
    first = ask(site, path)
    tag = first.headers["etag"]
    for given in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = ask(site, path, {"If-None-Match": given})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    for given in ('"other"', "", tag.strip('"')):
        assert ask(site, path, {"If-None-Match": given}).content == first.content


@pytest.mark.parametrize("path", ADDRESSES)
def test_the_answer_stays_the_same_until_something_happens(
    site: WebSite, history: History, path: str
) -> None:
    tag = ask(site, path).headers["etag"]
    history.check(snapshot([due("1"), due("2", title="Chef")]))
    site.now = history.now + timedelta(days=1)
    assert ask(site, path, {"If-None-Match": tag}).status_code == 304
    history.check(snapshot([due("1", 12), due("2", title="Chef")]))
    changed = ask(site, path, {"If-None-Match": tag})
    assert (changed.status_code, changed.headers["etag"] != tag) == (200, True)


def test_a_moved_and_a_closed_deadline_reach_the_calendar(site: WebSite, history: History) -> None:
    def event() -> tuple[int, str]:
        (found,) = read_calendar(ask(site, "/calendar/research-engineer.ics").content)
        return found["sequence"], found["status"]

    assert event() == (0, "CONFIRMED")
    history.check(snapshot([due("1", 12), due("2", title="Chef")]))
    assert event() == (1, "CONFIRMED")
    history.check(snapshot([due("2", title="Chef")], {"1": Probe.GONE}))
    assert event() == (2, "CANCELLED")
    site.now = history.now + timedelta(days=30)
    assert read_calendar(ask(site, "/calendar/research-engineer.ics").content) == []


def test_links_begin_with_base_url_else_with_the_address_that_was_asked(site: WebSite) -> None:
    (entry,) = entries(ask(site, "/feeds/all.atom", host="localhost:8460").content)
    assert entry["links"]["alternate"] == "http://localhost:8460/roles/greenhouse:examplelabs:2"
    one = entry["id"]
    site.with_base_url("https://roles.example.org")
    (entry,) = entries(ask(site, "/feeds/all.atom", host="localhost:8460").content)
    assert entry["links"]["alternate"].startswith("https://roles.example.org/roles/")
    assert entry["id"] == one
    event, _ = read_calendar(ask(site, "/calendar.ics", host="localhost:8460").content)
    assert str(event["url"]).startswith("https://roles.example.org/roles/")


@pytest.mark.parametrize(
    "path", [feed_path(None), feed_path(ODD.name), calendar_path(None), calendar_path(ODD.name)]
)
def test_with_a_password_each_address_takes_its_own_key(site: WebSite, path: str) -> None:
    site.with_password(PASSWORD)
    assert ask(site, address(path)).status_code == 401
    assert ask(site, address(path, password=PASSWORD)).status_code == 200
    assert (
        ask(site, f"{address(path)}?key={key_of(PASSWORD, '/feeds/other.atom')}").status_code == 401
    )
    assert ask(site, f"/?key={key_of(PASSWORD, path)}").status_code == 401


def test_a_feed_names_its_own_address_with_its_key(site: WebSite) -> None:
    def own(answer: Answer) -> str:
        links = read_atom(answer.content).iterfind(f"{ATOM}link")
        return next(str(link.get("href")) for link in links if link.get("rel") == "self")

    site.with_base_url("https://roles.example.org")
    site.with_password(PASSWORD)
    with_key = address(feed_path(ODD.name), password=PASSWORD)
    assert own(ask(site, with_key)) == f"https://roles.example.org{with_key}"
    basic = {"Authorization": "Basic YW55OmNvcnJlY3QgaG9yc2U="}
    assert own(ask(site, "/feeds/all.atom", basic)) == "https://roles.example.org/feeds/all.atom"


@pytest.mark.parametrize("path", ADDRESSES)
def test_head_has_the_headers_and_nothing_may_be_written(site: WebSite, path: str) -> None:
    head = ask(site, path, method="HEAD")
    assert (head.status_code, "etag" in head.headers) == (200, True)
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert ask(site, path, method=method).status_code == 405


@pytest.mark.parametrize("path", ADDRESSES)
def test_an_empty_history_has_valid_empty_answers(engine: Engine, serve: Serve, path: str) -> None:
    answer = ask(serve(History(engine)), path)
    assert answer.status_code == 200
    read = read_calendar if path.endswith(".ics") else entries
    assert read(answer.content) == []
