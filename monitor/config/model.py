"""The file as it is read, and the settings: with all defaults and the secrets of the environment.

`load.py` makes them. The keys of the file are in `sections.py` and `rule.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time, timedelta
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr

from crawler.items import Politeness
from crawler.links.forms import same_board
from crawler.registry import default_delay
from monitor.channels import kind, secret_name
from monitor.config.rule import Rule
from monitor.config.sections import (
    STRICT,
    AlertSettings,
    AtsSettings,
    BoardEntry,
    CrawlSettings,
    DatabaseSection,
    LogSettings,
    SlackSection,
    WebhookSection,
)
from monitor.config.service_sections import (
    HealthSettings,
    HistorySettings,
    WebSection,
    WebSettings,
    WorkerSettings,
)
from monitor.config.values import Baseline
from monitor.errors import UserError

__all__ = [
    "AlertSettings",
    "AtsSettings",
    "ConfigFile",
    "CrawlSettings",
    "HealthSettings",
    "HistorySettings",
    "LogSettings",
    "Rule",
    "Settings",
    "SlackSettings",
    "WatchedBoard",
    "WebSettings",
    "WorkerSettings",
]

_MORNING: Final = time(9)
_CRAWL: Final = CrawlSettings()


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """The whole of rolewatch.toml, before the environment is added."""

    __pydantic_config__ = STRICT

    database: DatabaseSection = field(default_factory=DatabaseSection)
    crawl: CrawlSettings = field(default_factory=CrawlSettings)
    ats: dict[str, AtsSettings] = field(default_factory=dict)
    boards: tuple[BoardEntry, ...] = ()
    rules: tuple[Rule, ...] = ()
    alerts: AlertSettings = field(default_factory=AlertSettings)
    slack: SlackSection = field(default_factory=SlackSection)
    webhook: WebhookSection = field(default_factory=WebhookSection)
    log: LogSettings = field(default_factory=LogSettings)
    health: HealthSettings = field(default_factory=HealthSettings)
    history: HistorySettings = field(default_factory=HistorySettings)
    web: WebSection = field(default_factory=WebSection)
    workers: WorkerSettings = field(default_factory=WorkerSettings)


@dataclass(frozen=True, slots=True)
class SlackSettings(SlackSection):
    """Slack with its tokens, which come from the environment."""

    token: SecretStr | None = None
    app_token: SecretStr | None = None


@dataclass(frozen=True, slots=True)
class WatchedBoard:
    """A board of the file, with what it takes from `[crawl]` and from its ATS."""

    board: str  # "greenhouse:deepmind"
    url: str  # the board's page for people
    company: str | None = None
    every: timedelta = _CRAWL.every
    baseline: Baseline = _CRAWL.baseline
    enabled: bool = True
    off: str = ""  # why its ATS is turned off; then it is not enabled either


@dataclass(frozen=True, slots=True)
class Settings:
    """All of rolewatch.toml with its defaults, and the secrets of the environment."""

    file: Path  # the configuration file
    database_url: SecretStr  # absolute; may hold a password
    crawl: CrawlSettings = _CRAWL
    ats: Mapping[str, AtsSettings] = field(default_factory=dict)
    boards: tuple[WatchedBoard, ...] = ()
    rules: tuple[Rule, ...] = ()
    alerts: AlertSettings = field(default_factory=AlertSettings)
    slack: SlackSettings = SlackSettings()
    # by channel: "webhook", "apprise:family"; Slack's are in `slack`
    secrets: Mapping[str, SecretStr] = field(default_factory=dict)
    log: LogSettings = field(default_factory=LogSettings)
    health: HealthSettings = field(default_factory=HealthSettings)
    history: HistorySettings = field(default_factory=HistorySettings)
    web: WebSettings = field(default_factory=WebSettings)
    workers: WorkerSettings = field(default_factory=WorkerSettings)
    # another name of a Slack channel → the name that is used for it
    aliases: Mapping[str, str] = field(default_factory=dict)
    # the files that were read; .env too if there is none
    sources: tuple[Path, ...] = field(default=(), compare=False)
    # the file's tables as TOML has them: `shared.py` takes from them what workers need
    tables: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def digest(self) -> time | None:
        """Return the time of the daily digest; 09:00 if only a rule's `mode` asks for one."""
        return self.alerts.digest or (
            _MORNING if any(rule.mode == "digest" for rule in self.rules) else None
        )

    def board(self, name: str) -> WatchedBoard | None:
        """Return the board of that name ("google:deepmind"), enabled or not.

        An exact match wins over one that is another spelling of the same board.
        """
        exact = next((board for board in self.boards if board.board == name), None)
        return exact or next(
            (board for board in self.boards if same_board(board.board, name)), None
        )

    def named_rules(self, names: Sequence[str]) -> list[Rule]:
        """Return the rules of those names. Raise UserError for an unknown one."""
        rules = {rule.name: rule for rule in self.rules}
        for name in names:
            if name not in rules:
                raise UserError(
                    f"no rule {name!r} in {self.file}: there is {', '.join(rules) or 'none'}"
                )
        return [rules[name] for name in names]

    def channels(self) -> tuple[str, ...]:
        """Return every channel that rules and the operator name, each once: `slack:#roles`."""
        of_rules = (channel for rule in self.rules for channel in rule.notify)
        return tuple(dict.fromkeys([*of_rules, *self.alerts.operator]))

    def effective_channel(self, channel: str) -> str:
        """Return the channel that gets an alert for `channel` now.

        This is the one name of a Slack channel, or the console without a token or address.
        """
        return self.aliases.get(channel, channel) if self._is_configured(channel) else "console"

    def politeness(self, ats: str) -> Politeness:
        """Return how to behave towards the hosts of an ats."""
        own = self.ats.get(ats, AtsSettings())
        return Politeness(
            contact=self.crawl.contact,
            timeout=self.crawl.timeout.total_seconds(),
            api_url=own.api_url,
            delay=(default_delay(ats) if own.delay is None else own.delay).total_seconds(),
            concurrency=own.concurrency,
        )

    def secret(self, channel: str) -> SecretStr | None:
        """Return the token or address with which a channel is sent to."""
        return self.slack.token if kind(channel) == "slack" else self.secrets.get(channel)

    def _is_configured(self, channel: str) -> bool:
        return not secret_name(channel) or self.secret(channel) is not None
