from __future__ import annotations

import pytest

from crawler.links.resemblance import resembles


@pytest.mark.parametrize(
    ("board", "url", "title", "alike"),
    [
        ("greenhouse:acme", "https://acme.com/careers", "", True),
        ("greenhouse:acmelabs", "https://careers.acme.com/", "", True),
        ("ashby:Merge%20Labs", "https://merge.io/jobs", "", True),
        ("workday:acme.wd5/External", "https://www.acme.co.uk/jobs", "", True),
        ("ashby:openai", "https://jobs.example/", "Careers at OpenAI | Join us", True),
        (
            "greenhouse:thealleninstitute",
            "https://ai2.example/",
            "Allen Institute for AI: careers",
            True,
        ),
        ("icims:careers-acme", "https://www.acme.com/jobs", "", True),
        ("lever:partner", "https://acme.com/careers", "Careers at Acme", False),
        ("greenhouse:careers", "https://careers.acme.com/", "Careers", False),
        ("greenhouse:ai", "https://aimed.com/", "Jobs in ai", False),
        ("greenhouse:acme", "https://com/", "", False),
    ],
)
def test_a_board_resembles_a_site_of_its_name(
    board: str, url: str, title: str, alike: bool
) -> None:
    assert resembles(board, url, title) == alike
