"""Serve the boards of `bench_sources`, as each ATS does.

`python -m tests.benchmarks.source_farm BOARDS` prints the address of each ATS as JSON. Behind each
address, GET /_change edits 2 titles of every board, and GET /_requests tells what was asked for
since the last time.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from random import Random
from urllib.parse import urlsplit

from isal import igzip

from monitor.demo.board_server import Answer, BoardServer, SeenRequest, board_path
from tests.benchmarks.source_shapes import SOURCES, Source, Text, texts

EDITED = 2  # postings of a board, before each round
_DETAIL = re.compile(
    r"/job/|position_details|JobRequisitionDetails|/detail$|/postings/\d+$|/jobs/[0-9a-f-]{36}$"
)
_ROBOTS = "User-agent: *\nDisallow: /admin/\nDisallow: /login\nAllow: /\n\nSitemap: /sitemap.xml\n"


class Boards(BoardServer):
    """All boards of one ATS behind one address, each on a server of its own."""

    def __init__(self, source: Source, farms: Mapping[str, Sequence[Text]]) -> None:
        super().__init__()
        self.known_as, self.chance, self.sent = source.known_as, Random(1), 0
        self.farms = {name: source.make(jobs, name) for name, jobs in farms.items()}

    def _answer(self, seen: SeenRequest) -> Answer:
        if seen.target.startswith("/_"):
            found = self._change() if seen.target == "/_change" else self._requests()
            return _plain(json.dumps(found))
        if seen.target.endswith("/robots.txt"):
            return _plain(_ROBOTS)
        [name] = set(re.findall(r"farm\d+", seen.target))
        target = seen.target.replace(name, self.known_as or name)
        plain = {each: seen.headers[each] for each in seen.headers.keys() - {"accept-encoding"}}
        known = replace(seen, target=target, path=board_path(target), headers=plain)
        answer = _zipped(self.farms[name].server._answer(known))
        self.sent += len(answer.body)
        return answer

    def _change(self) -> int:
        """Edit postings. Return how many boards changed."""
        for board in self.farms.values():
            for row in self.chance.sample(board.rows, EDITED):
                row[board.title] += " (edited)"
        return len(self.farms)

    def _requests(self) -> dict[str, int]:
        """Return the requests and bytes since the last time."""
        asked = [seen.target for seen in self.requests if not seen.target.startswith("/_")]
        details = sum(bool(_DETAIL.search(urlsplit(target).path)) for target in asked)
        found = {"lists": len(asked) - details, "details": details, "bytes": self.sent}
        self.requests.clear()
        self.sent = 0
        return found


def _plain(text: str) -> Answer:
    return Answer(200, {"Content-Length": str(len(text))}, text.encode())


def _zipped(answer: Answer) -> Answer:
    if not answer.body:  # of a 304
        return answer
    body = igzip.compress(answer.body)  # ten times as fast as Python's own
    headers = {"Content-Encoding": "gzip", "Content-Length": str(len(body))}
    return Answer(answer.status, answer.headers | headers, body)


async def main(boards: int) -> None:
    farms = {f"farm{number}": texts(number) for number in range(boards)}
    async with AsyncExitStack() as servers:
        urls = {}
        for ats, source in SOURCES.items():
            server = await servers.enter_async_context(Boards(source, farms))
            urls[ats] = server.url
        print(json.dumps(urls), flush=True)  # the caller reads it
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
