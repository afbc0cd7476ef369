"""The file .env beside the configuration: secrets put in, everything else left as it is, readable by its owner alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from monitor.config.atomic_write import write_atomically
from monitor.errors import UserError


def set_variable(file: Path, values: Mapping[str, str]) -> None:
    """Sets these variables. Raises UserError when the file cannot be read or written; it is then as it was."""
    try:
        target = file.resolve()  # what a link names is edited, the link stays
        text = target.read_bytes().decode("utf-8-sig") if target.exists() else ""
        write_atomically(target, changed(text, values), 0o600)
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(
            f"{file} cannot be written: {getattr(error, 'strerror', None) or 'it is no UTF-8 text'}"
        ) from error


def changed(text: str, values: Mapping[str, str]) -> str:
    """The text with these values: in the place of the last line that sets one, which is the one that counts, else at the end."""
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
