"""The settings as frozen values: every section and key of rolewatch.toml, with its one default.

pydantic reads the file into these classes (`validate` in `mistakes.py`). They are dataclasses, so
that the program and its tests can make one, or `replace` a field, without parsing texts again.
A key's description is what docs/configuration.md says of it. `Settings` holds all of them, and
what `load.py` adds from the environment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

import tzlocal
from pydantic import ConfigDict, Field, SecretStr, StrictBool, StrictInt, StrictStr

from crawler.registry import same_board
from monitor.channels import Channel
from monitor.config.values import (
    KINDS,
    Baseline,
    Channels,
    Contact,
    Delay,
    Duration,
    HostAndPort,
    Hours,
    Kinds,
    Phrases,
    Places,
    RevisionField,
    SecretUrl,
    SlackApiUrl,
    SlackIds,
    TimeOfDay,
    Url,
    YearlyPay,
    Zone,
)

_STRICT: Final = ConfigDict(extra="forbid")
_MORNING = time(9)


def local_zone() -> ZoneInfo:
    """Return the system's time zone; UTC if it has none with a name."""
    try:
        return ZoneInfo(tzlocal.get_localzone_name() or "UTC")
    except (LookupError, ValueError, OSError):
        return ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class DatabaseSection:
    """Where the history is stored."""

    __pydantic_config__ = _STRICT

    url: Annotated[
        StrictStr,
        Field(
            description="`sqlite:///FILE`, relative to this file, or `postgresql://user@host/name`."
            " `$ROLEWATCH_DATABASE_URL` overrides it."
        ),
    ] = "sqlite:///rolewatch.db"


@dataclass(frozen=True, slots=True)
class CrawlSettings:
    """How boards are checked."""

    __pydantic_config__ = _STRICT

    every: Annotated[
        Duration,
        Field(description="How often a board is checked. A board on Google: at most once an hour."),
    ] = timedelta(minutes=15)
    contact: Annotated[
        Contact | None,
        Field(
            description="Your e-mail address or URL. It goes into the User-Agent, so that a board's"
            " owner can write to you.",
            examples=["me@example.org"],
        ),
    ] = None
    timeout: Annotated[Duration, Field(description="The limit for one whole request.")] = timedelta(
        seconds=30
    )
    baseline: Annotated[
        Baseline,
        Field(
            description='`"summary"`: a board\'s first snapshot is one message.'
            ' `"announce"`: one message for each role that fits.'
        ),
    ] = "summary"


@dataclass(frozen=True, slots=True)
class AtsSettings:
    """How one ATS is asked. `NAME` is `greenhouse`, `ashby` or `google`."""

    __pydantic_config__ = _STRICT

    api_url: Annotated[
        Url | None,
        Field(
            description="Another host: a mirror, a proxy, a test server.",
            examples=["https://boards-api.greenhouse.io"],
        ),
    ] = None
    delay: Annotated[Delay, Field(description="The pause between requests to one host.")] = (
        timedelta(milliseconds=250)
    )
    concurrency: Annotated[
        StrictInt, Field(description="Requests at the same time to one host.", ge=1, le=64)
    ] = 4


@dataclass(frozen=True, slots=True)
class BoardEntry:
    """A board to watch. Give `url` or `board`."""

    __pydantic_config__ = _STRICT

    url: Annotated[
        StrictStr | None,
        Field(
            description="Any address of the board or of one of its jobs.",
            examples=["https://job-boards.greenhouse.io/deepmind"],
        ),
    ] = None
    board: Annotated[
        StrictStr | None, Field(description="The board's name.", examples=["google:deepmind"])
    ] = None
    company: Annotated[
        Annotated[StrictStr, Field(min_length=1)] | None,
        Field(description="The employer's name in messages.", examples=["Google DeepMind"]),
    ] = None
    every: Annotated[
        Duration | None,
        Field(
            description="How often this board is checked. Default: as in `[crawl]`, on Google at"
            " least `1h`.",
            examples=[timedelta(hours=1)],
        ),
    ] = None
    baseline: Annotated[
        Baseline | None,
        Field(
            description="As in `[crawl]`, for this board alone. Default: as in `[crawl]`.",
            examples=["summary"],
        ),
    ] = None
    enabled: Annotated[
        StrictBool, Field(description="`false`: the board stays listed but is not checked.")
    ] = True


