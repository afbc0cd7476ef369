"""Secrets, which come from the environment alone: each given as it is, or as the name of a file that holds it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dotenv import dotenv_values
from pydantic import SecretStr

from monitor.errors import UserError
from monitor.settings import secret_name


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
            self.mistakes.append(f"${name}: it has spaces, line ends or other signs that cannot be in it; expected the bare value")
            return None
        return SecretStr(value) if value else None

    def webhook(self) -> SecretStr | None:
        """The address of the channel `webhook`."""
        url = self.secret("SLACK_WEBHOOK_URL")
        if url and not re.match(r"https?://[^/]", url.get_secret_value()):
            self.mistakes.append("$SLACK_WEBHOOK_URL: expected the webhook's address, which begins with https://")
        return url

    def apprise(self, *channels: Iterable[str]) -> dict[str, SecretStr]:
        """The addresses of those channels that are Apprise's and have one: `apprise:family` → `tgram://…`."""
        named = dict.fromkeys(channel for some in channels for channel in some if channel.startswith("apprise:"))
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


def beside(file: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """What a file named .env beside the configuration says of what the environment does not. Raises UserError when it cannot be read."""
    place = beside_file(file)
    try:
        found = dotenv_values(place, interpolate=False, encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{place} cannot be read: {getattr(error, 'strerror', None) or 'it is no UTF-8 text'}") from error
    set_already = {name.removesuffix("_FILE") for name in environ}
    return {name: value for name, value in found.items() if value is not None and name.removesuffix("_FILE") not in set_already}
