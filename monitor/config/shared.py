"""The part of the configuration that workers need, as JSON without secrets.

The daemon stores it in the database. A worker knows only the database's URL: it makes settings of
this, in which a channel has a secret exactly if the daemon has one. The secret itself is not in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import msgspec
from pydantic import SecretStr

from monitor.config.load import settings_of_tables
from monitor.config.model import Settings

_TABLES: Final = ("crawl", "ats", "boards", "rules", "web")
_KEPT_BY_THE_DAEMON: Final = SecretStr("kept by the daemon")  # a worker sends nothing


def dump(settings: Settings) -> str:
    """Return the settings for workers. The same settings always give the same text."""
    tables = {name: settings.tables[name] for name in _TABLES if name in settings.tables}
    # the worker's system may have another time zone
    tables["alerts"] = {
        **settings.tables.get("alerts", {}),
        "timezone": settings.alerts.timezone.key,
    }
    shared = {
        "tables": tables,
        "slack": settings.slack.token is not None,
        "channels": sorted(settings.secrets),
        "log": {"level": settings.log.level, "format": settings.log.format},
    }
    return msgspec.json.encode(shared, order="deterministic", enc_hook=str).decode()


def load(text: str, url: str) -> Settings:
    """Return the settings of a stored text, with the worker's own URL of the database."""
    shared = msgspec.json.decode(text)
    tables: Mapping[str, Any] = {**shared["tables"], "log": shared["log"]}
    settings = settings_of_tables(
        tables, "the daemon's configuration", {"ROLEWATCH_DATABASE_URL": url}
    )
    token = _KEPT_BY_THE_DAEMON if shared["slack"] else None
    return replace(
        settings,
        slack=replace(settings.slack, token=token),
        secrets=dict.fromkeys(shared["channels"], _KEPT_BY_THE_DAEMON),
    )
