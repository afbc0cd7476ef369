from __future__ import annotations

import time

import pytest

from crawler.links.address import linked_boards
from crawler.links.page_links import links_in

ACME = "https://jobs.lever.co/acme"


@pytest.mark.parametrize(
    ("source", "links"),
    [
        (f'<a href="{ACME}">Jobs</a>', [ACME]),
        (f"<a href={ACME}>Jobs</a>", [ACME]),
        ('<iframe src="//jobs.lever.co/acme">', [ACME]),
        ('{"url":"https:\\/\\/jobs.lever.co\\/acme"}', [ACME]),
        ('{url:"https:\\u002F\\u002Fjobs.lever.co\\u002facme"}', [ACME]),
        ("<i data-page='{&quot;url&quot;:&quot;https://jobs.lever.co/acme&quot;}'>", [ACME]),
        ("<a href=https:&#x2F;&#47;jobs.lever.co/acme>", [ACME]),
        (f'<a href="{ACME}?a=1&amp;for=x">', [f"{ACME}?a=1&for=x"]),
        (f'"{ACME}?a=1\\u0026for=x"', [f"{ACME}?a=1&for=x"]),
        (f"See {ACME}. Or ({ACME}), now", [ACME, ACME]),
        (f'<a href="{ACME}.">', [f"{ACME}."]),
        (
            '<a href=" https://jobs.ashbyhq.com/Acme Labs ">',
            ["https://jobs.ashbyhq.com/Acme%20Labs"],
        ),
        (f'<!-- <a href="https://jobs.lever.co/old"> --><a href="{ACME}">', [ACME]),
        (f'<!--><a href="{ACME}"><!---->', [ACME]),
        (f"<!-- {ACME}", []),
        (f'<script><!--\nopen("{ACME}")\n--></script>', [ACME]),
    ],
)
def test_links_are_found_as_a_browser_reads_them(source: str, links: list[str]) -> None:
    assert links_in(source) == links


def test_a_page_of_very_many_links_takes_seconds_at_most() -> None:
    same = "<a href=https://jobs.lever.co/acme>" * 50_000
    others = "".join(f"<a href=https://example.com/{number}>" for number in range(50_000))
    begun = time.process_time()
    assert linked_boards(same + others) == ("lever:acme",)
    assert time.process_time() - begun < 5


@pytest.mark.parametrize(
    "piece", ["<script", "<!--", "<!--<script", 'href="', "href='  ", "&#x", "//", " ", "\\u002f"]
)
def test_a_large_page_takes_seconds_at_most(piece: str) -> None:
    begun = time.process_time()
    links_in("href=" + piece * (2_000_000 // len(piece)))
    assert time.process_time() - begun < 5
