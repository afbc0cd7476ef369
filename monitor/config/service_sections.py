"""The sections of rolewatch.toml about what others reach over the network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, SecretStr

from monitor.config.sections import STRICT
from monitor.config.values import HostAndPort, SecretUrl, Url


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
