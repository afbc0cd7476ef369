"""The sections of rolewatch.toml as frozen values: every key, with its one default.

pydantic reads the file into these classes (`validate` in `mistakes.py`). They are dataclasses, so
that the program and its tests can make one, or `replace` a field, without parsing texts again.
docs/configuration.md has the descriptions. Rules are in `rule.py`, the whole file in `model.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

import tzlocal
from pydantic import ConfigDict, Field, StrictBool, StrictInt, StrictStr

from monitor.config.values import (
    Baseline,
    Channels,
    Contact,
    Delay,
    Duration,
    Hours,
    Line,
    SlackApiUrl,
    SlackIds,
    TimeOfDay,
    Url,
    Zone,
)

STRICT: Final = ConfigDict(extra="forbid")


def local_zone() -> ZoneInfo:
    """Return the system's time zone; UTC if it has none with a name."""
    try:
        return ZoneInfo(tzlocal.get_localzone_name() or "UTC")
    except (LookupError, ValueError, OSError):
        return ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class DatabaseSection:
    """The database with the history."""

    __pydantic_config__ = STRICT

    url: Annotated[
        StrictStr,
        Field(
            description="`sqlite:///FILE`, relative to this file, or `postgresql://user@host/name`."
            " `$ROLEWATCH_DATABASE_URL` overrides it."
        ),
    ] = "sqlite:///rolewatch.db"


@dataclass(frozen=True, slots=True)
class CrawlSettings:
    """Checks of boards."""

    __pydantic_config__ = STRICT

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
    """Requests to one ATS. `NAME` is the name of an ATS, such as `greenhouse`."""

    __pydantic_config__ = STRICT

    api_url: Annotated[
        Url | None,
        Field(
            description="Another host: a mirror, a proxy, a test server.",
            examples=["https://boards-api.greenhouse.io"],
        ),
    ] = None
    delay: Annotated[
        Delay | None,
        Field(
            description="The pause between requests to one host: `250ms`, `500ms` for Workable"
            " and `2s` for iCIMS."
        ),
    ] = None
    concurrency: Annotated[
        StrictInt, Field(description="Requests at the same time to one host.", ge=1, le=64)
    ] = 4
    enabled: Annotated[
        StrictBool | None,
        Field(
            description="`false` turns all boards of the ATS off. SmartRecruiters is off until "
            "`true`, since its robots.txt closes the API."
        ),
    ] = None


@dataclass(frozen=True, slots=True)
class BoardEntry:
    """A board to watch. Give `url` or `board`."""

    __pydantic_config__ = STRICT

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
        Line | None,
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
class AlertSettings:
    """Alerts that no rule decides, and when alerts are sent."""

    __pydantic_config__ = STRICT

    operator: Annotated[
        Channels,
        Field(description="The channels for failing boards and for channels that refuse messages."),
    ] = ("console",)
    digest: Annotated[
        TimeOfDay | None,
        Field(
            description="When a daily digest goes to each channel that rules name.",
            examples=[time(9)],
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

    __pydantic_config__ = STRICT

    api_url: Annotated[
        SlackApiUrl, Field(description="Another API: GovSlack, a proxy, a test server.")
    ] = "https://slack.com/api/"
    admins: Annotated[
        SlackIds,
        Field(description="Who may mute for everyone, by id.", examples=[("U012ABCDEF",)]),
    ] = ()


@dataclass(frozen=True, slots=True)
class WebhookSection:
    """No keys: the webhook's address comes from the environment."""

    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True)
class LogSettings:
    """The daemon's log."""

    __pydantic_config__ = STRICT

    level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Field(
            description='The least level that is logged. Also `"debug"`, `"warning"`, `"error"`.'
        ),
    ] = "info"
    format: Annotated[Literal["text", "json"], Field(description='`"text"` or `"json"`.')] = "text"
