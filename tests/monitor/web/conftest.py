from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tests.support.history import History
from tests.support.lives import lead_lives
from tests.support.web import Serve, WebSite, site_of


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Return a function that gives a history's site, whose database is closed at the end."""
    sites: list[WebSite] = []

    def make(history: History, seconds: float = 10.0) -> WebSite:
        sites.append(site_of(history, seconds))
        return sites[-1]

    yield make
    for site in sites:
        site.close()


@pytest.fixture
def history(engine: Engine) -> History:
    """Return the lives of a few roles. Tests of other pages have a history of their own."""
    return lead_lives(engine)


@pytest.fixture
def site(history: History, serve: Serve) -> WebSite:
    """Return the site of the history."""
    return serve(history)
