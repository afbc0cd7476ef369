"""The identity of this process among all that may use the same database.

Host name and pid are not enough: two containers can have the same host name, and each has a
process 1. So the identity has the boot id of the machine, the pid namespace, the pid and a random
id. The first two are empty on a system without them. Then nobody can know that the process is
dead, and its lease has to expire.
"""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

_RANDOM_ID = uuid4().hex  # another one in each process


class Identity(NamedTuple):
    """A process; the fields are columns of the table `lease`."""

    machine: str  # the boot id, new after each boot; empty: unknown
    namespace: str  # of the pid; empty: unknown
    host: str
    pid: int
    holder: str  # the random id


def here() -> Identity:
    """Return the identity of this process."""
    return Identity(_boot(), _namespace(), socket.gethostname(), os.getpid(), _RANDOM_ID)


def is_dead(other: Identity) -> bool:
    """Return True if that process has certainly ended.

    This can be known only of processes of this machine and pid namespace.
    """
    own = here()
    if (
        not other.machine
        or not other.namespace
        or (other.machine, other.namespace) != (own.machine, own.namespace)
    ):
        return False
    if other.pid == own.pid:  # the system has used the pid again
        return other.holder != own.holder
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
