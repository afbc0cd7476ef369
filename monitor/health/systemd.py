"""A word to systemd: that we are ready, alive, stopping. Nothing where it did not start us. See sd_notify(3).

https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from contextlib import suppress


def notify(word: str, environ: Mapping[str, str] = os.environ) -> None:
    """Sends such as "READY=1" or "WATCHDOG=1"."""
    place = environ.get("NOTIFY_SOCKET", "")
    if not place.startswith(("/", "@")):
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
        sender.setblocking(False)
        sender.sendto(word.encode(), "\0" + place[1:] if place.startswith("@") else place)
