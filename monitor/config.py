"""rolewatch.toml and the environment made into frozen settings; every mistake is told at once, each with its key."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

import tzlocal
from dotenv import dotenv_values
from platformdirs import user_config_path
from pydantic import BaseModel, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from crawler.address import board_url, parse
from crawler.run import supported
from monitor import shape
from monitor.db import normal_url
from monitor.errors import UserError
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
    surroundings = {name: value for name, value in dotenv_values(file.parent / ".env").items() if value is not None} | dict(environ)
    raw = _read(file)
    try:
        parts = shape.File.model_validate(raw)
    except ValidationError as error:
        raise ConfigError("\n".join(f"{file}: {_line(detail, raw)}" for detail in error.errors())) from None
    mistakes: list[str] = []
    settings = _Reader(file, parts, surroundings, mistakes).settings()
    if mistakes:
        raise ConfigError("\n".join(f"{file}: {mistake}" for mistake in mistakes))
    return settings


def require_boards(settings: Settings) -> None:
    """Raises UserError when nothing is watched."""
    if not any(board.enabled for board in settings.boards):
        raise UserError(f"{settings.file}: no board is watched: add one with `rolewatch boards add greenhouse:deepmind`")


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file}: this is no TOML: {error}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: this is no UTF-8 text") from error
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}") from error


def _line(detail: ErrorDetails, raw: Mapping[str, Any]) -> str:
    key = _key(detail["loc"], raw)
    allowed = _allowed(detail)
    value = detail["input"]
    shown = "" if detail["type"] in {"missing", "extra_forbidden"} or isinstance(value, dict) else f" = {_shown(value)}"
    return f"{key}{shown}: {allowed}"


def _shown(value: object) -> str:
    text = repr(value) if not isinstance(value, bool) else str(value).lower()
    return text if len(text) <= 80 else text[:79] + "…"  # noqa: PLR2004  # a line's worth


def _key(place: tuple[int | str, ...], raw: Mapping[str, Any]) -> str:
    """A place such as ("rules", 0, "notify", 1) as a person finds it: `rules[0] "research-engineer": notify[1]`."""
    words = ""
    for step in place:
        if isinstance(step, int):
            words += f"[{step}]"
            continue
        words += f".{step}" if words else step
    if place[:1] == ("rules",) and len(place) > 1 and isinstance(place[1], int):
        name = raw["rules"][place[1]].get("name") if isinstance(raw["rules"][place[1]], dict) else None
        words += f" (rule {name!r})" if isinstance(name, str) else ""
    return words


def _allowed(detail: ErrorDetails) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown(detail["loc"])
    if kind == "missing":
        return "this key is required"
    if kind == "literal_error":
        return f"expected {context['expected']}"
    if kind == "value_error":
        return str(context["error"])
    return {
        "string_type": "expected a text in quotes",
        "int_type": "expected a whole number",
        "bool_type": "expected true or false",
        "list_type": 'expected a list such as ["…", "…"]',
        "too_short": "expected at least one",
        "string_pattern_mismatch": "expected Slack's id of a person or a group, such as U012ABCDEF",
        "model_type": "expected a table of keys",
        "model_attributes_type": "expected a table of keys",
        "dict_type": "expected a table of keys",
    }.get(kind, detail["msg"])


def _unknown(place: tuple[int | str, ...]) -> str:
    keys = _keys(place[:-1])
    near = get_close_matches(str(place[-1]), keys, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    return f"unknown key; {hint}allowed here: {', '.join(keys) or 'none'}"


def _keys(place: tuple[int | str, ...]) -> list[str]:
    model: type[BaseModel] = shape.File
    for step in place:
        if isinstance(step, str) and step in model.model_fields:
            found = [part for part in _parts(model.model_fields[step].annotation) if issubclass(part, BaseModel)]
            model = found[0] if found else model
    return [field.alias or name for name, field in model.model_fields.items()]


def _parts(annotation: Any) -> Iterator[type]:  # noqa: ANN401  # any annotation
    if isinstance(annotation, type) and not get_args(annotation):
        yield annotation
    for part in get_args(annotation):
        yield from _parts(part)


class _Reader:
    """The file's parts and the environment, checked against each other."""

    def __init__(self, file: Path, parts: shape.File, environ: Mapping[str, str], mistakes: list[str]) -> None:
        self.file, self.parts, self.environ, self.mistakes = file, parts, environ, mistakes

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
            webhook_url=self._secret("SLACK_WEBHOOK_URL"),
            log_level=parts.log.level,
            log_format=parts.log.format,
            health=HealthSettings(parts.health.listen, SecretStr(parts.health.heartbeat_url) if parts.health.heartbeat_url else None),
        )

    def _slack(self) -> SlackSettings:
        part = self.parts.slack
        token, app_token = self._secret("SLACK_BOT_TOKEN"), self._secret("SLACK_APP_TOKEN")
        return SlackSettings(token, app_token, part.api_url.rstrip("/") + "/", tuple(part.admins))

    def _supported(self, key: str, ats: str) -> bool:
        if ats not in supported():
            self.mistakes.append(f"{key}: {ats} is no ats that this version reads; allowed: {', '.join(sorted(supported()))}")
            return False
        return True

    def _secret(self, name: str) -> SecretStr | None:
        """From the environment, or from the file that NAME_FILE names."""
        value = self.environ.get(name)
        if place := self.environ.get(f"{name}_FILE"):
            try:
                value = Path(place).read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError):
                self.mistakes.append(f"${name}_FILE: the file {place} cannot be read")
        return SecretStr(value.strip()) if value and value.strip() else None

    def _database(self) -> SecretStr:
        secret = self._secret("ROLEWATCH_DATABASE_URL")
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
                return SecretStr(f"sqlite:///{self.file.parent / str(target.database)}")
        return SecretStr(url)

    def _boards(self) -> tuple[WatchedBoard, ...]:
        found: dict[str, WatchedBoard] = {}
        for number, part in enumerate(self.parts.boards):
            board = self._board(f"boards[{number}]", part)
            if board is not None and board.board in found:
                self.mistakes.append(f"boards[{number}]: {board.board} is there twice; remove one")
            elif board is not None:
                found[board.board] = board
        return tuple(found.values())

    def _board(self, key: str, part: shape.Board) -> WatchedBoard | None:
        if (part.url is None) == (part.board is None):
            self.mistakes.append(f"{key}: expected one of url and board")
            return None
        try:
            address = parse(part.url or part.board or "")
        except ValueError as error:
            self.mistakes.append(f"{key}.{'url' if part.url else 'board'}: {error}")
            return None
        if not self._supported(key, address.ats):
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
            key = f"rules[{number}] (rule {part.name!r})"
            if part.name in rules:
                self.mistakes.append(f"{key}: a second rule of this name; give it another")
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
            if boards[-1] not in watched:
                self.mistakes.append(f"{key}: boards: {boards[-1]} is not watched; add it to [[boards]] or take it from the rule")
        values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in part}
        return Rule(**(values | {"boards": tuple(boards)}))


def _local_zone() -> ZoneInfo:
    name = tzlocal.get_localzone_name()
    return ZoneInfo(name) if name else ZoneInfo("UTC")
