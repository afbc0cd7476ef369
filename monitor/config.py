"""rolewatch.toml and the environment made into frozen settings; every mistake is told at once, each with its key."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import tzlocal
from platformdirs import user_config_path
from pydantic import SecretStr
from sqlalchemy import URL

from monitor import shape
from monitor.db import parse_url
from monitor.entries import Entries
from monitor.environment import Environment, beside, beside_file
from monitor.errors import UserError
from monitor.logs import printable, redact
from monitor.mistakes import Broken, check
from monitor.settings import (
    AlertSettings,
    AtsSettings,
    CrawlSettings,
    HealthSettings,
    Settings,
    SlackSettings,
)

NAME = "rolewatch.toml"


class ConfigError(UserError):
    """The configuration cannot be used; a line for each mistake: file, key, value, and what is allowed."""


def find(path: Path | None, environ: Mapping[str, str]) -> Path:
    """The configuration file: the one named, $ROLEWATCH_CONFIG, ./rolewatch.toml, the platform's folder. Raises UserError."""
    named = path or (Path(environ["ROLEWATCH_CONFIG"]) if environ.get("ROLEWATCH_CONFIG") else None)
    places = [named] if named else [Path(NAME), user_config_path("rolewatch") / NAME]
    for place in places:
        if place.is_file():
            return place.absolute()
    looked = " or ".join(map(str, places))
    raise UserError(f"there is no configuration at {looked}: write one with `rolewatch init`, or name one with --config")


def load(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """The settings. Raises ConfigError with a line for each mistake, UserError when there is no file."""
    file = find(path, environ)
    return understand(_read(file), file, beside(file, environ) | dict(environ))


def understand(text: str, file: Path, environ: Mapping[str, str]) -> Settings:
    """The settings that the text of `file` gives in that environment. Raises ConfigError with a line for each mistake."""
    return _understood(_parsed(text, file), str(file), file, environ)


def rules_of(file: Path) -> object:
    """What a TOML file has as `rules`, not looked at yet. Raises UserError when it has none."""
    rules: object = _parsed(_read(file), file).get("rules")
    if not rules:
        raise UserError(f"{file}: there is no rule in it: add a [[rules]] with a name and `any`")
    return rules


def with_rules(settings: Settings, rules: object, origin: str) -> Settings:
    """The settings with rules as TOML gives them in place of theirs. Raises ConfigError with a line for each mistake, after `origin`."""
    raw = {"boards": [{"board": board.board} for board in settings.boards], "rules": rules}
    return replace(settings, rules=_understood(raw, origin, settings.file, {}).rules)


def _parsed(text: str, file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file}: this is no TOML: {printable(str(error))}") from error
    except RecursionError as error:
        raise ConfigError(f"{file}: this is nested too deeply") from error


def _understood(raw: Mapping[str, Any], origin: str, file: Path, environ: Mapping[str, str]) -> Settings:
    parts, mistakes, broken = check(raw)
    settings = _Reader(file, parts, environ, mistakes, broken).settings()
    if mistakes:
        raise ConfigError("\n".join(redact(printable(f"{origin}: {mistake}")) for mistake in mistakes))
    return settings


def require_boards(settings: Settings) -> None:
    """Raises UserError when nothing is watched."""
    if not any(board.enabled for board in settings.boards):
        add = "add one there, or with `rolewatch boards add google:deepmind`"
        what = "take `enabled = false` out of one" if settings.boards else add
        raise UserError(f"{settings.file}: [[boards]]: no board is watched: {what}")


def _read(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: this is no UTF-8 text") from error
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}") from error


class _Reader:
    """The file's parts and the environment, checked against each other."""

    def __init__(self, file: Path, parts: shape.File, environ: Mapping[str, str], mistakes: list[str], broken: Broken) -> None:
        """Adds to `mistakes`; says nothing of what is `broken`, which has been told already."""
        self.file, self.parts, self.mistakes = file, parts, mistakes
        self.entries = Entries(parts, broken, mistakes)
        self.environ = Environment(environ, file.parent, mistakes)

    def settings(self) -> Settings:
        parts = self.parts
        for ats in parts.ats:
            self.entries.can_read(f"ats.{ats}", ats)
        alerts = parts.alerts
        return Settings(
            file=self.file,
            database_url=self._database(),
            crawl=CrawlSettings(**dict(parts.crawl)),
            ats={name: AtsSettings(**dict(part)) for name, part in parts.ats.items()},
            boards=self.entries.boards(),
            rules=self.entries.rules(),
            alerts=AlertSettings(tuple(alerts.operator), alerts.digest, alerts.quiet, alerts.timezone or _local_zone()),
            slack=self._slack(),
            webhook_url=self.environ.webhook(),
            apprise=self.environ.apprise(*(rule.notify for rule in parts.rules), alerts.operator),
            log_level=parts.log.level,
            log_format=parts.log.format,
            health=HealthSettings(parts.health.listen, SecretStr(parts.health.heartbeat_url) if parts.health.heartbeat_url else None),
            sources=(self.file, beside_file(self.file), *self.environ.files),  # last, when every secret was read
        )

    def _slack(self) -> SlackSettings:
        part = self.parts.slack
        token, app_token = self.environ.secret("SLACK_BOT_TOKEN"), self.environ.secret("SLACK_APP_TOKEN")
        return SlackSettings(token, app_token, part.api_url.rstrip("/") + "/", tuple(part.admins))

    def _database(self) -> SecretStr:
        secret = self.environ.secret("ROLEWATCH_DATABASE_URL")
        url = secret.get_secret_value() if secret else self.parts.database.url
        key = "$ROLEWATCH_DATABASE_URL" if secret else "database.url"
        try:
            target = parse_url(url)
        except ValueError as error:
            self.mistakes.append(f"{key}: {error}")
            return SecretStr(url)
        if target.get_backend_name() == "sqlite":
            file = self.file.parent / Path(str(target.database)).expanduser()
            return SecretStr(URL.create("sqlite", database=str(file)).render_as_string())  # not by hand: a folder may be called "50% off?"
        return SecretStr(url)


def _local_zone() -> ZoneInfo:
    """The system's time zone; UTC where it has none that can be named."""
    try:
        return ZoneInfo(tzlocal.get_localzone_name() or "UTC")
    except (LookupError, ValueError, OSError):
        return ZoneInfo("UTC")
