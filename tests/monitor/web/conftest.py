from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.support.history import History
from tests.support.web import WebSite, site_of


@pytest.fixture
def serve() -> Iterator[Callable[[History], WebSite]]:
    """Return a function that gives a history's site, whose database is closed at the end."""
    sites: list[WebSite] = []

    def make(history: History, seconds: float = 10.0) -> WebSite:
        sites.append(site_of(history, seconds))
        return sites[-1]

    yield make
    for site in sites:
        site.close()
