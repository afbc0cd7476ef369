"""The process that holds the lease: its row, its identity, and whether it is still alive.

Host name and pid are not enough: two containers can have the same host name, and each has a
process 1. So the identity has the boot id of the machine, the pid namespace, the pid and a random
id. The first two are empty on a system without them. Then nobody can know that the process is
dead, and its lease has to expire.
"""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from sqlalchemy import Connection, select

from monitor.database.clock import seconds_until
from monitor.database.columns import table
from monitor.database.tables import Lease

_RANDOM_ID = uuid4().hex  # another one in each process


class Identity(NamedTuple):
    """A process; the fields are columns of the table `lease`."""

    machine: str  # the boot id, new after each boot; empty: unknown
    namespace: str  # of the pid; empty: unknown
    host: str
    pid: int
    holder: str  # the random id


class LeaseRow(NamedTuple):
    """A row of `lease`. The model `Lease` says what each column holds."""

    name: str
    holder: str
    machine: str
    namespace: str
    fence: int
    command: str
    pid: int
    host: str
    taken_at: datetime
    expires_at: datetime
    stopped_at: datetime | None
    seconds_left: float  # by the database's clock

    @property
    def is_held(self) -> bool:
        """True if the holder works now, by all that this process can read."""
        identity = Identity(self.machine, self.namespace, self.host, self.pid, self.holder)
        return self.stopped_at is None and self.seconds_left > 0 and not is_dead(identity)


_COLUMNS = (table(Lease).c[name] for name in LeaseRow._fields[:-1])
_ROW = select(*_COLUMNS, seconds_until(Lease.expires_at))


def load_lease(connection: Connection, name: str) -> LeaseRow | None:
    """Return the lease's row; None if nobody has ever held it."""
    row = connection.execute(_ROW.where(Lease.name == name)).one_or_none()
    return None if row is None else LeaseRow._make(row)


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