@dataclass(frozen=True, slots=True)
class Rule:
    """What you look for, and where it is posted. A rule needs phrases in `any` or `all`."""

    __pydantic_config__ = _STRICT

    name: Annotated[
        StrictStr,
        Field(
            description="The rule's name, one line of 1 to 80 characters.",
            examples=["research-engineer"],
            pattern=r"^[^\x00-\x1f\x7f]{1,80}$",
        ),
    ]
    any: Annotated[
        Phrases,
        Field(
            description="At least one of these phrases must fit.", examples=[("research engineer",)]
        ),
    ] = ()
    all: Annotated[
        Phrases,
        Field(description="Every one of these phrases must fit.", examples=[("machine learning",)]),
    ] = ()
    none: Annotated[
        Phrases, Field(description="None of these phrases may fit.", examples=[("intern*",)])
    ] = ()
    within: Annotated[
        Places,
        Field(
            description="Where `any` and `all` are read: `title`, `description`, `department`,"
            " `location`, `company`.",
            validation_alias="in",  # a word of Python
        ),
    ] = ("title",)
    none_in: Annotated[Places, Field(description="Where `none` is read.")] = ("title",)
    locations: Annotated[
        Phrases,
        Field(
            description="At least one must fit the posting's location. Default: any location.",
            examples=[("London", "remote")],
        ),
    ] = ()
    boards: Annotated[
        tuple[StrictStr, ...],
        Field(description="Only these boards. Default: all.", examples=[("google:deepmind",)]),
    ] = ()
    min_pay: Annotated[
        YearlyPay | None,
        Field(
            description="The least pay per year. A posting without known pay fits, and its alert"
            " says so.",
            examples=["150000 USD"],
        ),
    ] = None
    on: Annotated[Kinds, Field(description="The kinds of change to alert about.")] = KINDS
    fields: Annotated[
        tuple[RevisionField, ...],
        Field(
            description="The fields whose revisions alert. Also `department`, `employment_type`,"
            " `workplace`, `url`."
        ),
    ] = ("title", "location", "pay", "deadline", "description")
    remind: Annotated[
        tuple[Duration, ...],
        Field(description="How long before the deadline to remind. `[]`: never."),
    ] = (timedelta(hours=72), timedelta(hours=24))
    notify: Annotated[
        Channels,
        Field(
            description="The channels: `slack:#name`, `slack:C…` (a channel's id), `slack:U…`"
            " (a direct message), `webhook`, `apprise:NAME`, `console`."
        ),
    ] = ("console",)
    mention: Annotated[
        SlackIds,
        Field(description="Slack users or groups to mention, by id.", examples=[("U012ABCDEF",)]),
    ] = ()
    mode: Annotated[
        Literal["instant", "digest"],
        Field(description='`"digest"`: only in the daily digest, by default at 09:00.'),
    ] = "instant"


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """Alerts that no rule decides, and when alerts are sent."""

    __pydantic_config__ = _STRICT

    operator: Annotated[
        Channels,
        Field(description="The channels for failing boards and for channels that refuse messages."),
    ] = ("console",)
    digest: Annotated[
        TimeOfDay | None,
        Field(
            description="When a daily digest goes to each channel that rules name.",
            examples=[_MORNING],
        ),
    ] = None
    quiet: Annotated[
        Hours | None,
        Field(
            description="Quiet hours. Alerts are held, then sent as one message per channel.",
            examples=[(time(22), time(7))],
        ),
    ] = None
    timezone: Annotated[
        Zone,
        Field(
            description="The time zone of `digest` and `quiet`. Default: the system's.",
            examples=["Europe/London"],
        ),
    ] = field(default_factory=local_zone)


@dataclass(frozen=True, slots=True)
class SlackSection:
    """Slack, apart from its tokens."""

    __pydantic_config__ = _STRICT

    api_url: Annotated[
        SlackApiUrl, Field(description="Another API: GovSlack, a proxy, a test server.")
    ] = "https://slack.com/api/"
    admins: Annotated[
        SlackIds,
        Field(description="Who may mute for everyone, by id.", examples=[("U012ABCDEF",)]),
    ] = ()


