"""A command loads what it needs. No test here measures time: each names what must stay away."""

from __future__ import annotations

import subprocess
import sys

import pytest

from monitor.cli.commands import COMMANDS, GROUPS, typed_command
from tests.support.boards import BOARD
from tests.support.places import ROOT
from tests.support.program import Program
from tests.support.story import STORY

# libraries of crawls, of delivery and of the schema, and what styles a terminal
_HEAVY = frozenset({
    "aiohttp", "alembic", "apscheduler", "babel", "dateparser", "extruct", "matplotlib", "pyarrow",
    "rich.table", "scrapy", "slack_sdk", "structlog", "twisted",
    "sqlalchemy.dialects.postgresql",
})  # fmt: skip
_OF_A_CHECK = frozenset({"aiohttp", "scrapy", "structlog", "twisted", "babel", "rich.table"})
_OF_A_CHANGE = frozenset({
    "babel", "crawler.read.deadline", "crawler.read.pay", "crawler.read.place",
    "crawler.read.seniority", "monitor.delivery.outbox", "monitor.history.decide",
    "monitor.notify.compose.message", "monitor.rounds.write_check", "rapidfuzz", "zstandard",
})  # fmt: skip
_READING = [
    ("roles",),
    ("roles", "research engineer"),
    ("roles", "--text", "kernels"),
    ("show", STORY),
    ("history", STORY),
    ("changes",),
    ("diff", BOARD),
    ("status",),
    ("sql", "SELECT 1"),
    ("stats",),
    ("alerts", "list"),
    ("rules", "list"),
    ("rules", "test"),
    ("rules", "explain", STORY),
    ("boards", "list"),
]


def _loaded(program: Program, *words: str) -> set[str]:
    """Return the modules of a process that ran a command."""
    code = (
        "import sys\nfrom monitor.cli import main\ntry:\n    main()\nexcept SystemExit as end:\n"
        "    assert not end.code, end.code\n"
        "print(*sys.modules, sep='\\n', file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *words, "--config", program.config],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return set(done.stderr.splitlines())


@pytest.mark.parametrize("words", _READING, ids=" ".join)
def test_a_command_that_only_reads_loads_no_crawler_no_delivery_and_no_log(
    sqlite_recorded: Program, words: tuple[str, ...]
) -> None:
    assert not _HEAVY & _loaded(sqlite_recorded, *words)


def test_a_command_loads_no_other_command(sqlite_recorded: Program) -> None:
    loaded = _loaded(sqlite_recorded, "roles")
    assert "monitor.cli.roles" in loaded
    assert not {"monitor.cli.check", "monitor.cli.doctor", "monitor.cli.slack"} & loaded


def test_a_check_loads_the_spiders_of_its_boards_alone(watching: Program) -> None:
    watching("db", "upgrade")  # whose library a check of a current database does without
    loaded = _loaded(watching, "check")
    assert "crawler.spiders.greenhouse" in loaded
    assert not {"crawler.spiders.lever", "crawler.spiders.jsonld"} & loaded
    assert not (_HEAVY - _OF_A_CHECK) & loaded


def test_a_check_without_changes_loads_nothing_that_reads_records_or_sends_changes(
    watching: Program,
) -> None:
    watching("db", "upgrade")
    assert _loaded(watching, "check") >= _OF_A_CHANGE
    assert not _OF_A_CHANGE & _loaded(watching, "check")


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        (["roles", "words"], "roles"),
        (["--config", "roles", "check"], "check"),
        (["--config=a.toml", "-v", "-q", "--quiet", "--verbose", "-vv", "db", "check"], "db"),
        (["--help"], None),
        (["--version"], None),
        (["rols"], None),
        (["--config"], None),
        ([], None),
    ],
)
def test_the_typed_command_is_found_behind_the_shared_options(
    arguments: list[str], command: str | None
) -> None:
    assert typed_command(arguments) == command


def test_every_command_has_a_line_in_the_help(sqlite_recorded: Program) -> None:
    shown = sqlite_recorded("--help").out
    assert all(f"  {one.name} " in shown for one in (*COMMANDS, *GROUPS))
