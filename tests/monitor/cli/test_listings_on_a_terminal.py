"""Listings on terminals of three widths: ids, links, pay and changes are whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.cells import cell_len
from sqlalchemy import Engine

from crawler.items import Pay
from monitor.text.values import clean
from tests.support.boards import BOARD, posting, snapshot
from tests.support.databases import DatabasePool
from tests.support.history import History
from tests.support.program import WIDE, Program
from tests.support.story import OTHER, PAY, story_settings

LONG = "3f0c2a54-9c1e-4a41-8d11-0123456789ab"
TITLE = "Research Engineer, Product Inspired Research and Reasoning at Scale"
PLACES = ("Mountain View, California, US", "New York City, New York, US", "London, UK")
HOURLY = Pay(45.5, 70.25, "USD", "hour", "$45.50 - $70.25 per hour")
CONFIG = """
[database]
url = "{url}"
[[boards]]
board = "greenhouse:examplelabs"
[[boards]]
board = "greenhouse:otherworks"
[[rules]]
name = "research-engineer-and-roles-like-it"
any = ["research engineer", "research software engineer", "applied scientist", "technician"]
locations = ["London", "Mountain View", "New York", "Zurich", "remote"]
"""
LISTINGS = [
    ("roles", "--status", "all"),
    ("changes",),
    ("history", "r"),
    ("boards", "list"),
    ("boards", "find", "deepmind"),
    ("rules", "list"),
    ("rules", "explain", f"{BOARD}:1"),
    ("rules", "test"),
    ("alerts", "list"),
    ("status",),
    ("stats",),
    ("diff", BOARD),
    ("history", f"{BOARD}:1"),
    ("show", f"{BOARD}:1"),
    ("sql", "SELECT posting, url, title, pay_min FROM postings"),
    ("sql", "SELECT * FROM postings"),
]


@pytest.fixture
def busy(tmp_path: Path, sqlite_url: str, made: DatabasePool) -> Program:
    """Return a history with long titles, ids and places, and hourly pay."""
    for engine in made.opened(sqlite_url):
        _record(engine)
    file = tmp_path / "rolewatch.toml"
    file.write_text(CONFIG.format(url=sqlite_url))
    return Program(str(file))


def _record(engine: Engine) -> None:
    history = History(engine, story_settings(), now=datetime.now(UTC) - timedelta(hours=2))
    first = posting("1", title=TITLE, location="; ".join(PLACES), locations=PLACES)
    hourly = posting("2", title="Technician", pay=HOURLY)
    uuid = posting(LONG, title="Chef de Partie, Research Kitchen")
    other = replace(snapshot([uuid]), board=OTHER, company="Other Works of the United Kingdom")
    history.check(snapshot([first, hourly]), other)
    moved = replace(first, location="London, UK", locations=("London, UK",), pay=PAY)
    history.check(snapshot([moved, hourly]), other)


def _on(rolewatch: Program, width: int, *arguments: str) -> list[str]:
    ran = rolewatch(*arguments, environ=WIDE | {"COLUMNS": str(width)})
    assert ran.code == 0, ran.err
    return [clean(line).rstrip() for line in ran.out.splitlines()]


@pytest.mark.parametrize("width", [80, 100, 160])
@pytest.mark.parametrize("arguments", LISTINGS, ids=" ".join)
def test_no_line_is_wider_than_the_terminal(
    busy: Program, arguments: tuple[str, ...], width: int
) -> None:
    for line in _on(busy, width, *arguments):
        assert cell_len(line) <= width or LONG in line or len(line.split()) == 1, line


@pytest.mark.parametrize("width", [80, 100, 160])
def test_ids_links_and_pay_are_whole(busy: Program, width: int) -> None:
    roles = "\n".join(_on(busy, width, "roles"))
    assert all(
        whole in roles
        for whole in (f"{BOARD}:1", f"{OTHER}:{LONG}", "$45.50–70.25/hour", "$133k–240k")
    )
    changes = " ".join(" ".join(_on(busy, width, "changes")).split())
    assert "pay: none → $133k–240k" in changes
    found = "\n".join(_on(busy, width, "sql", "SELECT url, title FROM postings"))
    assert f"https://job-boards.greenhouse.io/examplelabs/jobs/{LONG}" in found


def test_pay_is_money_on_a_terminal_and_in_a_pipe(busy: Program) -> None:
    assert any("  $133k–240k  " in row for row in _on(busy, 160, "roles", "scale"))
    assert "  $133k–240k  " in busy("roles", "scale").out


@pytest.mark.parametrize("width", [80, 100, 160])
def test_a_role_and_a_change_are_two_lines_or_one(busy: Program, width: int) -> None:
    assert len(_on(busy, width, "roles")) <= 2 * 4
