"""Many requests at once: the page refuses some in words, and slow results leave it connections."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from monitor.web.pages import roles
from monitor.web.prepared import Prepared
from monitor.web.site import Shown, Visit
from tests.support.history import History
from tests.support.web import WebSite

Serve = Callable[..., WebSite]


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


def test_two_slow_results_at_most_are_made_at_once() -> None:
    prepared, at_once, most = Prepared(), 0, 0
    lock = threading.Lock()

    def slow() -> int:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        time.sleep(0.05)
        with lock:
            at_once -= 1
        return 1

    readers = [threading.Thread(target=prepared.get, args=(number, 1, slow)) for number in range(6)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join(10)
    assert most == 2
