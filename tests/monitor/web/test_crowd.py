"""Many requests at once: the page refuses some in words."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import Engine

from monitor.web.pages import roles
from monitor.web.site import Shown, Visit
from tests.support.history import History
from tests.support.web import Serve


def test_a_request_beyond_the_most_at_once_is_refused_in_words(
    sqlite_engine: Engine, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, goes_on = threading.Event(), threading.Event()

    def waiting(visit: Visit) -> Shown:
        begun.set()
        goes_on.wait(10)
        return roles.page(visit)

    monkeypatch.setattr("monitor.web.app.PAGES", {"/": waiting})
    monkeypatch.setattr("monitor.web.guard._MOST_AT_ONCE", 1)
    site = serve(History(sqlite_engine))
    found: list[int] = []
    first = threading.Thread(target=lambda: found.append(site.client.get("/").status_code))
    first.start()
    assert begun.wait(10)
    second = site.client.get("/")
    goes_on.set()
    first.join(10)
    assert (second.status_code, found) == (503, [200])
    assert "content-security-policy" in second.headers
    assert site.client.get("/").status_code == 200
