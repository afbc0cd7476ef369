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
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from crawler.address import board_url, parse
from crawler.ats import supported
from monitor import shape
from monitor.db import normal_url
from monitor.environment import Environment, beside
from monitor.errors import UserError
from monitor.logs import printable, redact
from monitor.mistakes import Entry, check, shown
from monitor.settings import (
    AlertSettings,
    AtsSettings,
    CrawlSettings,
    HealthSettings,
    Rule,
    Settings,
    SlackSettings,
    WatchedBoard,
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
        raise ConfigError("\n".join(redact(f"{origin}: {mistake}") for mistake in mistakes))
    return settings


def require_boards(settings: Settings) -> None:
    """Raises UserError when nothing is watched."""
    if not any(board.enabled for board in settings.boards):
        add = "add one there, or with `rolewatch boards add greenhouse:deepmind`"
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

    def __init__(
        self, file: Path, parts: shape.File, environ: Mapping[str, str], mistakes: list[str], broken: frozenset[Entry] = frozenset()
    ) -> None:
        """Adds to `mistakes`; says nothing of the `broken` boards and rules, which have been told already."""
        self.file, self.parts, self.mistakes, self.broken = file, parts, mistakes, broken
        self.environ = Environment(environ, file.parent, mistakes)

    def settings(self) -> Settings:
        parts = self.parts
        for ats in parts.ats:
            self._supported(f"ats.{ats}", ats)
        boards = self._boards()
        alerts = parts.alerts
        return Settings(
            file=self.file,
            database_url=self._database(),
            crawl=CrawlSettings(**dict(parts.crawl)),
            ats={name: AtsSettings(**dict(part)) for name, part in parts.ats.items()},
            boards=boards,
            rules=self._rules({board.board for board in boards}),
            alerts=AlertSettings(tuple(alerts.operator), alerts.digest, alerts.quiet, alerts.timezone or _local_zone()),
            slack=self._slack(),
            webhook_url=self.environ.webhook(),
            apprise=self.environ.apprise(*(rule.notify for rule in parts.rules), alerts.operator),
            log_level=parts.log.level,
            log_format=parts.log.format,
            health=HealthSettings(parts.health.listen, SecretStr(parts.health.heartbeat_url) if parts.health.heartbeat_url else None),
        )

    def _slack(self) -> SlackSettings:
        part = self.parts.slack
        token, app_token = self.environ.secret("SLACK_BOT_TOKEN"), self.environ.secret("SLACK_APP_TOKEN")
        return SlackSettings(token, app_token, part.api_url.rstrip("/") + "/", tuple(part.admins))

    def _supported(self, key: str, ats: str) -> bool:
        if ats not in supported():
            self.mistakes.append(f"{key}: {ats} is no ats that this version reads; allowed: {', '.join(sorted(supported()))}")
            return False
        return True

    def _database(self) -> SecretStr:
        secret = self.environ.secret("ROLEWATCH_DATABASE_URL")
        url = secret.get_secret_value() if secret else self.parts.database.url
        key = "$ROLEWATCH_DATABASE_URL" if secret else "database.url"
        try:
            target = make_url(normal_url(url))
        except ArgumentError:
            self.mistakes.append(f"{key}: expected sqlite:///FILE or postgresql://USER@HOST/NAME")
            return SecretStr(url)
        if target.get_backend_name() not in {"sqlite", "postgresql"}:
            self.mistakes.append(
                f"{key}: {target.get_backend_name()} is not supported; expected sqlite:///FILE or postgresql://USER@HOST/NAME"
            )
        elif target.get_backend_name() == "sqlite":
            if target.database in {None, "", ":memory:"}:
                self.mistakes.append(f"{key}: history needs a file: expected sqlite:///FILE")
            else:
                place = self.file.parent / Path(str(target.database)).expanduser()
                return SecretStr(f"sqlite:///{place}")
        return SecretStr(url)

    def _boards(self) -> tuple[WatchedBoard, ...]:
        found: dict[str, WatchedBoard] = {}
        self.all_read = True  # or else nobody knows whether a rule's board is watched
        for number, part in enumerate(self.parts.boards):
            board = None if ("boards", number) in self.broken else self._board(f"boards[{number}]", part)
            if board is None:
                self.all_read = False
            elif board.board in found:
                self.mistakes.append(f"boards[{number}].{_said(part)}: {board.board} is there twice; remove one")
            else:
                found[board.board] = board
        return tuple(found.values())

    def _board(self, key: str, part: shape.Board) -> WatchedBoard | None:
        if (part.url is None) == (part.board is None):
            self.mistakes.append(f"{key}: expected one of url and board")
            return None
        try:
            address = parse(part.url or part.board or "")
        except ValueError as error:
            self.mistakes.append(f"{key}.{'board' if part.url is None else 'url'}: {error}")
            return None
        if not self._supported(f"{key}.{_said(part)}", address.ats):
            return None
        crawl = self.parts.crawl
        return WatchedBoard(
            board=address.board,
            url=board_url(address.ats, address.token),
            company=part.company,
            every=part.every or crawl.every,
            baseline=part.baseline or crawl.baseline,
            enabled=part.enabled,
        )

    def _rules(self, watched: set[str]) -> tuple[Rule, ...]:
        rules: dict[str, Rule] = {}
        for number, part in enumerate(self.parts.rules):
            if ("rules", number) in self.broken:
                continue
            key = f'rules[{number}] (rule "{part.name}")'
            if part.name in rules:
                self.mistakes.append(f"{key}: name: a second rule of this name; give it another")
            if not part.any and not part.all:
                self.mistakes.append(f"{key}: expected phrases in any or in all")
            rules[part.name] = self._rule(key, part, watched)
        return tuple(rules.values())

    def _rule(self, key: str, part: shape.RulePart, watched: set[str]) -> Rule:
        boards = []
        for written in part.boards:
            try:
                boards.append(parse(written).board)
            except ValueError as error:
                self.mistakes.append(f"{key}: boards: {error}")
                continue
            if boards[-1] not in watched and self.all_read:
                self.mistakes.append(f"{key}: boards: {boards[-1]} is not watched; add it to [[boards]] or take it from the rule")
        values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in part}
        return Rule(**(values | {"boards": tuple(boards)}))


def _said(part: shape.Board) -> str:
    """Which board it is, as the file has it: `url = "https://…"`."""
    return f"board = {shown(part.board)}" if part.url is None else f"url = {shown(part.url)}"


def _local_zone() -> ZoneInfo:
    """The system's time zone; UTC where it has none that can be named."""
    try:
        return ZoneInfo(tzlocal.get_localzone_name() or "UTC")
    except (LookupError, ValueError, OSError):
        return ZoneInfo("UTC")
