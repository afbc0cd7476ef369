"""The configuration that workers read: everything but its secrets."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from monitor.config import shared
from monitor.config.file import EXAMPLE
from monitor.config.load import parse_settings
from monitor.config.model import Settings

URL = "postgresql://rolewatch:hunter2@db.example.org/rolewatch"
SECRETS = {
    "ROLEWATCH_DATABASE_URL": URL,
    "SLACK_BOT_TOKEN": "xoxb-1-secret",
    "SLACK_APP_TOKEN": "xapp-1-secret",
    "SLACK_WEBHOOK_URL": "https://hooks.slack.com/services/T0/B0/secret",
}
TEXT = """
[database]
url = "postgresql://rolewatch:hunter2@db.example.org/rolewatch"
[crawl]
every = "10m"
contact = "me@example.org"
[ats.greenhouse]
delay = "500ms"
concurrency = 2
[[boards]]
board = "greenhouse:deepmind"
baseline = "announce"
[[rules]]
name = "engineer"
any = ["research engineer"]
min_pay = "150000 USD"
remind = ["24h"]
notify = ["slack:#roles", "webhook"]
[alerts]
digest = "09:00"
[health]
heartbeat_url = "https://hc.example.org/secret"
[workers]
queue = true
"""
PARTS = ("crawl", "ats", "boards", "rules", "alerts", "web")


@pytest.mark.parametrize("text", [TEXT, EXAMPLE])
def test_a_worker_has_the_settings_of_the_daemon(text: str) -> None:
    settings = parse_settings(text, Path("rolewatch.toml"), SECRETS)
    of_worker = shared.load(shared.dump(settings), URL)
    for part in PARTS:
        assert getattr(of_worker, part) == getattr(settings, part)
    channels = [*settings.channels(), "webhook"]
    assert [of_worker.effective_channel(name) for name in channels] == [
        settings.effective_channel(name) for name in channels
    ]


def _shared(settings: Settings) -> str:
    return shared.dump(settings)


def test_no_secret_is_shared() -> None:
    dumped = _shared(parse_settings(TEXT, Path("rolewatch.toml"), SECRETS))
    for secret in ("secret", "hunter2", "db.example.org"):
        assert secret not in dumped


def test_without_a_token_a_worker_writes_alerts_for_the_console_too() -> None:
    settings = parse_settings(TEXT, Path("rolewatch.toml"), {})
    of_worker = shared.load(shared.dump(settings), URL)
    assert of_worker.effective_channel("slack:#roles") == "console"


def test_the_same_settings_are_the_same_text() -> None:
    settings = parse_settings(TEXT, Path("rolewatch.toml"), SECRETS)
    again = parse_settings(TEXT, Path("other.toml"), SECRETS)
    assert _shared(settings) == _shared(again)
    assert _shared(settings) != _shared(
        replace(settings, slack=replace(settings.slack, token=None))
    )
