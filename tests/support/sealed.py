"""Programs run as in a container: another user, and only two folders that can be written to.

As root on Linux: user 65534 without capabilities, in a mount namespace whose root is read-only.
Otherwise the user of the tests, in a folder where the two are all that can be written to.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

_NOBODY = 65534
_READ_ONLY = """
mount --bind "$1" "$1" && mount --bind "$2" "$2" && mount -o remount,bind,ro / || exit 125
cd "$1" && shift 2 && exec setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs \
    --bounding-set=-all --inh-caps=-all -- "$@"
"""


@dataclass(frozen=True)
class Box:
    """`data` and `tmp` can be written to, and nothing else."""

    data: Path
    tmp: Path

    def command(self, *words: str) -> list[str]:
        """Return the command that runs these words in the box."""
        if not _can_seal():
            return list(words)
        inner = ["sh", "-c", _READ_ONLY, "sh", str(self.data), str(self.tmp), *words]
        return ["unshare", "--mount", *inner]

    def own(self, file: Path) -> None:
        """Give the file to the user of the box."""
        if _can_seal():
            os.chown(file, _NOBODY, _NOBODY)

    def run(self, *words: str, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*words),
            cwd=self.data,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )


@cache
def _can_seal() -> bool:
    """Return True for a root that may make mount namespaces."""
    if os.geteuid() != 0:
        return False
    tried = subprocess.run(
        ["unshare", "--mount", "mount", "-o", "remount,bind,ro", "/"],
        check=False,
        capture_output=True,
    )
    return tried.returncode == 0


@contextmanager
def box() -> Iterator[Box]:
    """Yield a box outside of pytest's folder, which only its owner may enter."""
    with TemporaryDirectory(prefix="rolewatch-box-") as place:
        folder = Path(place)
        made = Box(folder / "data", folder / "tmp")
        for each in (made.data, made.tmp):
            each.mkdir(mode=0o700)
            made.own(each)
        folder.chmod(0o555)
        try:
            yield made
        finally:
            folder.chmod(0o755)  # so that it can be removed