@dataclass(frozen=True, slots=True)
class SlackSettings(SlackSection):
    """Slack with its tokens, which come from the environment."""

    token: SecretStr | None = None
    app_token: SecretStr | None = None


@dataclass(frozen=True, slots=True)
class WebhookSection:
    """No keys: the webhook's address comes from the environment."""

    __pydantic_config__ = _STRICT


@dataclass(frozen=True, slots=True)
class LogSettings:
    """The daemon's log."""

    __pydantic_config__ = _STRICT

    level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Field(
            description='The least level that is logged. Also `"debug"`, `"warning"`, `"error"`.'
        ),
    ] = "info"
    format: Annotated[Literal["text", "json"], Field(description='`"text"` or `"json"`.')] = "text"


@dataclass(frozen=True, slots=True)
class HealthSettings:
    """How others watch the daemon. By default nothing listens and nothing is called."""

    __pydantic_config__ = _STRICT

    listen: Annotated[
        HostAndPort | None,
        Field(
            description="Host and port that serve `/healthz` and `/metrics`.",
            examples=["127.0.0.1:9464"],
        ),
    ] = None
    heartbeat_url: Annotated[
        SecretUrl | None,
        Field(
            description="Called after each round that read a board, while delivery is in time.",
            examples=["https://hc.example.org/ping"],
        ),
    ] = None


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """The whole of rolewatch.toml, before the environment is added."""

    __pydantic_config__ = _STRICT

    database: DatabaseSection = DatabaseSection()
    crawl: CrawlSettings = CrawlSettings()
    ats: dict[str, AtsSettings] = field(default_factory=dict)
    boards: tuple[BoardEntry, ...] = ()
    rules: tuple[Rule, ...] = ()
    alerts: AlertSettings = field(default_factory=AlertSettings)
    slack: SlackSection = SlackSection()
    webhook: WebhookSection = WebhookSection()
    log: LogSettings = LogSettings()
    health: HealthSettings = HealthSettings()


_CRAWL: Final = CrawlSettings()


@dataclass(frozen=True, slots=True)
class WatchedBoard:
    """A board of the file, with what it takes from `[crawl]` and from its ATS."""

    board: str  # "greenhouse:deepmind"
    url: str  # the board's page for people
    company: str | None = None
    every: timedelta = _CRAWL.every
    baseline: Baseline = _CRAWL.baseline
    enabled: bool = True


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
    webhook_url: SecretStr | None = None
    # addresses by channel: "apprise:family"
    apprise: Mapping[str, SecretStr] = field(default_factory=dict)
    log: LogSettings = LogSettings()
    health: HealthSettings = HealthSettings()
    # another name of a Slack channel → the name that is used for it
    aliases: Mapping[str, str] = field(default_factory=dict)
    # the files that were read; .env too if there is none
    sources: tuple[Path, ...] = field(default=(), compare=False)

    @property
    def digest(self) -> time | None:
        """When the daily digest is sent; 09:00 if only a rule's `mode` asks for one."""
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

    def channels(self) -> tuple[str, ...]:
        """Return every channel that rules and the operator name, each once: `slack:#roles`."""
        of_rules = (channel for rule in self.rules for channel in rule.notify)
        return tuple(dict.fromkeys([*of_rules, *self.alerts.operator]))

    def effective_channel(self, channel: str) -> str:
        """Return the channel that gets an alert for `channel` now.

        This is the one name of a Slack channel, or the console without a token or address.
        """
        return self.aliases.get(channel, channel) if self._is_configured(channel) else "console"

    def _is_configured(self, channel: str) -> bool:
        match Channel.parse(channel).kind:
            case "console":
                return True
            case "apprise":
                return channel in self.apprise
            case "webhook":
                return self.webhook_url is not None
            case _:
                return self.slack.token is not None


def secret_name(channel: str) -> str:
    """Return the channel's variable in the environment: `ROLEWATCH_APPRISE_FAMILY`."""
    kind, name = Channel.parse(channel)
    if kind == "apprise":
        return "ROLEWATCH_APPRISE_" + name.upper().replace("-", "_")
    return "SLACK_WEBHOOK_URL" if kind == "webhook" else "SLACK_BOT_TOKEN"
