from __future__ import annotations

from datetime import timedelta

import pytest

from crawler.links.forms import tenant_host
from crawler.registry import default_every


@pytest.mark.parametrize(
    ("ats", "token", "host"),
    [
        ("jsonld", "careers.acme.example", "careers.acme.example"),
        ("jsonld", "careers.acme.example/jobs/sitemap.xml", "careers.acme.example"),
        ("workday", "acme.wd5/Careers", "acme.wd5.myworkdayjobs.com"),
        ("teamtailor", "acme", "acme.teamtailor.com"),
        ("teamtailor", "careers.acme.example", "careers.acme.example"),
        ("ashby", "acme", ""),
        ("google", "deepmind", ""),
    ],
)
def test_a_tenant_has_the_host_that_its_token_names(ats: str, token: str, host: str) -> None:
    assert tenant_host(ats, token) == host


@pytest.mark.parametrize("ats", ["amazon", "eightfold", "icims", "oracle", "workday"])
def test_boards_of_many_requests_are_checked_once_an_hour(ats: str) -> None:
    assert default_every(ats) == timedelta(hours=1)
