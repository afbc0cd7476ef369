from __future__ import annotations

import pytest

from crawler.registry import tenant_host


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
