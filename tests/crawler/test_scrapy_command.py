from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.ashby import AshbyServer
from tests.support.ashby import job as ashby_job
from tests.support.greenhouse import job
from tests.support.places import ROOT
from tests.support.server_threads import in_a_thread, serving

REACTOR = (
    *("-s", "TWISTED_REACTOR_ENABLED=True"),
    *(
        "-s",
        'DOWNLOAD_HANDLERS={"http":"scrapy.core.downloader.handlers.http11.HTTP11DownloadHandler"}',
    ),
)


@pytest.mark.parametrize("more", [(), REACTOR], ids=["without a reactor", "on the asyncio reactor"])
def test_scrapy_crawl_works_by_itself(tmp_path: Path, more: tuple[str, ...]) -> None:
    out = tmp_path / "out.jsonl"
    with serving() as server:
        server.board("examplelabs", job(1), job(2, title="Research Scientist"), {"id": 3})
        arguments = [
            "-a",
            "boards=examplelabs,missing",
            "-a",
            f"api_url={server.url}",
            "-s",
            "DOWNLOAD_DELAY=0",
            *more,
        ]
        command = [
            sys.executable,
            "-m",
            "scrapy",
            "crawl",
            "greenhouse",
            *arguments,
            "-O",
            str(out),
        ]
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
        )
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert sorted(line["title"] for line in lines) == ["Research Engineer", "Research Scientist"]
    assert {line["board"] for line in lines} == {"greenhouse:examplelabs"}
    assert {line["first_published"] for line in lines} == {"2026-02-01T15:00:00Z"}
    assert "raw" not in lines[0]
    assert "board_failed board=greenhouse:missing reason='HTTP 404: no such board'" in done.stderr
    assert "posting_not_read posting=greenhouse:examplelabs:3" in done.stderr
    assert done.stdout == ""


def test_scrapy_crawl_works_for_ashby(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    with in_a_thread(AshbyServer()) as server:
        server.lists("ExampleLabs", ashby_job(1), ashby_job(2, title="Research Scientist"))
        arguments = [
            "-a",
            "boards=ExampleLabs,missing",
            "-a",
            f"api_url={server.url}",
            "-s",
            "DOWNLOAD_DELAY=0",
        ]
        command = [sys.executable, "-m", "scrapy", "crawl", "ashby", *arguments, "-O", str(out)]
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
        )
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert sorted(line["title"] for line in lines) == ["Research Engineer", "Research Scientist"]
    assert {line["board"] for line in lines} == {"ashby:ExampleLabs"}
    assert "board_failed board=ashby:missing reason='Ashby knows no board missing" in done.stderr


def test_scrapy_crawl_without_boards_says_what_it_needs() -> None:
    command = [sys.executable, "-m", "scrapy", "crawl", "greenhouse"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert "scrapy crawl greenhouse -a boards=TOKEN,TOKEN" in done.stderr
    assert done.stdout == ""
