"""Measure the time from a change on a board to the call that tells Slack: `make bench-process`.

The daemon watches 500 boards of ten postings with `every = "30s"`. One posting changes every eight
seconds, on one board after the other, so that the pace that Slack allows a channel does not count.
The servers are on this machine. The goal is the interval and two seconds, for 95 of 100 changes.

`python -m tests.benchmarks.bench_latency [CHANGES]` makes so many changes (40).
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import median, quantiles

from aiohttp import web

from tests.benchmarks.whole_process import Place, cpu_of, farm, wait_for
from tests.support.slack_channel import Body
from tests.support.slack_server import TOKEN, SlackServer

BOARDS, AVERAGE = 500, 10.0
EVERY, PAUSE, MORE = 30, 8.0, 2.0  # seconds
_EDIT = re.compile(r"Edit (\d+)")


@dataclass
class TimedSlack(SlackServer):
    """Notes when each edit was first sent."""

    sent: dict[str, float] = field(default_factory=dict)

    def _chat_postMessage(self, arguments: Body) -> Body:  # Slack's name  # noqa: N802
        for number in _EDIT.findall(json.dumps(arguments)):
            self.sent.setdefault(number, time.monotonic())
        return super()._chat_postMessage(arguments)


async def serve() -> tuple[TimedSlack, web.AppRunner]:
    slack = TimedSlack()
    app = web.Application()
    app.router.add_route("*", "/api/{method}", slack.api)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    return slack, runner


async def measure(place: Place, slack: TimedSlack, changes: int) -> list[float]:
    """Return the seconds from each change to its message."""
    boards = Random(1).sample(range(place.boards), changes)
    made: dict[str, float] = {}
    for number in boards:
        title = await asyncio.to_thread(place.get, f"/_change/farm{number}")
        made[_EDIT.findall(title)[0]] = time.monotonic()
        await asyncio.sleep(PAUSE)
    end = time.monotonic() + EVERY + 30
    while len(slack.sent) < changes and time.monotonic() < end:  # noqa: ASYNC110  # another program
        await asyncio.sleep(0.2)
    print(f"{len(slack.sent)} of {changes} changes were sent")
    return [slack.sent[number] - at for number, at in made.items() if number in slack.sent]


async def bench(place: Place, changes: int) -> None:
    slack, runner = await serve()
    place.configure(
        f"{EVERY}s", channel="slack:#roles", more=f'[slack]\napi_url = "{slack.api_url}"\n'
    )
    with place.daemon({"SLACK_BOT_TOKEN": TOKEN}) as daemon:
        finished = "SELECT count(*) FROM check_round WHERE finished_at IS NOT NULL"
        await asyncio.to_thread(wait_for, place, finished, 2, 900)
        before, began = cpu_of(daemon.pid), time.monotonic()
        waits = await measure(place, slack, changes)
        load = (cpu_of(daemon.pid) - before) / (time.monotonic() - began)
    await runner.cleanup()
    print(
        f"from a change to Slack at every = {EVERY}s, {place.boards} boards: median "
        f"{median(waits):.1f} s, 95th percentile {quantiles(waits, n=20)[-1]:.1f} s, longest "
        f"{max(waits):.1f} s (goal {EVERY + MORE:.0f} s); the daemon used {load:.0%} of a core"
    )


def main() -> None:
    changes = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    with (
        tempfile.TemporaryDirectory() as folder,
        farm(Path(folder), BOARDS, AVERAGE) as place,
    ):
        asyncio.run(bench(place, changes))


if __name__ == "__main__":
    main()
