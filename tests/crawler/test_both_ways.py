"""The crawl without the Twisted reactor, as in settings.py, and with it gives the same answers."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from typing import Any

import pytest

from monitor.demo.board_server import BoardServer, Trouble
from tests.support.greenhouse import job
from tests.support.server_threads import serving

TROUBLES = {
    "broken": (Trouble(status=500), "HTTP 500"),
    "hanging": (Trouble(hang=300), "no whole answer within 3 s"),
    "dripping": (Trouble(drip=0.3), "no whole answer within 3 s"),
    "resetting": (Trouble(reset=True), "the connection was lost before a whole answer"),
    "cut": (Trouble(cut=20), "the answer was cut short"),
    "bomb": (
        Trouble(body=gzip.compress(b" " * (65 << 20)), headers={"Content-Encoding": "gzip"}),
        "the answer is larger than 64 MB",
    ),
    "login": (
        Trouble(status=302, headers={"Location": "https://login.example.org/"}),
        "redirected to another host: login.example.org",
    ),
    "page": (Trouble(body=b"<html>"), "the answer is a web page"),
    "recovering": (Trouble(status=500, times=1), None),
}


def set_up(server: BoardServer) -> None:
    for token, (trouble, _) in TROUBLES.items():
        server.board(token, job(2)).unlisted = [job(1)]
        server.troubles[token] = trouble
    server.board("good", job(2), job(3)).unlisted = [job(1)]


@pytest.mark.parametrize("way", ["reactorless", "reactor"])
def test_a_crawl_is_the_same_in_both_of_scrapys_ways_to_run(way: str) -> None:
    with serving() as server:
        set_up(server)
        command = [
            sys.executable,
            "-W",
            "error",
            "-m",
            "tests.support.crawl",
            way,
            server.url,
            *TROUBLES,
            "good",
        ]
        # the last hang would be longer
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    *results, stopped = (json.loads(line) for line in done.stdout.splitlines())
    found: dict[str, Any] = {board.partition(":")[2]: rest for board, *rest in results}
    probes = {"1": "there", "404": "gone"}
    assert found.pop("good") == ["Snapshot", 200, 2, probes]
    assert found.pop("recovering") == ["Snapshot", 200, 1, probes]
    assert {token: said for token, (*_, said) in found.items()} == {
        token: said for token, (_, said) in TROUBLES.items() if said
    }
    assert {kind for kind, *_ in found.values()} == {"Failure"}
    assert stopped == ["stopped, with tasks left:", 0]
