"""Page output that is longer than the screen, as git does: `$PAGER`, else `less` with `FRX`."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

_DEFAULT = "less"
_LESS = "FRX"  # ends when all is on the screen, lets colors through, leaves the screen as it was


@contextmanager
def paged(console: Console) -> Iterator[None]:
    """Print what the console writes within it, through a pager if it is longer than the screen."""
    command = _pager(os.environ) if _is_watched(console) else []
    if not command:
        yield
        return
    with console.capture() as captured:
        yield
    text = captured.get()
    if text.count("\n") < console.height or not _page(command, text):
        console.file.write(text)
        console.file.flush()


def _is_watched(console: Console) -> bool:
    """Return True if a person reads this at a terminal with a keyboard."""
    return console.file.isatty() and sys.stdin.isatty() and not console.is_dumb_terminal


def _pager(environ: Mapping[str, str]) -> list[str]:
    """Return the pager's command. Empty if there is none, and for `cat`."""
    words = shlex.split(environ.get("PAGER", _DEFAULT))
    return words if words and words != ["cat"] and shutil.which(words[0]) else []


def _page(command: list[str], text: str) -> bool:
    """Return True if the pager took the text. A reader may leave early."""
    try:
        # the person's own pager
        process = subprocess.Popen(command, stdin=subprocess.PIPE, env={"LESS": _LESS} | os.environ)  # noqa: S603
    except OSError:
        return False
    with suppress(BrokenPipeError, KeyboardInterrupt):
        process.communicate(text.encode(errors="replace"))
    while process.poll() is None:
        with suppress(KeyboardInterrupt):  # Ctrl-C is the pager's
            process.wait()
    return True
