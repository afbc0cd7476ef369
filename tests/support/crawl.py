"""Crawl once in a process of its own, and print a line for each result.

`python -m tests.support.crawl reactorless|reactor API_URL BOARD…`. Scrapy runs only one way in a
process, so each way needs its own.
"""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import aclosing

from scrapy.utils.reactor import install_reactor

from crawler import settings
from crawler.crawl import crawl
from crawler.items import BoardRequest, Failure, Politeness, Snapshot


def say(*words: object) -> None:
    sys.stdout.write(json.dumps(words) + "\n")


async def main(api_url: str, boards: list[str]) -> None:
    """All results, then a crawl that is stopped in the middle of a hang."""
    requests = [BoardRequest(f"greenhouse:{board}", known=lambda: ("1", "404")) for board in boards]
    async for result in crawl(
        "greenhouse", requests, Politeness(api_url=api_url, delay=0, timeout=3, max_probes=5)
    ):
        said = (
            result.reason
            if isinstance(result, Failure)
            else {key: probe.value for key, probe in result.probes.items()}
        )
        seen = len(result.sightings) if isinstance(result, Snapshot) else None
        say(result.board, type(result).__name__, result.status, seen, said)
    before = asyncio.all_tasks()
    requests = [BoardRequest("greenhouse:hanging"), BoardRequest("greenhouse:good")]
    async with aclosing(
        crawl("greenhouse", requests, Politeness(api_url=api_url, delay=0, timeout=300))
    ) as results:
        await anext(results)
    say("stopped, with tasks left:", len(asyncio.all_tasks() - before))


def on_the_reactor(url: str, boards: list[str]) -> None:
    settings.TWISTED_REACTOR_ENABLED = True
    install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
    # importing it earlier would install another one
    from twisted.internet import reactor  # noqa: PLC0415

    work = asyncio.get_event_loop().create_task(main(url, boards))
    # Twisted finds its kind at run time
    work.add_done_callback(lambda _: reactor.stop())  # type: ignore[misc]
    reactor.run()  # type: ignore[misc]  # the same
    work.result()


if __name__ == "__main__":
    way, url, *tokens = sys.argv[1:]
    if way == "reactorless":
        asyncio.run(main(url, tokens))
    else:
        on_the_reactor(url, tokens)
