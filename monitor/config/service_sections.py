"""The sections of rolewatch.toml about running the daemon: history, health, the page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from pydantic import Field, SecretStr, StrictBool

from monitor.config.sections import STRICT
from monitor.config.values import Duration, HostAndPort, SecretUrl, Url


@dataclass(frozen=True, slots=True)
class HistorySettings:
    """Retention of the history. Postings, versions and changes are kept forever."""

    __pydantic_config__ = STRICT

    keep_checks: Annotated[
        Duration,
        Field(
            description="Older `unchanged` checks are merged: one row for a stretch of them."
            " All views but `checks` stay the same."
        ),
    ] = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class HealthSettings:
    """Health checks of the daemon. By default nothing listens and nothing is called."""

    __pydantic_config__ = STRICT

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
class WebSection:
    """The page of roles. By default there is none."""

    __pydantic_config__ = STRICT

    listen: Annotated[
        HostAndPort | None,
        Field(
            description="Host and port that serve the page. Beyond this machine it needs"
            " `$ROLEWATCH_WEB_PASSWORD`.",
            examples=["127.0.0.1:8460"],
        ),
    ] = None

    base_url: Annotated[
        Url | None,
        Field(
            description="The page's address as others reach it: of links in feeds and in Slack.",
            examples=["https://roles.example.org"],
        ),
    ] = None


@dataclass(frozen=True, slots=True)
class WebSettings(WebSection):
    """The page with its password, which comes from the environment."""

    password: SecretStr | None = None


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """Checks by `rolewatch worker` processes, on PostgreSQL only."""

    __pydantic_config__ = STRICT

    queue: Annotated[
        StrictBool,
        Field(
            description="`true`: the daemon hands the checks to workers. It reads this at start."
        ),
    ] = False
