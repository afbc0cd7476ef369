"""Serve many boards from a fast local server. Answers are compressed in advance to save CPU.

`python board_farm.py BOARDS [FAILURES [AVERAGE]]` prints its port and the number of postings. GET
/_change edits 2 % of the postings of 30 % of the boards, GET /_change/TOKEN one posting's title.
FAILURES is the share of requests that get a 403, none by default. A board has AVERAGE postings.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
import random
import sys
from typing import Any

WORDS = (
    "research",
    "engineer",
    "models",
    "training",
    "evaluation",
    "safety",
    "systems",
    "large",
    "scale",
    "learning",
    "team",
    "data",
)
FIELDS, TRADES = ("Research", "Software", "Product"), ("Engineer", "Scientist", "Manager")
CHANCE = random.Random(1)  # the same boards every time
FEW, MANY = 50, 1000


def size(average: float) -> int:
    """Return the number of postings of a board: 50 to 800, or exactly as many if few or many."""
    if not FEW < average < MANY:
        return int(average)
    return min(800, 50 + int(CHANCE.expovariate(1 / (average - 50))))


def paragraph(words: int) -> str:
    return " ".join(CHANCE.choices(WORDS, k=words))


SHARED = [f"<p>{paragraph(60)}</p>" for _ in range(200)]


def job(number: int) -> dict[str, Any]:
    """Return a posting of 6 to 8 kB."""
    shared = "".join(CHANCE.sample(SHARED, CHANCE.randint(12, 15)))
    content = f"{shared}<ul><li>{paragraph(30)}</li><li>Number {number}</li></ul>"
    return {
        "absolute_url": f"https://job-boards.greenhouse.io/farm/jobs/{number}",
        "internal_job_id": number,
        "location": {
            "name": CHANCE.choice(
                ["London, UK", "Zurich, Switzerland", "Mountain View, California, US"]
            )
        },
        "metadata": None,
        "id": number,
        "updated_at": "2026-03-01T10:00:00-05:00",
        "requisition_id": f"R{number}",
        "title": f"{CHANCE.choice(FIELDS)} {CHANCE.choice(TRADES)}, Team {number}",
        "company_name": "Farm",
        "first_published": "2026-02-01T10:00:00-05:00",
        "content": content.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"),
        "departments": [{"id": 1, "name": "Research"}],
        "offices": [],
    }


class Farm:
    def __init__(self, boards: int, failures: float = 0.0, average: float = 142) -> None:
        self.failures, self.luck, self.edits = failures, random.Random(2), 0
        self.jobs = {
            f"farm{index}": [job(index * 1000 + number) for number in range(size(average))]
            for index in range(boards)
        }
        self.packed = {token: self._pack(token) for token in self.jobs}

    def _pack(self, token: str) -> tuple[bytes, bytes]:
        body = json.dumps(
            {"jobs": self.jobs[token], "meta": {"total": len(self.jobs[token])}}
        ).encode()
        return hashlib.md5(body, usedforsecurity=False).hexdigest().encode(), gzip.compress(body, 6)

    def change(self) -> int:
        """Edit postings. Return the number of changed boards."""
        tokens = [token for token in self.jobs if CHANCE.random() < 0.3]
        for token in tokens:
            for posting in CHANCE.sample(self.jobs[token], max(1, len(self.jobs[token]) // 50)):
                posting["title"] += " (edited)"
            self.packed[token] = self._pack(token)
        return len(tokens)

    def edit(self, token: str) -> str:
        """Give the board's first posting a title that the benchmark's rule fits. Return it."""
        self.edits += 1
        posting = self.jobs[token][0]
        posting["title"] = f"Research Engineer, Edit {self.edits}"
        self.packed[token] = self._pack(token)
        return str(posting["title"])

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(self.answer(head))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def answer(self, head: bytes) -> bytes:
        path = head.split(b" ", 2)[1].decode()
        if path.startswith("/_change"):
            token = path.removeprefix("/_change").strip("/")
            body = (self.edit(token) if token else str(self.change())).encode()
            return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
        if self.luck.random() < self.failures:
            return b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"
        etag, body = self.packed[path.split("/")[3]]
        if etag in head:
            return b'HTTP/1.1 304 Not Modified\r\nETag: "%s"\r\n\r\n' % etag
        start = (
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n"
            b'ETag: "%s"\r\nContent-Length: %d\r\n\r\n'
        )
        return start % (etag, len(body)) + body


async def main() -> None:
    farm = Farm(int(sys.argv[1]), *map(float, sys.argv[2:]))
    server = await asyncio.start_server(farm.converse, "127.0.0.1", 0, limit=1 << 20)
    # the caller reads it
    print(server.sockets[0].getsockname()[1], sum(map(len, farm.jobs.values())), flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
