"""Retries at once: how long they wait is tested with `crawler.fetch.wait_after` and the crawl."""

from __future__ import annotations

import pytest

from crawler import fetch


@pytest.fixture(autouse=True)
def retry_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "FIRST_WAIT", 0.01)
