"""Addresses, headers and filters that no person writes: each is answered, and quickly."""

from __future__ import annotations

import time
from base64 import b64encode
from dataclasses import replace

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine
from starlette.testclient import TestClient

from monitor.alerts.watches import begin
from monitor.database.reading import reading_engine
from monitor.rules.watches import with_watches
from monitor.web.app import make_app
from monitor.web.site import Site
from tests.support.boards import START, posting, snapshot
from tests.support.history import History
from tests.support.web import LISTEN, Serve, WebSite


@pytest.fixture
def history(sqlite_engine: Engine) -> History:
    """Return a board with one role, which has opened after the first check."""
    found = History(sqlite_engine)
    found.check(snapshot([]))
    found.check(snapshot([posting("1", title="Research Engineer, Gemini")]))
    return found


@pytest.mark.parametrize(
    "query",
    [
        "page=" + "1" * 5_000,
        "page=" + "1" * 400,
        "since=" + "," * 30_000,
        "since=" + "," * 400,
        "q=" + "a+" * 15_000,
        "location=" + "a+" * 15_000,
        "location=/(" + "a*" * 10_000 + ")/",
        "&".join(["country=GB"] * 1_000),
        "&".join(["rule=research-engineer"] * 1_000),
        "&".join(f"x{number}=1" for number in range(6_000)),
    ],
    ids=lambda query: f"{query[:12]} {len(query)}",
)
@pytest.mark.parametrize("path", ["/", "/changes", "/index.json"])
def test_filters_beyond_reason_are_refused_at_once(site: WebSite, path: str, query: str) -> None:
    started = time.monotonic()
    answer = site.client.get(f"{path}?{query}")
    assert answer.status_code in ({400} if path != "/changes" else {200, 400}), answer.text
    assert time.monotonic() - started < 2


def test_a_filter_may_be_repeated_within_reason(site: WebSite) -> None:
    for name in ("country=GB", "rule=research-engineer", "location=London", "company=x"):
        assert site.client.get("/?" + "&".join([name] * 100)).status_code == 200


def test_a_search_of_a_hundred_words_is_answered(site: WebSite) -> None:
    words = "+".join(f"w{number}" for number in range(100))
    assert site.client.get(f"/?q={words}").status_code == 200


@pytest.mark.parametrize(
    "header", [b"Basic \xe9", b"Basic \xff\xfe", b"\xe9 x", b"Basic " + b64encode(b"x:\xff")]
)
def test_a_password_that_is_no_text_is_wrong(site: WebSite, header: bytes) -> None:
    site.with_password("correct horse")
    answer = site.client.get("/", headers={b"Authorization": header})
    assert answer.status_code == 401
    assert "content-security-policy" in answer.headers


def test_a_password_of_the_environment_that_is_no_text_lets_nobody_in(site: WebSite) -> None:
    broken = replace(site.settings.web, password=SecretStr("p\udcff"))
    site.settings = replace(site.settings, web=broken)
    header = {"Authorization": "Basic " + b64encode(b"x:p").decode()}
    assert site.client.get("/", headers=header).status_code == 401


@pytest.mark.parametrize(
    "host",
    ["localhost/healthz?", "localhost/healthz#", "127.0.0.1:8460/healthz?x=", "user@localhost",
     "localhost:x", "localhost\\evil.example", "localhost:8460:1", "[::1]x", "localhost?"],
)  # fmt: skip
def test_a_host_with_more_than_a_name_and_a_port_is_refused(site: WebSite, host: str) -> None:
    site.with_password("correct horse")
    assert site.client.get("/", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize("rule", ["watch:1", "watch%3A1"])
def test_a_personal_watch_has_no_feed_and_no_calendar(
    history: History, serve: Serve, rule: str
) -> None:
    with history.engine.begin() as connection:
        begin(connection, "U0ALICE", ["gemini"], employer=None, place="", now=START)
        history.settings = with_watches(connection, history.settings)  # as a daemon has them
    site = serve(history)
    assert site.client.get(f"/feeds/{rule}.atom").status_code == 404
    assert site.client.get(f"/calendar/{rule}.ics").status_code == 404
    assert "watch:1" not in site.client.get("/feeds/all.atom").text
    assert site.client.get(f"/?rule={rule}").status_code == 400


@pytest.mark.parametrize("path", ["/stats.json", "/rules.json"])
def test_numbers_are_counted_while_requests_have_all_connections(
    history: History, path: str
) -> None:
    url = history.engine.url.render_as_string(hide_password=False)
    requests, beside = reading_engine(url, 1), reading_engine(url, 1)
    site = Site(requests, lambda: history.settings, lambda: history.now, LISTEN, beside=beside)
    started = time.monotonic()
    answer = TestClient(make_app(site), base_url=f"http://{LISTEN}").get(path)
    requests.dispose()
    beside.dispose()
    assert answer.status_code == 200
    assert time.monotonic() - started < 6
