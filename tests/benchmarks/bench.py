"""Measure rounds of rolewatch beside the floor and bare Scrapy, on the same boards: `make bench`.

The floor is the least code that does the same useful work (`floor.py`). Bare Scrapy downloads and
does nothing else (`bare_scrapy.py`). The rounds are a first one, two without changes, and two in
which 30 % of the boards changed 2 % of their postings. Each contender is a process of its own and
runs each round in turn, so that ratios hold on a busy machine. The boards' server is another one.
`bench.py [BOARDS] [race]`: `race` runs a naive spider instead of the other two.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from statistics import mean

from tests.benchmarks.contender import Figures, Rival
from tests.benchmarks.machine import count_to_ten_million

BOARDS = next((int(word) for word in sys.argv[1:] if word.isdecimal()), 500)
ROLEWATCH, WITHOUT_SEARCH = ("rolewatch_rounds",), ("rolewatch_rounds", "--no-search")
FLOOR, BARE, NAIVE = ("floor",), ("bare_scrapy",), ("naive",)
NAMES = {
    ROLEWATCH: "rolewatch",
    WITHOUT_SEARCH: "  without search",
    FLOOR: "floor",
    BARE: "bare Scrapy",
    NAIVE: "naive spider",
}
CONTENDERS = (ROLEWATCH, NAIVE) if "race" in sys.argv else (ROLEWATCH, WITHOUT_SEARCH, FLOOR, BARE)
PHASES = ("first", "unchanged", "unchanged", "changed", "changed")
Results = Mapping[tuple[str, ...], Sequence[Figures]]  # one for each phase


@contextmanager
def farm(boards: int, *options: str) -> Iterator[tuple[str, int]]:
    """Serve the boards. Yield their address and the number of their postings."""
    program = [sys.executable, "-m", "tests.benchmarks.board_farm", str(boards), *options]
    server = subprocess.Popen(program, stdout=subprocess.PIPE, text=True)
    try:
        port, postings = (server.stdout or sys.stdin).readline().split()
        yield f"http://127.0.0.1:{port}", int(postings)
    finally:
        server.terminate()
        server.wait()


def run(url: str, postings: int, folder: Path) -> tuple[Results, list[int]]:
    """Run the rounds and print them. Return the figures, and the changed boards of each round."""
    rivals = {each: Rival(each[0], url, BOARDS, folder, *each[1:]) for each in CONTENDERS}
    results: dict[tuple[str, ...], list[Figures]] = {each: [] for each in CONTENDERS}
    changed = []
    for number, phase in enumerate(PHASES):
        count = change(url) if phase == "changed" else 0
        changed.append(count)
        print(f"\n{phase}{f', {count} boards' if count else ''}")
        print(f"{'':<18}{'wall':>8}{'CPU/board':>12}{'CPU/posting':>13}{'received':>11}"
              f"{'stall':>9}{'now':>8}{'peak':>8}{'database':>12}")  # fmt: skip
        for each, rival in rivals.items():
            figures = rival.round()
            before = results[each][-1].database if number else 0.0
            results[each].append(figures)
            _print(NAMES[each], figures, postings, before)
    for rival in rivals.values():
        rival.stop()
    return results, changed


def change(url: str) -> int:
    """Edit the boards. Return the number of those that changed."""
    connection = HTTPConnection(url.removeprefix("http://"))
    connection.request("GET", "/_change")
    return int(connection.getresponse().read())


def _print(name: str, figures: Figures, postings: int, before: float) -> None:
    print(
        f"{name:<18}{figures.wall:6.2f} s{figures.cpu / BOARDS * 1e3:9.2f} ms"
        f"{figures.cpu / postings * 1e6:10.0f} µs{figures.received / 1e6:8.1f} MB"
        f"{figures.stall * 1e3:6.0f} ms{figures.resident:5.0f} MB{figures.peak:5.0f} MB"
        f"{figures.database:6.0f} +{figures.database - before:.1f} MB",
        flush=True,
    )


def per_board(figures: Sequence[Figures], changed: Sequence[int]) -> tuple[float, float, float]:
    """Return the CPU milliseconds of a board: at first, unchanged, and changed."""
    first, *others = (one.cpu / BOARDS * 1e3 for one in figures)
    unchanged = min(others[:2])
    moving = [
        (cpu * BOARDS - unchanged * (BOARDS - count)) / max(count, 1)
        for cpu, count in zip(others[2:], changed[3:], strict=True)
    ]
    return first, unchanged, mean(moving)


def summarize(results: Results, changed: Sequence[int]) -> None:
    """Print the ratios, with their goals."""
    costs = {each: per_board(figures, changed) for each, figures in results.items()}
    mine, last = costs[ROLEWATCH], results[ROLEWATCH][-1]
    print()
    for each, (first, unchanged, moving) in costs.items():
        print(f"{NAMES[each]:<18} CPU a board: first {first:.1f} ms, unchanged {unchanged:.2f} ms, "
              f"changed {moving:.1f} ms")  # fmt: skip
    if FLOOR in costs:
        floor, bare, lean = costs[FLOOR], costs[BARE], costs[WITHOUT_SEARCH]
        print(
            f"first: {lean[0] / floor[0]:.2f} times the floor (goal 1.5), with the search index "
            f"{mine[0] / floor[0]:.2f}\n"
            f"unchanged: bare Scrapy + {mine[1] - bare[1]:.2f} ms (goal 0.2), "
            f"{mine[1] / floor[1]:.2f} times the floor\n"
            f"changed: {mine[2] / floor[2]:.2f} times the floor (goal 1.6)"
        )
    if NAIVE in costs:
        naive = costs[NAIVE]
        ratios = (f"{own / other:.2f}" for own, other in zip(mine, naive, strict=True))
        print("times the naive spider: first {}, unchanged {}, changed {}".format(*ratios))
    stall = max(one.stall for one in results[ROLEWATCH])
    print(
        f"memory {last.resident:.0f} MB (goal 120), peak {last.peak:.0f} MB (goal 150); longest "
        f"stall {stall * 1e3:.0f} ms (goal 50); first load {results[ROLEWATCH][0].cpu:.1f} s of CPU"
    )


def main() -> None:
    with farm(BOARDS) as (url, postings), tempfile.TemporaryDirectory() as folder:
        print(
            f"{BOARDS} boards, {postings} postings; counting to ten million takes "
            f"{count_to_ten_million():.2f} s here"
        )
        summarize(*run(url, postings, Path(folder)))


if __name__ == "__main__":
    main()
