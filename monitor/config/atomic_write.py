"""Write a file completely or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_atomically(file: Path, text: str, mode: int) -> None:
    """Replace the file's text. Raise OSError, with the file unchanged.

    Only its owner can read the new file before it has its mode.
    """
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    new = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as part:
            part.write(text.encode())
            part.flush()
            os.fsync(part.fileno())
        new.chmod(mode)
        new.replace(file)
    finally:
        new.unlink(missing_ok=True)
