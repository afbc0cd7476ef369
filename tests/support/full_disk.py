"""A folder whose disk can be filled: a small tmpfs, or a limit on a process's files.

The limit is used if tmpfs cannot be mounted. SQLite then reports `disk I/O error` instead of
`database or disk is full`. Everything else is as on a full disk.
"""

from __future__ import annotations

import resource
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_SIZE = 8 << 20  # bytes


@dataclass(frozen=True)
class Disk:
    """A disk of one folder; `own` when it is one of its own."""

    folder: Path
    own: bool

    def fill(self, pid: int) -> None:
        """From now on that process writes nothing more."""
        if not self.own:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
            return
        with suppress(OSError), self._filler.open("wb", buffering=0) as file:
            for size in (1 << 16, 1 << 12, 1):
                with suppress(OSError):
                    while file.write(bytes(size)):
                        pass

    def free(self, pid: int) -> None:
        """Free the space again."""
        self._filler.unlink(missing_ok=True)
        if not self.own:
            resource.prlimit(
                pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
            )

    @property
    def _filler(self) -> Path:
        return self.folder / "filler"


@contextmanager
def disk(folder: Path) -> Iterator[Disk]:
    own = _mount(folder)
    try:
        yield Disk(folder, own=own)
    finally:
        if own:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _mount(folder: Path) -> bool:
    """Return True if the disk is mounted."""
    if shutil.which("mount") is None:
        return False
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "tmpfs", str(folder)]
    return subprocess.run(mounting, capture_output=True, check=False).returncode == 0
