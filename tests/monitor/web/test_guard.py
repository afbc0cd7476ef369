"""Host names, methods, headers, the password and its limit, and the time of a request."""

from __future__ import annotations

import time
from base64 import b64encode
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from monitor.web.keys import key_of
from monitor.web.pages import roles
from monitor.web.site import Shown, Visit
from tests.support.history import History
from tests.support.web import LISTEN, Serve, WebSite

PASSWORD = "correct horse"  # it may have a space in a test: nobody types it in a shell


@pytest.fixture
def site(sqlite_engine: Engine, serve: Serve) -> WebSite:
    return serve(History(sqlite_engine))


def _basic(password: str, user: str = "anyone") -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(f"{user}:{password}".encode()).decode()}


@pytest.mark.parametrize("path", ["/", "/index.json", "/healthz", "/static/style.css", "/nothing"])
def test_every_answer_carries_the_headers_of_a_closed_page(site: WebSite, path: str) -> None:
    headers = site.client.get(path).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in headers


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
@pytest.mark.parametrize("path", ["/", "/healthz", "/static/style.css", "/nothing"])
def test_only_get_and_head_are_answered(site: WebSite, method: str, path: str) -> None:
    answer = site.client.request(method, path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"


def test_another_method_is_refused_before_the_password_is_asked_for(site: WebSite) -> None:
    site.with_password(PASSWORD)
    for _ in range(12):
        answer = site.client.post("/", headers=_basic("guess"))
        assert answer.status_code == 405
    assert site.client.get("/", headers=_basic(PASSWORD)).status_code == 200


def test_head_is_answered_without_a_body(site: WebSite) -> None:
    answer = site.client.head("/")
    assert answer.status_code == 200
    assert answer.content == b""


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1:8460", "127.0.0.1", "localhost:8460", "LOCALHOST", "[::1]:8460", "localhost.:80"],
)
def test_loopback_is_answered(site: WebSite, host: str) -> None:
    assert site.client.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["", "evil.example", "127.0.0.1.evil.example", "evil.example:8460", "localhost.evil.example",
     "127.0.0.2", "[::2]", "user@127.0.0.1.evil.example", "[::1", "roles.example.org.evil"],
)  # fmt: skip
def test_another_host_name_is_refused(site: WebSite, host: str) -> None:
    site.with_base_url("https://roles.example.org")
    assert site.client.get("/", headers={"Host": host}).status_code == 421
    assert site.client.get("/healthz", headers={"Host": host}).status_code == 421


def test_the_host_of_the_base_url_is_answered(site: WebSite) -> None:
    site.with_base_url("https://Roles.example.org/anything")
    assert site.client.get("/", headers={"Host": "roles.EXAMPLE.org"}).status_code == 200


def test_the_password_is_asked_for(site: WebSite) -> None:
    site.with_password(PASSWORD)
    answer = site.client.get("/")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Basic ")
    assert site.client.get("/static/style.css").status_code == 401
    assert site.client.get("/", headers=_basic(PASSWORD)).status_code == 200
    assert site.client.get("/", headers=_basic(PASSWORD, "")).status_code == 200


def test_beyond_loopback_nothing_is_shown_once_the_password_is_lost(site: WebSite) -> None:
    open_ = WebSite(site.history, site.now, site.settings, site.engine, listen="0.0.0.0:8460")
    open_.with_password(PASSWORD)
    assert open_.client.get("/", headers=_basic(PASSWORD)).status_code == 200
    open_.settings = site.settings  # `.env` was changed, and the page is served on
    for path in ("/", "/index.json", "/feeds/all.atom"):
        assert open_.client.get(path).status_code == 503
    assert open_.client.get("/healthz").status_code == 200


def test_a_password_may_be_no_text(site: WebSite) -> None:
    site.with_password("p\udcff")  # a byte of the environment that is no UTF-8
    assert site.client.get("/", headers=_basic(PASSWORD)).status_code == 401


def test_healthz_needs_no_password_and_says_nothing(site: WebSite) -> None:
    site.with_password(PASSWORD)
    assert site.client.get("/healthz").text == "ok\n"


