"""The settings as frozen values; `config.py` makes them from rolewatch.toml and the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from crawler.registry import same_board

Baseline = Literal["summary", "announce"]
Kind = Literal["opened", "revised", "closed", "reopened"]
KINDS: tuple[Kind, ...] = ("opened", "revised", "closed", "reopened")
_MORNING = time(9)
# which revisions are worth telling by default
REVISION_FIELDS = ("title", "location", "pay", "deadline", "description")


@dataclass(frozen=True, slots=True)
class CrawlSettings:
    every: timedelta = timedelta(minutes=15)
    contact: str | None = None
    timeout: timedelta = timedelta(seconds=30)
    baseline: Baseline = "summary"


@dataclass(frozen=True, slots=True)
class AtsSettings:
    api_url: str | None = None
    delay: timedelta = timedelta(milliseconds=250)
    concurrency: int = 4


@dataclass(frozen=True, slots=True)
class WatchedBoard:
    board: str  # "greenhouse:deepmind"
    url: str  # the board's page for people
    company: str | None = None
    every: timedelta = timedelta(minutes=15)
    baseline: Baseline = "summary"
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class MinPay:
    amount: float  # a year
    currency: str  # ISO 4217


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    within: tuple[str, ...] = ("title",)  # `in` of the file
    none_in: tuple[str, ...] = ("title",)
    locations: tuple[str, ...] = ()
    boards: tuple[str, ...] = ()  # empty: every board
    min_pay: MinPay | None = None
    on: tuple[Kind, ...] = KINDS
    fields: tuple[str, ...] = REVISION_FIELDS
    remind: tuple[timedelta, ...] = (timedelta(hours=72), timedelta(hours=24))
    notify: tuple[str, ...] = ("console",)
    mention: tuple[str, ...] = ()
    mode: Literal["instant", "digest"] = "instant"


@dataclass(frozen=True, slots=True)
class AlertSettings:
    operator: tuple[str, ...] = ("console",)
    digest: time | None = None  # local time
    quiet: tuple[time, time] | None = None  # local times, from and to
    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))


@dataclass(frozen=True, slots=True)
class SlackSettings:
    token: SecretStr | None = None
    app_token: SecretStr | None = None
    api_url: str = "https://slack.com/api/"
    admins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HealthSettings:
    listen: str | None = None
    heartbeat_url: SecretStr | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """All of rolewatch.toml, with defaults filled in and secrets from the environment."""

    file: Path  # the configuration file
    database_url: SecretStr  # absolute; a password may be in it
    crawl: CrawlSettings = CrawlSettings()
    ats: Mapping[str, AtsSettings] = field(default_factory=dict)
    boards: tuple[WatchedBoard, ...] = ()
    rules: tuple[Rule, ...] = ()
    alerts: AlertSettings = field(default_factory=AlertSettings)
    slack: SlackSettings = SlackSettings()
    webhook_url: SecretStr | None = None
    # addresses by channel: "apprise:family"
    apprise: Mapping[str, SecretStr] = field(default_factory=dict)
    log_level: str = "info"
    log_format: Literal["text", "json"] = "text"
    health: HealthSettings = HealthSettings()
    # another name of a Slack channel → the name that is used for it
    aliases: Mapping[str, str] = field(default_factory=dict)
    # the files that all this was read from, `.env` too where there is none
    sources: tuple[Path, ...] = field(default=(), compare=False)

    @property
    def digest(self) -> time | None:
        """When the daily digest goes out; a rule that is told nowhere else has one without being asked."""
        return self.alerts.digest or (
            _MORNING if any(rule.mode == "digest" for rule in self.rules) else None
        )

    def board(self, name: str) -> WatchedBoard | None:
        """Return the board of that name ("google:deepmind"), switched on or off, however its token is written; None if there is none."""
        exact = next((board for board in self.boards if board.board == name), None)
        return exact or next(
            (board for board in self.boards if same_board(board.board, name)), None
        )

    def channels(self) -> tuple[str, ...]:
        """Every channel that rules and the operator name, each once: `slack:#roles`."""
        return tuple(
            dict.fromkeys(
                [
                    *(channel for rule in self.rules for channel in rule.notify),
                    *self.alerts.operator,
                ]
            )
        )

    def effective_channel(self, channel: str) -> str:
        """Return where an alert for `channel` goes now: under the channel's one name, or to the console without a token or address."""
        return (
            self.aliases.get(channel, channel)
            if channel == "console" or self._has_secret(channel)
            else "console"
        )

    def _has_secret(self, channel: str) -> bool:
        if channel.startswith("apprise:"):
            return channel in self.apprise
        return (self.webhook_url if channel == "webhook" else self.slack.token) is not None


def secret_name(channel: str) -> str:
    """The variable of the environment that a channel needs: `ROLEWATCH_APPRISE_FAMILY` of `apprise:family`."""
    if channel.startswith("apprise:"):
        return "ROLEWATCH_APPRISE_" + channel.removeprefix("apprise:").upper().replace("-", "_")
    return "SLACK_WEBHOOK_URL" if channel == "webhook" else "SLACK_BOT_TOKEN"
