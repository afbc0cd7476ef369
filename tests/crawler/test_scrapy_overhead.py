from __future__ import annotations

from scrapy import Spider, signals
from scrapy.crawler import Crawler

from crawler.scrapy_overhead import ConnectedSignals


def test_a_signal_reaches_those_who_are_connected_to_it() -> None:
    manager, received = ConnectedSignals(Crawler(Spider)), []

    def note(item: object) -> None:
        received.append(item)

    manager.connect(note, signals.item_scraped)
    assert manager.send_catch_log(signals.item_scraped, item=1) == [(note, None)]
    assert manager.send_catch_log(signals.item_dropped, item=2) == []
    manager.disconnect(note, signals.item_scraped)
    assert manager.send_catch_log(signals.item_scraped, item=3) == []
    assert received == [1]
