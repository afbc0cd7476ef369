"""`/stats` and its charts: the numbers of `rolewatch stats`, and pictures without inline styles."""

from __future__ import annotations

import re
from html import unescape
from threading import Event
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from sqlalchemy import Connection, Engine

from monitor.database.engine import read_transaction
from monitor.queries.stats_input import Facts, facts
from monitor.reports.stats import by_employer
from monitor.web import statistics
from tests.support.boards import posting, snapshot
from tests.support.half_year import HalfYear
from tests.support.history import History
from tests.support.story import tell
from tests.support.web import Serve, WebSite

COLUMNS = ["company", "open", "opened_30d", "closed_30d", "median_days_open", "pay_share"]
CHARTS = ["open-roles", "opened-and-closed", "days-open"]


@pytest.fixture
def long(engine: Engine, serve: Serve) -> WebSite:
    """Return the site of two months of two boards."""
    made = History(engine)
    made.now = HalfYear(boards=2, postings=20, days=60).write(engine)
    return serve(made)


def test_the_twin_has_the_numbers_of_the_command(long: WebSite) -> None:
    rows = long.json("/stats.json")
    assert [list(row) for row in rows] == [COLUMNS] * 2
    with read_transaction(long.history.engine) as connection:
        expected = by_employer(facts(connection, [], None))
    for name in ("company", "open", "median_days_open", "pay_share"):
        assert [row[name] for row in rows] == [row[name] for row in expected]


def test_the_last_thirty_days_are_counted(engine: Engine, serve: Serve) -> None:
    site = serve(tell(engine))
    found = {row["company"]: row for row in site.json("/stats.json")}
    labs = found["Example Labs"]
    assert (labs["opened_30d"], labs["closed_30d"], labs["open"]) == (1, 2, 2)
    assert (found["Other Works"]["opened_30d"], found["Other Works"]["pay_share"]) == (0, 0)
    later = serve(History(engine, site.settings, now=site.now))
    later.now = site.now.replace(year=site.now.year + 1)
    assert {row["opened_30d"] for row in later.json("/stats.json")} == {0}


def test_each_chart_is_a_file_with_its_numbers(long: WebSite) -> None:
    page = long.html("/stats")
    assert re.findall(r'<h2 id="([^"]+)"', page) == CHARTS
    assert page.count("<details>") == len(CHARTS)
    for name in CHARTS:
        assert f'<img src="/charts/{name}.svg" alt="' in page
        assert f'srcset="/charts/{name}.svg?theme=dark"' in page
    assert "Pay: none of " in page  # why it is left out
    assert "style=" not in page


@pytest.mark.parametrize("query", ["", "?theme=dark", "?size=narrow", "?size=narrow&theme=dark"])
def test_a_chart_is_svg_without_inline_styles(long: WebSite, query: str) -> None:
    for name in CHARTS:
        answer = long.client.get(f"/charts/{name}.svg{query}")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "image/svg+xml"
        assert fromstring(answer.text).tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314  # ours
        assert "style" not in answer.text
        assert ("#121715" in answer.text) == ("dark" in query)


def test_a_reader_that_has_the_picture_gets_304(long: WebSite) -> None:
    first = long.client.get("/charts/open-roles.svg")
    again = long.client.get(
        "/charts/open-roles.svg", headers={"If-None-Match": first.headers["etag"]}
    )
    assert again.status_code == 304
    assert again.content == b""
    dark = long.client.get(
        "/charts/open-roles.svg?theme=dark", headers={"If-None-Match": first.headers["etag"]}
    )
    assert dark.status_code == 200


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/charts/pay.svg", 404),
        ("/charts/nothing.svg", 404),
        ("/charts/open-roles.png", 404),
        ("/charts/open-roles.svg?theme=pink", 400),
        ("/charts/open-roles.svg?size=huge", 400),
    ],
)
def test_a_wrong_address_is_a_sentence(long: WebSite, address: str, status: int) -> None:
    answer = long.client.get(address)
    assert answer.status_code == status
    assert "There is no" in answer.text or "use one of" in answer.text


def test_charts_that_cannot_be_drawn_say_why(engine: Engine, serve: Serve) -> None:
    made = History(engine)
    made.check(snapshot([posting("1", company="<i>Labs</i> & Sons", title="<b>x</b>")]))
    site = serve(made)
    page = site.html("/stats")
    assert '<img src="/charts' not in page
    assert "Open roles over time: needs two days with regular checks." in page
    assert "<i>Labs" not in page
    assert "<i>Labs</i> & Sons" in unescape(page)


def test_an_empty_history_says_so(engine: Engine, serve: Serve) -> None:
    site = serve(History(engine))
    assert site.json("/stats.json") == []
    assert "Nothing to count yet" in site.html("/stats")


def test_a_reader_does_not_wait_for_a_long_count(
    engine: Engine, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = Event()

    def slow(connection: Connection, *asked: Any) -> Facts:  # as `facts`
        assert go.wait(20)
        return facts(connection, *asked)

    monkeypatch.setattr(statistics, "facts", slow)
    monkeypatch.setattr(statistics, "WAIT", 0.05)
    site = serve(tell(engine))
    page = site.html("/stats")
    assert "The history is being counted." in page
    assert '<meta http-equiv="refresh" content="10">' in page
    assert site.client.get("/stats.json").status_code == 503
    assert site.client.get("/charts/open-roles.svg").status_code == 503
    go.set()
    monkeypatch.setattr(statistics, "WAIT", 20)
    assert len(site.json("/stats.json")) == 2
