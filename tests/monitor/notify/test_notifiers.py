"""The notifiers that settings give."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

from pydantic import SecretStr

from monitor.config.model import Settings, SlackSettings
from monitor.notify import notifiers

PLAIN = Settings(file=Path("rolewatch.toml"), database_url=SecretStr("sqlite://"))


def test_the_console_needs_no_secret() -> None:
    assert set(notifiers(PLAIN, io.StringIO())) == {"console"}


def test_slack_needs_a_token_and_a_webhook_its_address() -> None:
    full = replace(
        PLAIN,
        slack=SlackSettings(token=SecretStr("xoxb-1")),
        secrets={"webhook": SecretStr("https://hooks.example/x")},
    )
    given = notifiers(full, io.StringIO())
    assert {name: notifier.readable for name, notifier in given.items()} == {
        "console": False,
        "slack": True,
        "webhook": False,
    }


def test_apprise_needs_an_address() -> None:
    full = replace(PLAIN, secrets={"apprise:phone": SecretStr("ntfy://topic")})
    given = notifiers(full, io.StringIO())
    assert {name: notifier.readable for name, notifier in given.items()} == {
        "console": False,
        "apprise": False,
    }
    assert [full.effective_channel(channel) for channel in ("apprise:phone", "apprise:desk")] == [
        "apprise:phone",
        "console",
    ]


def test_a_secret_is_in_no_representation() -> None:
    addresses = {"apprise:phone": SecretStr("ntfy://verySecret")}
    token = SlackSettings(token=SecretStr("verySecret"))
    addresses["webhook"] = SecretStr("https://hooks.example/verySecret")
    full = replace(PLAIN, slack=token, secrets=addresses)
    assert "verySecret" not in repr(notifiers(full, io.StringIO())) + repr(full)
