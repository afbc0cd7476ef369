"""Edit the file .env beside the configuration.

Everything else in it stays, and only its owner can read it. `dotenv.set_key` leaves an existing
file at 0644 and replaces a symbolic link.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from monitor.config.atomic_write import write_atomically
from monitor.errors import UserError


def set_variable(file: Path, values: Mapping[str, str]) -> None:
    """Set these variables. Raise UserError, with the file unchanged."""
    try:
        target = file.resolve()  # a symbolic link stays a link
        text = target.read_bytes().decode("utf-8-sig") if target.exists() else ""
        write_atomically(target, changed(text, values), 0o600)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise UserError(f"{file} cannot be written: {reason}") from error


def changed(text: str, values: Mapping[str, str]) -> str:
    """Return the text with these values.

    A value replaces the last line that sets the variable, which is the one in effect. A new one
    is added at the end.
    """
    lines = text.splitlines(keepends=True)
    for name, value in values.items():
        sets = re.compile(rf"\s*(?:export\s+)?{re.escape(name)}\s*=")
        at = next(
            (number for number in range(len(lines) - 1, -1, -1) if sets.match(lines[number])), None
        )
        if at is None:
            if lines and not lines[-1].endswith("\n"):
                lines[-1] += "\n"
            lines.append(f"{name}={value}\n")
        else:
            lines[at] = f"{name}={value}\n"
            lines = [
                line for number, line in enumerate(lines) if number == at or not sets.match(line)
            ]
    return "".join(lines)
