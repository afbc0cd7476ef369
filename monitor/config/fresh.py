"""The configuration as its files have it now, for a process without the daemon's reload."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Lock

import structlog

from monitor.config.model import Settings
from monitor.errors import UserError

log = structlog.get_logger()
# when it was written, its size, which file it is; None: it is not there
Stamp = tuple[int, int, int] | None


def stamps(files: Iterable[Path]) -> dict[Path, Stamp]:
    """Return the identity of each file: it differs once the file was changed."""
    return {file: _stamp(file) for file in files}


def _stamp(file: Path) -> Stamp:
    # not `suppress` and `Path.stat`, which take as long as the call: a daemon makes it all day
    try:
        found = os.stat(file)  # noqa: PTH116
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


class FreshSettings:
    """Returns the settings, loaded again once a file has changed. A mistake keeps the old ones."""

    def __init__(self, settings: Settings, load: Callable[[], Settings]) -> None:
        self._settings, self._load = settings, load
        self._seen = stamps(settings.sources)
        self._lock = Lock()

    def __call__(self) -> Settings:
        with self._lock:
            found = stamps(self._seen)
            if found != self._seen:
                self._seen = found
                self._take_up()
            return self._settings

    def _take_up(self) -> None:
        try:
            self._settings = self._load()
        except UserError as error:
            # a mistake of a person, who needs no traceback
            log.error("configuration_refused", reason=str(error))  # noqa: TRY400
        else:
            self._seen = stamps(self._settings.sources)
