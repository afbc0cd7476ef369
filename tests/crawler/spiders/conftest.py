"""Retry at once: how long a retry waits is tested with `crawler.retries` and the crawl."""

from __future__ import annotations

import pytest

from crawler import retries


@pytest.fixture(autouse=True)
def retry_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "FIRST_WAIT", 0.01)
