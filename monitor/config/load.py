"""Load rolewatch.toml and the environment into frozen settings. All mistakes are reported at once, each with its key.

Secrets come from the environment only: each as a value, or as the name of a file that holds it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import tzlocal
from dotenv import dotenv_values
from platformdirs import user_config_path
from pydantic import SecretStr
from sqlalchemy import URL

from monitor.config import shape
from monitor.config.database_url import parse_url
from monitor.config.entries import EntryChecker
from monitor.config.mistakes import InvalidKeys, validate
from monitor.config.model import (
    AlertSettings,
    AtsSettings,
    CrawlSettings,
    HealthSettings,
    Settings,
    SlackSettings,
    secret_name,
)
from monitor.errors import UserError
from monitor.logs import printable, redact

NAME = "rolewatch.toml"


class ConfigError(UserError):
    """The configuration cannot be used; a line for each mistake: file, key, value, and what is allowed."""


def find_file(path: Path | None, environ: Mapping[str, str]) -> Path:
    """The configuration file: the one named, $ROLEWATCH_CONFIG, ./rolewatch.toml, the platform's folder. Raises UserError."""
    named = path or (Path(environ["ROLEWATCH_CONFIG"]) if environ.get("ROLEWATCH_CONFIG") else None)
    places = [named] if named else [Path(NAME), user_config_path("rolewatch") / NAME]
    for place in places:
        if place.is_file():
            return place.absolute()
    looked = " or ".join(map(str, places))
    raise UserError(
        f"there is no configuration at {looked}: write one with `rolewatch init`, or name one with --config"
    )


def load(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """The settings. Raises ConfigError with a line for each mistake, UserError when there is no file."""
    file = find_file(path, environ)
    return parse_settings(_read(file), file, dotenv_value(file, environ) | dict(environ))


def parse_settings(text: str, file: Path, environ: Mapping[str, str]) -> Settings:
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


def _understood(
    raw: Mapping[str, Any], origin: str, file: Path, environ: Mapping[str, str]
) -> Settings:
    parts, mistakes, broken = validate(raw)
    settings = _SettingsBuilder(file, parts, environ, mistakes, broken).settings()
    if mistakes:
        raise ConfigError(
            "\n".join(redact(printable(f"{origin}: {mistake}")) for mistake in mistakes)
        )
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


class _SettingsBuilder:
    """The file's parts and the environment, checked against each other."""

    def __init__(
        self,
        file: Path,
        parts: shape.File,
        environ: Mapping[str, str],
        mistakes: list[str],
        broken: InvalidKeys,
    ) -> None:
        """Adds to `mistakes`; says nothing of what is `broken`, which has been told already."""
        self.file, self.parts, self.mistakes = file, parts, mistakes
        self.entries = EntryChecker(parts, broken, mistakes)
        self.environ = Environment(environ, file.parent, mistakes)

    def settings(self) -> Settings:
        parts = self.parts
        for ats in parts.ats:
            self.entries.is_supported(f"ats.{ats}", ats)
        alerts = parts.alerts
        return Settings(
            file=self.file,
            database_url=self._database(),
            crawl=CrawlSettings(**dict(parts.crawl)),
            ats={name: AtsSettings(**dict(part)) for name, part in parts.ats.items()},
            boards=self.entries.boards(),
            rules=self.entries.rules(),
            alerts=AlertSettings(
                tuple(alerts.operator),
                alerts.digest,
                alerts.quiet,
                alerts.timezone or _local_zone(),
            ),
            slack=self._slack(),
            webhook_url=self.environ.webhook(),
            apprise=self.environ.apprise(*(rule.notify for rule in parts.rules), alerts.operator),
            log_level=parts.log.level,
            log_format=parts.log.format,
            health=HealthSettings(
                parts.health.listen,
                SecretStr(parts.health.heartbeat_url) if parts.health.heartbeat_url else None,
            ),
            # last, when every secret was read
            sources=(self.file, beside_file(self.file), *self.environ.files),
        )

    def _slack(self) -> SlackSettings:
        part = self.parts.slack
        token, app_token = (
            self.environ.secret("SLACK_BOT_TOKEN"),
            self.environ.secret("SLACK_APP_TOKEN"),
        )
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
            # not by hand: a folder may be called "50% off?"
            return SecretStr(URL.create("sqlite", database=str(file)).render_as_string())
        return SecretStr(url)


def _local_zone() -> ZoneInfo:
    """The system's time zone; UTC where it has none that can be named."""
    try:
        return ZoneInfo(tzlocal.get_localzone_name() or "UTC")
    except (LookupError, ValueError, OSError):
        return ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Environment:
    """What the environment of the process and the file `.env` say; what is wrong with it is added to `mistakes`, without its value."""

    variables: Mapping[str, str]
    folder: Path  # of the configuration
    mistakes: list[str]
    files: list[Path] = field(default_factory=list)  # that hold a secret

    def secret(self, name: str) -> SecretStr | None:
        """From the environment, or from the file that NAME_FILE names, relative to the configuration."""
        value = self.variables.get(name, "")
        if not value and (place := self.variables.get(f"{name}_FILE")):
            self.files.append(self.folder / place)
            try:
                value = (self.folder / place).read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                self.mistakes.append(
                    f"${name}_FILE: the file {place} cannot be read: {getattr(error, 'strerror', None) or 'it is no text'}"
                )
        value = value.strip()
        if not value.isascii() or not value.isprintable() or " " in value:
            self.mistakes.append(
                f"${name}: it has spaces, line ends or other signs that cannot be in it; expected the bare value"
            )
            return None
        return SecretStr(value) if value else None

    def webhook(self) -> SecretStr | None:
        """The address of the channel `webhook`."""
        url = self.secret("SLACK_WEBHOOK_URL")
        if url and not re.match(r"https?://[^/]", url.get_secret_value()):
            self.mistakes.append(
                "$SLACK_WEBHOOK_URL: expected the webhook's address, which begins with https://"
            )
        return url

    def apprise(self, *channels: Iterable[str]) -> dict[str, SecretStr]:
        """The addresses of those channels that are Apprise's and have one: `apprise:family` → `tgram://…`."""
        named = dict.fromkeys(
            channel for some in channels for channel in some if channel.startswith("apprise:")
        )
        return {channel: address for channel in named if (address := self._apprise(channel))}

    def _apprise(self, channel: str) -> SecretStr | None:
        address = self.secret(secret_name(channel))
        if address and "://" not in address.get_secret_value():
            self.mistakes.append(
                f"${secret_name(channel)}: expected an address as Apprise writes it, such as ntfy://TOPIC or tgram://TOKEN/CHAT"
            )
        return address


def beside_file(file: Path) -> Path:
    """Return the place of the file named .env beside the configuration."""
    return file.parent / ".env"


def dotenv_value(file: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """What a file named .env beside the configuration says of what the environment does not. Raises UserError when it cannot be read."""
    place = beside_file(file)
    try:
        found = dotenv_values(place, interpolate=False, encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(
            f"{place} cannot be read: {getattr(error, 'strerror', None) or 'it is no UTF-8 text'}"
        ) from error
    set_already = {name.removesuffix("_FILE") for name in environ}
    return {
        name: value
        for name, value in found.items()
        if value is not None and name.removesuffix("_FILE") not in set_already
    }