@pytest.mark.parametrize(
    "header",
    ["Basic", "Basic !!!", "Basic " + b64encode(b"\xff\xfe:x").decode(), "Bearer correct horse",
     "Basic " + b64encode(b"correct horse").decode(), "basic"],
)  # fmt: skip
def test_a_broken_authorization_is_no_password(site: WebSite, header: str) -> None:
    site.with_password(PASSWORD)
    assert site.client.get("/", headers={"Authorization": header}).status_code == 401


def test_the_eleventh_wrong_password_is_refused_for_the_rest_of_the_minute(site: WebSite) -> None:
    site.with_password(PASSWORD)
    statuses = [site.client.get("/", headers=_basic("guess")).status_code for _ in range(12)]
    assert statuses == [401] * 10 + [429] * 2
    right = site.client.get("/", headers=_basic(PASSWORD))
    assert right.status_code == 429
    assert int(right.headers["retry-after"]) <= 60
    site.now += timedelta(seconds=59)
    assert site.client.get("/", headers=_basic(PASSWORD)).status_code == 429
    site.now += timedelta(seconds=2)
    assert site.client.get("/", headers=_basic(PASSWORD)).status_code == 200
    assert site.client.get("/", headers=_basic("guess")).status_code == 401


def test_a_forwarded_address_does_not_reset_the_limit(site: WebSite) -> None:
    site.with_password(PASSWORD)
    for number in range(11):
        wrong = _basic("guess") | {"X-Forwarded-For": f"10.0.0.{number}"}
        status = site.client.get("/", headers=wrong).status_code
    assert status == 429


def test_asking_without_a_password_is_no_wrong_try(site: WebSite) -> None:
    site.with_password(PASSWORD)
    for _ in range(20):
        assert site.client.get("/").status_code == 401
    assert site.client.get("/", headers=_basic(PASSWORD)).status_code == 200


def test_a_key_opens_its_own_feed_alone(site: WebSite) -> None:
    site.with_password(PASSWORD)
    key = key_of(PASSWORD, "/feeds/all.atom")
    assert site.client.get("/feeds/all.atom", params={"key": key}).status_code != 401
    assert site.client.get("/calendar.ics", params={"key": key}).status_code == 401
    assert site.client.get("/", params={"key": key_of(PASSWORD, "/")}).status_code == 401


def test_wrong_keys_count_as_wrong_tries(site: WebSite) -> None:
    site.with_password(PASSWORD)
    statuses = [
        site.client.get("/feeds/all.atom", params={"key": f"guess{number}"}).status_code
        for number in range(11)
    ]
    assert statuses == [401] * 10 + [429]


def test_a_slow_query_ends_and_says_so(
    sqlite_engine: Engine, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page is replaced by one that asks the database for hours of work."""
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"

    def slow(visit: Visit) -> Shown:
        visit.connection.execute(text(endless))
        raise AssertionError

    monkeypatch.setattr("monitor.web.app.PAGES", {"/": slow})
    site = serve(History(sqlite_engine), 1.0)
    started = time.monotonic()
    answer = site.client.get("/")
    assert answer.status_code == 503
    assert "too long" in answer.text
    assert time.monotonic() - started < 3
    assert "content-security-policy" in answer.headers


def test_a_page_that_hangs_is_answered_in_time(
    sqlite_engine: Engine, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hanging(visit: Visit) -> Shown:
        time.sleep(2)
        return roles.page(visit)

    monkeypatch.setattr("monitor.web.app.PAGES", {"/": hanging})
    site = serve(History(sqlite_engine), 0.6)
    assert site.client.get("/").status_code == 503


def test_a_page_cannot_write(sqlite_engine: Engine, serve: Serve) -> None:
    site = serve(History(sqlite_engine))
    with site.engine.connect() as connection, pytest.raises(Exception, match="readonly"):
        connection.execute(text("DELETE FROM board"))


def test_the_listening_host_is_answered(site: WebSite) -> None:
    assert site.client.get("/", headers={"Host": LISTEN}).status_code == 200
