"""Secrets from the environment: a variable, or the file that NAME_FILE names, or `.env`.

An edit of `.env` keeps everything else in it, and only its owner can read it. `dotenv.set_key`
leaves an existing file at 0644 and replaces a symbolic link.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

from dotenv.parser import parse_stream
from pydantic import SecretStr

from monitor.channels import KINDS, kind, secret_name
from monitor.config.atomic_write import write_atomically
from monitor.errors import UserError


@dataclass(frozen=True, slots=True)
class Environment:
    """Variables of the process and of `.env`. Mistakes are added without the value."""

    variables: Mapping[str, str]
    folder: Path  # of the configuration
    mistakes: list[str]
    files: list[Path] = field(default_factory=list)  # that hold a secret

    def secret(self, name: str, *, free_text: bool = False) -> SecretStr | None:
        """Return a variable's value, or the text of the file that NAME_FILE names.

        The file's place is relative to the configuration. `free_text` allows spaces and letters of
        any language, as a password or a path has them.
        """
        value = self.variables.get(name, "")
        if not value and (place := self.variables.get(f"{name}_FILE")):
            self.files.append(self.folder / place)
            try:
                value = (self.folder / place).read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                reason = getattr(error, "strerror", None) or "it is not text"
                self.mistakes.append(f"${name}_FILE: the file {place} cannot be read: {reason}")
        value = value.strip()
        if not value.isprintable() or not (free_text or (value.isascii() and " " not in value)):
            wrong = "a line end" if free_text else "a space, a line end"
            self.mistakes.append(
                f"${name}: it has {wrong} or another character that no such value has;"
                " expected the value alone"
            )
            return None
        return SecretStr(value) if value else None

    def channel_secrets(self, channels: Iterable[str]) -> dict[str, SecretStr]:
        """Return the secret of each channel that has one of its own: `apprise:family` → `tgram://…`.

        `channels` are those that the file names. A kind that is one channel (`webhook`) is read
        even if it is not among them.
        """
        alone = [name for name, known in KINDS.items() if not known.pattern]
        own = [
            channel
            for channel in dict.fromkeys([*alone, *channels])
            if kind(channel) != "slack" and KINDS[kind(channel)].variable
        ]
        return {channel: secret for channel in own if (secret := self._channel_secret(channel))}

    def _channel_secret(self, channel: str) -> SecretStr | None:
        name, known = secret_name(channel), KINDS[kind(channel)]
        secret = self.secret(name)
        if secret and not re.match(known.value_pattern, secret.get_secret_value()):
            self.mistakes.append(f"${name}: expected {known.value_in_words}")
        return secret


def dotenv_file(file: Path) -> Path:
    """Return the place of the file named .env beside the configuration."""
    return file.parent / ".env"


def read_dotenv(file: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of `.env` beside the file that `environ` does not set.

    Raise UserError if `.env` or a line of it cannot be read. `dotenv_values` ignores such a line,
    and a token without its closing quote would be no token.
    """
    place = dotenv_file(file)
    try:
        # a folder of that name is somebody's virtual environment
        is_there = place.is_file() or place.is_fifo()
        text = place.read_text(encoding="utf-8-sig") if is_there else ""
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise UserError(f"{place} cannot be read: {reason}") from error
    lines = list(parse_stream(StringIO(text)))
    if wrong := [str(line.original.line) for line in lines if line.error]:
        raise UserError(f"{place}: line {', '.join(wrong)}: expected NAME=VALUE")
    set_already = {name.removesuffix("_FILE") for name in environ}
    return {
        line.key: line.value
        for line in lines
        if line.key and line.value is not None
        if line.key.removesuffix("_FILE") not in set_already
    }


def set_variable(file: Path, values: Mapping[str, str]) -> None:
    """Set these variables. Raise UserError, with the file unchanged."""
    try:
        target = file.resolve()  # a symbolic link stays a link
        text = target.read_bytes().decode("utf-8-sig") if target.exists() else ""
        write_atomically(target, with_variables(text, values), 0o600)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise UserError(f"{file} cannot be written: {reason}") from error


def with_variables(text: str, values: Mapping[str, str]) -> str:
    """Return the text with these values.

    A value replaces the last line that sets the variable, which is the one in effect. A new one
    is added at the end.
    """
    lines = text.splitlines(keepends=True)
    for name, value in values.items():
        sets = re.compile(rf"\s*(?:export\s+)?{re.escape(name)}\s*=")
        places = [number for number, line in enumerate(lines) if sets.match(line)]
        if places:
            lines[places.pop()] = f"{name}={value}\n"
            lines = [line for number, line in enumerate(lines) if number not in places]
        else:
            if lines and not lines[-1].endswith("\n"):
                lines[-1] += "\n"
            lines.append(f"{name}={value}\n")
    return "".join(lines)
