"""A daemon with a quick queue: `python -m tests.support.daemon_process CONFIG [LOST]`."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random

from monitor.cli.sending import make_outbox
from monitor.config.load import load
from monitor.daemon.forced_exit import force_exit_after
from monitor.daemon.serve import serve
from monitor.database.opening import open_database
from monitor.database.shared_clock import SharedClock
from monitor.logs import set_up
from tests.support.worker_process import QUICK


def main(config: str, lost: str = "") -> None:
    set_up("info", "text", sys.stderr)
    read = partial(load, Path(config), {})
    engine = open_database(read().database_url.get_secret_value())
    clock = SharedClock()
    clock.read(engine)
    daemon = serve(
        read,
        engine,
        make_outbox(engine, sys.stdout),
        announce=False,
        clock=clock,
        random=Random(),
        force_exit=partial(force_exit_after, 9.0),
        queue_times=replace(QUICK, lost=float(lost)) if lost else QUICK,
    )
    asyncio.run(daemon)


if __name__ == "__main__":
    main(*sys.argv[1:])
