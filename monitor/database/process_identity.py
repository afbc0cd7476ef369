"""This process, told apart from every other one that may use the same database.

A host name and a pid are not enough: two containers can have the same host name, and each has a
process 1. So a process is named by the boot of its machine, its pid namespace, its pid and a random
word. Where a system does not tell the first two, they stay empty, and nobody can say that such a
process is dead: its lease has to run out.
"""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

_WORD = uuid4().hex  # made anew in each process


class Identity(NamedTuple):
    """A process; the fields are columns of the table `lease`."""

    machine: str  # the boot id, another one after each boot; empty: unknown
    namespace: str  # of process ids; empty: unknown
    host: str
    pid: int
    holder: str  # the random word


def here() -> Identity:
    """Return this process."""
    return Identity(_boot(), _namespace(), socket.gethostname(), os.getpid(), _WORD)


def is_dead(other: Identity) -> bool:
    """True if that process has surely ended: it was one of this machine and pid namespace, and is none any more."""
    mine = here()
    if (
        not other.machine
        or not other.namespace
        or (other.machine, other.namespace) != (mine.machine, mine.namespace)
    ):
        return False
    if other.pid == mine.pid:  # our own number, given again
        return other.holder != mine.holder
    try:
        os.kill(other.pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _boot() -> str:
    with suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    return ""


def _namespace() -> str:
    with suppress(OSError):
        return str(Path("/proc/self/ns/pid").readlink())
    return ""
