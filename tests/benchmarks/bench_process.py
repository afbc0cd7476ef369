"""Measure whole processes and a day of the daemon: `make bench-process`.

CPU is user and system time of the process, by wait4 for commands and /proc for the daemon. A
command is run several times and its lowest figure counts, since another program can only add to it.
There are 60 boards. The boards' server is another process.

A day is measured short: with `every = "60s"` the spread of the boards is to their interval as with
15m, so a round has as many crawls. A day at 15m is 96 rounds, and rest for 24 hours:

    day = 96 * (CPU of one interval at 60s - CPU at rest for 60 s) + 86,400 * CPU at rest for 1 s

`python -m tests.benchmarks.bench_process [MINUTES]` measures the day for so many minutes (4).
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.machine import count_to_ten_million
from tests.benchmarks.whole_process import Cost, Place, cpu_of, farm, threads_of, wait_for

BOARDS, AVERAGE, RUNS = 60, 115.0, 5
EVERY, DAY, REST = 60, 86_400, 60  # seconds
ROUNDS_A_DAY = 96  # at every = "15m"
CHECKS = "SELECT count(*) FROM board_check"
CRAWLS = "SELECT count(*) FROM check_round"
COMMANDS: tuple[tuple[tuple[str, ...], float | None], ...] = (  # with the goal
    (("--help",), 0.2),
    (("roles", "--limit", "50"), 0.5),
    (("roles", "research engineer"), 0.5),
    (("roles",), None),
    (("roles", "--format", "json"), None),
    (("status",), None),
    (("changes",), None),
)


def show(name: str, cost: Cost, goal: float | None = None) -> None:
    aim = "" if goal is None else f"   goal {goal}"
    print(f"{name:<36}{cost.cpu:7.2f} s CPU {cost.wall:7.2f} s wall {cost.memory:5.0f} MB{aim}")


def best(place: Place, *arguments: str, runs: int = RUNS) -> Cost:
    return min((place.run(*arguments) for _ in range(runs)), key=lambda cost: cost.cpu)


def commands(place: Place) -> None:
    """Measure each command alone."""
    place.configure("15m")
    place.run("--help")  # compiles the modules
    show("check, first load", place.run("check"))
    show("check, nothing changed", best(place, "check"), 0.7)
    changed = []
    for _ in range(RUNS):
        place.change()
        changed.append(place.run("check"))
    show("check, 30 % of the boards changed", min(changed, key=lambda cost: cost.cpu), 1.0)
    for arguments, goal in COMMANDS:
        show(" ".join(arguments), best(place, *arguments), goal)


def at_rest(place: Place) -> float:
    """Return the CPU seconds that an idle daemon uses in a second."""
    place.configure("1h")
    done = place.ask(CHECKS) + place.boards
    with place.daemon() as daemon:
        wait_for(place, CHECKS, done)
        time.sleep(15)  # the first round's alerts, and what follows it
        before = cpu_of(daemon.pid)
        time.sleep(REST)
        used, threads = cpu_of(daemon.pid) - before, threads_of(daemon.pid)
    print(
        f"daemon at rest: {used:.2f} s CPU in {REST} s ({used / REST:.2%} of a core), "
        f"{threads} threads"
    )
    return used / REST


def interval(place: Place, minutes: float, *, change: bool) -> float:
    """Return the CPU seconds that the daemon uses in one interval of the boards."""
    place.configure(f"{EVERY}s")
    done = place.ask(CHECKS) + place.boards
    with place.daemon() as daemon:
        wait_for(place, CHECKS, done)
        time.sleep(5)
        before, checks, crawls = cpu_of(daemon.pid), place.ask(CHECKS), place.ask(CRAWLS)
        began = time.monotonic()
        while time.monotonic() - began < minutes * 60:
            if change:
                place.change()
            time.sleep(EVERY)
        used = cpu_of(daemon.pid) - before
        checks, crawls = place.ask(CHECKS) - checks, place.ask(CRAWLS) - crawls
    intervals = checks / place.boards
    print(
        f"daemon at {EVERY}s, {'30 %' if change else 'none'} of the boards changed: "
        f"{used:.2f} s CPU in {intervals:.1f} intervals, {crawls} rounds, "
        f"{1e3 * used / checks:.1f} ms a check"
    )
    return used / intervals


def day(place: Place, minutes: float) -> None:
    """Measure the daemon, and print what a day at 15m costs."""
    rest = at_rest(place)
    for change in (False, True):
        moving = max(interval(place, minutes, change=change) - rest * EVERY, 0)
        print(
            f"a day at 15m: 96 * {moving:.3f} s + {DAY:,} * {rest:.5f} s = "
            f"{ROUNDS_A_DAY * moving + DAY * rest:.0f} s CPU (goal 60)"
        )


def main() -> None:
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 4.0
    with (
        tempfile.TemporaryDirectory() as folder,
        farm(Path(folder), BOARDS, AVERAGE) as place,
    ):
        print(f"{place.boards} boards, {place.postings:,} postings")
        commands(place)
        if minutes:
            day(place, minutes)
    print(f"counting to ten million takes {count_to_ten_million():.2f} s here")


if __name__ == "__main__":
    main()
