"""The site of a history, asked through its ASGI application as a browser asks it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from html import unescape
from typing import Any, Final, cast

from pydantic import SecretStr
from sqlalchemy import Engine, QueuePool
from starlette.testclient import TestClient

from monitor.config.model import Settings, WebSettings
from monitor.database.reading import reading_engine, stop_reads
from monitor.web.app import make_app
from monitor.web.site import SECONDS, Site
from tests.support.history import History

LISTEN = "127.0.0.1:8460"
_THREADS_END: Final = 15.0  # seconds


@dataclass
class WebSite:
    """A site on a history's database, with a clock and settings that a test may change."""

    history: History
    now: datetime
    settings: Settings
    engine: Engine
    seconds: float = SECONDS
    listen: str = LISTEN
    client: TestClient = field(init=False)

    def __post_init__(self) -> None:
        site = Site(self.engine, lambda: self.settings, lambda: self.now, self.listen, self.seconds)
        self.client = TestClient(
            make_app(site), base_url=f"http://{LISTEN}", raise_server_exceptions=True
        )

    def close(self) -> None:
        """Close the database once no thread of a request reads it: a file may be used again.

        SQLite maps a part of it into memory, and a read of a shortened file ends the process.
        """
        stop_reads(self.engine)
        pool = cast("QueuePool", self.engine.pool)
        end = time.monotonic() + _THREADS_END
        while pool.checkedout() and time.monotonic() < end:
            time.sleep(0.01)
        self.engine.dispose()

    def html(self, address: str = "/") -> str:
        """Return a page that is there."""
        answer = self.client.get(address)
        assert answer.status_code == 200, answer.text
        return answer.text

    def json(self, address: str = "/index.json") -> Any:
        """Return the data of a page's twin."""
        answer = self.client.get(address)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/json"
        return answer.json()

    def with_password(self, password: str) -> None:
        """Set the password of the page."""
        web = replace(self.settings.web, password=SecretStr(password))
        self.settings = replace(self.settings, web=web)

    def with_base_url(self, base_url: str) -> None:
        web = WebSettings(self.settings.web.listen, base_url, self.settings.web.password)
        self.settings = replace(self.settings, web=web)


def site_of(history: History, seconds: float = SECONDS) -> WebSite:
    """Return the site of a history, at the time of its last check."""
    url = history.engine.url.render_as_string(hide_password=False)
    return WebSite(history, history.now, history.settings, reading_engine(url), seconds)


Serve = Callable[..., WebSite]  # a history, and the seconds that a request may take


def words(page: str) -> str:
    """Return a page's text on one line."""
    body = page.partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", "<" + body)).split())
