"""A worker with quick signs: `python -m tests.support.worker_process URL [CONCURRENCY [TIMES]]`.

TIMES is a JSON object of `QueueTimes`.
"""

from __future__ import annotations

import asyncio
import json
import sys
from functools import partial
from random import Random

from monitor.daemon.forced_exit import force_exit_after
from monitor.daemon.queue_times import QueueTimes
from monitor.daemon.worker import WorkerProcess
from monitor.errors import UserError
from monitor.logs import set_up

QUICK = QueueTimes(
    heartbeat=0.5, sure=6.0, lost=9.0, stalled=1.0, results=0.1, poll=2.0, grace=3.0, pause=0.3
)


def main(url: str, concurrency: str = "4", times: str = "") -> None:
    set_up("debug", "text", sys.stderr)
    process = WorkerProcess(
        url,
        int(concurrency),
        QueueTimes(**json.loads(times)) if times else QUICK,
        Random(),
        partial(force_exit_after, 14.0),
    )
    try:
        asyncio.run(process.run())
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main(*sys.argv[1:])
