"""Load rolewatch.toml and the environment into frozen settings.

All mistakes are reported at once, each with its key. Secrets come from the environment only: each
as a value, or as the name of a file that holds it.
"""

from __future__ import annotations

import shlex
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from platformdirs import user_config_path
from pydantic import SecretStr
from sqlalchemy import URL

from monitor.config.database_url import parse_url
from monitor.config.entries import EntryChecker
from monitor.config.environment import Environment, dotenv_file, read_dotenv
from monitor.config.mistakes import InvalidKeys, validate
from monitor.config.model import ConfigFile, Settings, SlackSettings, WebSettings, WorkerSettings
from monitor.errors import UserError
from monitor.redaction import printable, redact

NAME = "rolewatch.toml"


class ConfigError(UserError):
    """The configuration is invalid. A line for each mistake: file, key, value, what is allowed."""


def find_file(path: Path | None, environ: Mapping[str, str]) -> Path:
    """Return the configuration file. Raise UserError if there is none.

    The first of: `path`, $ROLEWATCH_CONFIG, ./rolewatch.toml, the platform's folder.
    """
    named = named_file(path, environ)
    places = [named] if named else [Path(NAME), user_config_path("rolewatch") / NAME]
    for place in places:
        if place.is_file():
            return place.absolute()
    if named and named.is_dir():
        raise UserError(f"the configuration {named} is a folder: name a file in it")
    write = shlex.join(["rolewatch", "init", str(named)]) if named else "rolewatch init"
    raise UserError(
        f"there is no configuration at {' or '.join(map(str, places))}:"
        f" write one with `{write}`, or name one with --config"
    )


def named_file(path: Path | None, environ: Mapping[str, str]) -> Path | None:
    """Return `path`, else the file that $ROLEWATCH_CONFIG names, else None."""
    in_environ = environ.get("ROLEWATCH_CONFIG")
    return path or (Path(in_environ) if in_environ else None)


def load(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """Return the settings. Raise ConfigError for mistakes, UserError if there is no file."""
    file = find_file(path, environ)
    return parse_settings(_read(file), file, read_dotenv(file, environ) | dict(environ))


def parse_settings(text: str, file: Path, environ: Mapping[str, str]) -> Settings:
    """Return the settings of the text of `file` in that environment. Raise ConfigError."""
    return _settings(_parsed(text, file), str(file), file, environ)


def rules_of(file: Path) -> object:
    """Return the `rules` of a TOML file, not validated. Raise UserError if it has none."""
    rules: object = _parsed(_read(file), file).get("rules")
    if not rules:
        raise UserError(f"{file}: it has no rule: add a [[rules]] with a name and `any`")
    return rules


def with_rules(settings: Settings, rules: object, origin: str) -> Settings:
    """Return the settings with other rules, given as TOML has them. Raise ConfigError.

    The line of each mistake begins with `origin`.
    """
    raw = {"boards": [{"board": board.board} for board in settings.boards], "rules": rules}
    return replace(settings, rules=_settings(raw, origin, settings.file, {}).rules)


def settings_of_tables(raw: Mapping[str, Any], origin: str, environ: Mapping[str, str]) -> Settings:
    """Return the settings of a file's tables. Raise ConfigError: its lines begin with `origin`."""
    return _settings(raw, origin, Path(NAME), environ)


def _parsed(text: str, file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file}: not valid TOML: {printable(str(error))}") from error
    except RecursionError as error:
        raise ConfigError(f"{file}: nested too deeply") from error


def _settings(
    raw: Mapping[str, Any], origin: str, file: Path, environ: Mapping[str, str]
) -> Settings:
    content, mistakes, invalid = validate(raw)
    builder = _SettingsBuilder(file, content, environ, mistakes, invalid)
    settings = replace(builder.settings(), tables=raw)
    if mistakes:
        raise ConfigError(
            "\n".join(redact(printable(f"{origin}: {mistake}")) for mistake in mistakes)
        )
    return settings


def require_boards(settings: Settings) -> None:
    """Raise UserError if no board is watched."""
    if not any(board.enabled or board.off for board in settings.boards):
        add = "add one there, or with `rolewatch boards add google:deepmind`"
        what = "remove `enabled = false` from one" if settings.boards else add
        raise UserError(f"{settings.file}: [[boards]]: no board is watched: {what}")


def _read(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: not UTF-8 text") from error
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}") from error


class _SettingsBuilder:
    """Puts the file's content and the environment together, and checks them against each other."""

    def __init__(
        self,
        file: Path,
        content: ConfigFile,
        environ: Mapping[str, str],
        mistakes: list[str],
        invalid: InvalidKeys,
    ) -> None:
        """Take `mistakes`, to which new ones are added, and the `invalid` keys they are about."""
        self.file, self.content, self.mistakes = file, content, mistakes
        self.entries = EntryChecker(content, invalid, mistakes)
        self.environ = Environment(environ, file.parent, mistakes)

    def settings(self) -> Settings:
        content = self.content
        for ats in content.ats:
            self.entries.is_supported(f"ats.{ats}", ats)
        url = self._database()
        return Settings(
            file=self.file,
            database_url=url,
            crawl=content.crawl,
            ats=content.ats,
            boards=self.entries.boards(),
            rules=self.entries.rules(),
            alerts=content.alerts,
            slack=self._slack(),
            secrets=self.environ.channel_secrets(
                [
                    *(channel for rule in content.rules for channel in rule.notify),
                    *content.alerts.operator,
                ]
            ),
            log=content.log,
            health=content.health,
            history=content.history,
            web=self._web(),
            workers=self._workers(url),
            # last, when every secret was read
            sources=(self.file, dotenv_file(self.file), *self.environ.files),
        )

    def _slack(self) -> SlackSettings:
        return SlackSettings(
            api_url=self.content.slack.api_url,
            admins=self.content.slack.admins,
            token=self.environ.secret("SLACK_BOT_TOKEN"),
            app_token=self.environ.secret("SLACK_APP_TOKEN"),
        )

    def _web(self) -> WebSettings:
        return WebSettings(
            listen=self.content.web.listen,
            base_url=self.content.web.base_url,
            password=self.environ.secret("ROLEWATCH_WEB_PASSWORD", free_text=True),
        )

    def _workers(self, url: SecretStr) -> WorkerSettings:
        workers = self.content.workers
        if workers.queue and url.get_secret_value().startswith("sqlite"):
            self.mistakes.append(
                "workers.queue = true: expected false, or a postgresql:// URL in database.url:"
                " workers need PostgreSQL"
            )
        return workers

    def _database(self) -> SecretStr:
        secret = self.environ.secret("ROLEWATCH_DATABASE_URL", free_text=True)
        url = secret.get_secret_value() if secret else self.content.database.url
        key = "$ROLEWATCH_DATABASE_URL" if secret else "database.url"
        try:
            target = parse_url(url)
        except ValueError as error:
            self.mistakes.append(f"{key}: {error}")
            return SecretStr(url)
        if target.get_backend_name() == "sqlite":
            file = self.file.parent / Path(str(target.database)).expanduser()
            # URL.create quotes a folder called "50% off?"
            return SecretStr(URL.create("sqlite", database=str(file)).render_as_string())
        return SecretStr(url)
