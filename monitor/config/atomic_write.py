"""A file written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_atomically(file: Path, text: str, mode: int) -> None:
    """The text in the place of what the file held; its owner's alone until it has its mode. Raises OSError, and then all is as it was."""
    number, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    new = Path(name)
    try:
        with os.fdopen(number, "wb") as part:
            part.write(text.encode())
            part.flush()
            os.fsync(part.fileno())
        new.chmod(mode)
        new.replace(file)
    finally:
        new.unlink(missing_ok=True)
