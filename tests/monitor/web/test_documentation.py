"""Addresses, filters and limits are as docs/web.md and docs/feeds.md say."""

from __future__ import annotations

import re
from typing import get_args
from urllib.parse import quote

import pytest
from sqlalchemy import Engine

from crawler.items import Workplace
from crawler.labels import Seniority
from monitor.queries.deadlines import CANCELLED_FOR
from monitor.queries.feed import LIMIT
from monitor.queries.role_conditions import PER_PAGE, Sort
from tests.support.boards import BOARD, posting, snapshot
from tests.support.history import ENGINEER, History, settings
from tests.support.places import ROOT
from tests.support.web import Serve, WebSite

WEB = (ROOT / "docs" / "web.md").read_text()
FEEDS = (ROOT / "docs" / "feeds.md").read_text()
SHOWN = WEB.partition("## What it shows")[2]
PATHS = re.findall(r"`(/[^`]*)`", WEB.partition("| path | shows |")[2].partition("\n\n")[0])
FILTERS = SHOWN.partition("| filter of `/` | means |")[2].partition("\n\n")[0]
# the first column names one filter or several
NAMES = [
    name
    for line in FILTERS.splitlines()
    if line.startswith("| `")
    for name in re.findall(r"`(\w+)`", line.split(" | ")[0])
]
FREE_TEXTS = {"q", "company", "location"}  # of which any value may fit a role
EXAMPLES = [
    *re.findall(r"`(/\?[^`]+)`", WEB),
    *re.findall(r"curl 'http://127\.0\.0\.1:8460([^']+)'", WEB),
]


@pytest.fixture
def site(sqlite_engine: Engine, serve: Serve) -> WebSite:
    history = History(sqlite_engine, settings(ENGINEER))
    history.check(snapshot([posting("1")]))
    history.check(snapshot([posting("1", title="Research Engineer, Gemini")]))
    return serve(history)


def _filled(path: str) -> str:
    """Return a path of the page with a role, a board, a rule and a time for its words."""
    names = {
        "POSTING": f"{BOARD}:1",
        "BOARD": BOARD,
        "RULE": ENGINEER.name,
        "TIME": "5m",
        "/rules/NAME": f"/rules/{ENGINEER.name}",
        "/charts/NAME": "/charts/open-roles",
    }
    for word, name in names.items():
        path = path.replace(word, quote(name, safe=":/"))
    return path


@pytest.mark.parametrize("path", PATHS)
def test_each_path_on_the_page_is_served(site: WebSite, path: str) -> None:
    answer = site.client.get(_filled(path))
    # the drawing of a chart may take longer, and a short history has none
    assert answer.status_code == 200 or "/charts/" in path, answer.text


@pytest.mark.parametrize("address", EXAMPLES)
def test_each_example_is_answered(site: WebSite, address: str) -> None:
    assert site.client.get(address).status_code == 200


def test_the_examples_are_found() -> None:
    assert len(PATHS) > 12
    assert len(EXAMPLES) == 2
    assert len(NAMES) > 12


def test_the_values_of_filters_on_the_page_are_those_it_takes() -> None:
    values = {
        "seniority": get_args(Seniority),
        "workplace": get_args(Workplace),
        "sort": get_args(Sort),
        "status": ("open", "closed", "all"),
    }
    for name, allowed in values.items():
        row = next(line for line in FILTERS.splitlines() if line.startswith(f"| `{name}` |"))
        assert re.findall(r"`(\w+)`", row) == [name, *allowed]


@pytest.mark.parametrize("name", NAMES)
def test_each_filter_on_the_page_is_read(site: WebSite, name: str) -> None:
    answer = site.client.get("/", params={name: "nowhere"})
    if name in FREE_TEXTS:
        assert answer.status_code == 200
        assert "Gemini" not in answer.text
    else:
        assert answer.status_code == 400


def test_the_limits_on_the_pages_are_those_of_the_program() -> None:
    assert f"| `page` | {PER_PAGE} roles each |" in WEB
    assert f"the newest {LIMIT} changes" in FEEDS
    assert f"After {CANCELLED_FOR.days} days it is no longer in the calendar" in FEEDS
