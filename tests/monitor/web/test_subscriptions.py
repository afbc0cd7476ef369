"""Feeds and calendars at their addresses: tags, keys, and sentences for mistakes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine
from starlette.types import ASGIApp

from crawler.items import Deadline, Posting, Probe
from monitor.config.model import Rule, WebSettings
from monitor.config.sections import AlertSettings
from monitor.database.reading import reading_engine
from monitor.web.addresses import address, calendar_path, feed_path
from monitor.web.app import make_app
from monitor.web.keys import key_of
from monitor.web.site import Site
from tests.support.asgi import Answer, ask
from tests.support.boards import posting, snapshot
from tests.support.feeds import ATOM, entries, read_atom, read_calendar
from tests.support.history import ENGINEER, History, settings

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


@pytest.fixture
def reading(engine: Engine) -> Iterator[Engine]:
    reader = reading_engine(engine.url.render_as_string(hide_password=False))
    yield reader
    reader.dispose()


@pytest.fixture
def app(history: History, reading: Engine) -> ASGIApp:
    return make_app(Site(reading, lambda: history.settings, lambda: history.now, "127.0.0.1:8460"))


def with_web(history: History, **web: object) -> None:
    history.settings = replace(history.settings, web=WebSettings(**web))  # type: ignore[arg-type]


def titles(answer: Answer) -> list[str]:
    return [entry["title"] for entry in entries(answer.body)]


def test_a_feed_is_served_as_atom(app: ASGIApp) -> None:
    answer = ask(app, "/feeds/all.atom")
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert titles(answer) == ["Chef · Example Labs is hiring"]


def test_a_calendar_is_served_as_icalendar(app: ASGIApp) -> None:
    answer = ask(app, "/calendar.ics")
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert len(read_calendar(answer.body)) == 2
    (event,) = read_calendar(ask(app, "/calendar/research-engineer.ics").body)
    assert "May 9, 6 pm BST" in event["description"]  # in the configured time zone


def test_a_rules_name_may_have_any_signs(app: ASGIApp) -> None:
    path = address(feed_path(ODD.name))
    assert path == "/feeds/C%2B%2B%20%2F%20Rust%3F%20100%25.atom"
    assert titles(ask(app, path)) == ["Chef · Example Labs is hiring"]
    assert len(read_calendar(ask(app, address(calendar_path(ODD.name))).body)) == 1


@pytest.mark.parametrize("path", ["/feeds/nobody.atom", "/calendar/nobody.ics"])
def test_an_unknown_rule_is_not_found_in_a_sentence(app: ASGIApp, path: str) -> None:
    answer = ask(app, path)
    assert answer.status == 404
    assert answer.text == "There is no rule “nobody”. The page /rules lists the rules.\n"


@pytest.mark.parametrize("path", ADDRESSES)
def test_a_reader_that_has_the_answer_gets_304(app: ASGIApp, path: str) -> None:
    first = ask(app, path)
    tag = first.headers["etag"]
    for given in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = ask(app, path, {"If-None-Match": given})
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag)
    for given in ('"other"', "", tag.strip('"')):
        assert ask(app, path, {"If-None-Match": given}).body == first.body


@pytest.mark.parametrize("path", ADDRESSES)
def test_the_answer_stays_the_same_until_something_happens(
    app: ASGIApp, history: History, path: str
) -> None:
    tag = ask(app, path).headers["etag"]
    history.check(snapshot([due("1"), due("2", title="Chef")]))
    history.now += timedelta(days=1)
    assert ask(app, path, {"If-None-Match": tag}).status == 304
    history.check(snapshot([due("1", 12), due("2", title="Chef")]))
    changed = ask(app, path, {"If-None-Match": tag})
    assert (changed.status, changed.headers["etag"] != tag) == (200, True)


def test_a_moved_and_a_closed_deadline_reach_the_calendar(app: ASGIApp, history: History) -> None:
    def event() -> tuple[int, str]:
        (found,) = read_calendar(ask(app, "/calendar/research-engineer.ics").body)
        return found["sequence"], found["status"]

    assert event() == (0, "CONFIRMED")
    history.check(snapshot([due("1", 12), due("2", title="Chef")]))
    assert event() == (1, "CONFIRMED")
    history.check(snapshot([due("2", title="Chef")], {"1": Probe.GONE}))
    assert event() == (2, "CANCELLED")
    history.now += timedelta(days=30)
    assert read_calendar(ask(app, "/calendar/research-engineer.ics").body) == []


def test_links_begin_with_base_url_else_with_the_address_that_was_asked(
    app: ASGIApp, history: History
) -> None:
    (entry,) = entries(ask(app, "/feeds/all.atom", host="localhost:8460").body)
    assert entry["links"]["alternate"] == "http://localhost:8460/roles/greenhouse:examplelabs:2"
    one = entry["id"]
    with_web(history, base_url="https://roles.example.org")
    (entry,) = entries(ask(app, "/feeds/all.atom", host="localhost:8460").body)
    assert entry["links"]["alternate"].startswith("https://roles.example.org/roles/")
    assert entry["id"] == one
    event, _ = read_calendar(ask(app, "/calendar.ics", host="localhost:8460").body)
    assert str(event["url"]).startswith("https://roles.example.org/roles/")


@pytest.mark.parametrize(
    "path", [feed_path(None), feed_path(ODD.name), calendar_path(None), calendar_path(ODD.name)]
)
def test_with_a_password_each_address_takes_its_own_key(
    app: ASGIApp, history: History, path: str
) -> None:
    with_web(history, password=SecretStr(PASSWORD))
    assert ask(app, address(path)).status == 401
    assert ask(app, address(path, password=PASSWORD)).status == 200
    assert ask(app, f"{address(path)}?key={key_of(PASSWORD, '/feeds/other.atom')}").status == 401
    assert ask(app, f"/?key={key_of(PASSWORD, path)}").status == 401


def test_a_feed_names_its_own_address_with_its_key(app: ASGIApp, history: History) -> None:
    def own(answer: Answer) -> str:
        links = read_atom(answer.body).iterfind(f"{ATOM}link")
        return next(str(link.get("href")) for link in links if link.get("rel") == "self")

    with_web(history, password=SecretStr(PASSWORD), base_url="https://roles.example.org")
    with_key = address(feed_path(ODD.name), password=PASSWORD)
    assert own(ask(app, with_key)) == f"https://roles.example.org{with_key}"
    basic = {"Authorization": "Basic YW55OmNvcnJlY3QgaG9yc2U="}
    assert own(ask(app, "/feeds/all.atom", basic)) == "https://roles.example.org/feeds/all.atom"


@pytest.mark.parametrize("path", ADDRESSES)
def test_head_has_the_headers_and_nothing_may_be_written(app: ASGIApp, path: str) -> None:
    head = ask(app, path, method="HEAD")
    assert (head.status, "etag" in head.headers) == (200, True)
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert ask(app, path, method=method).status == 405


@pytest.mark.parametrize("path", ADDRESSES)
def test_an_empty_history_has_valid_empty_answers(
    engine: Engine, reading: Engine, path: str
) -> None:
    empty = History(engine)
    app = make_app(Site(reading, lambda: empty.settings, lambda: empty.now, "127.0.0.1:8460"))
    answer = ask(app, path)
    assert answer.status == 200
    read = read_calendar if path.endswith(".ics") else entries
    assert read(answer.body) == []
