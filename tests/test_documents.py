"""The documents: their commands run with the output that they show, and their links work.

Commands run as written, in a folder with the configuration that `init` writes. Commands within
sentences, and those in the program's own messages, are checked for spelling.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitor.cli import app
from monitor.config.load import load
from monitor.text.phrases import Phrase
from tests.support.ashby import AshbyServer
from tests.support.ashby import job as ashby_job
from tests.support.google_server import GoogleServer
from tests.support.greenhouse import job
from tests.support.places import ROOT
from tests.support.server_threads import in_a_thread, serving
from tests.support.spelled import fault, inline_commands

README = (ROOT / "README.md").read_text()
CONTRIBUTING = ROOT / "CONTRIBUTING.md"
PAGES = [ROOT / "README.md", CONTRIBUTING, *sorted((ROOT / "docs").glob("*.md"))]
ADVISING = [
    ROOT / "monitor" / "example.toml",
    *sorted((ROOT / "monitor").rglob("*.py")),
    *sorted((ROOT / "crawler").rglob("*.py")),
]
_CONSOLE = re.compile(r"^```console\n(.*?)^```", re.DOTALL | re.MULTILINE)
_TOML = re.compile(r"^```toml\n(.*?)^```", re.DOTALL | re.MULTILINE)
_DAY = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\dZ)?")
_PATH = re.compile(r"`((?:crawler|docs|migrations|monitor|tests)/[\w./-]+)`")


def shown(page: Path) -> list[tuple[str, list[str]]]:
    """Return the commands of a page's console blocks in order, each with its output."""
    found: list[tuple[str, list[str]]] = []
    for line in "".join(_CONSOLE.findall(page.read_text())).splitlines():
        if line.startswith("$ "):
            found.append((line[2:].split("   #")[0].strip(), []))
        else:
            found[-1][1].append(line)
    return found


def of_rolewatch(page: Path) -> list[str]:
    """Return the rolewatch commands that a page shows without their output."""
    return [
        command.removeprefix("rolewatch ")
        for command, output in shown(page)
        if command.startswith("rolewatch ") and not output
    ]


SERVED = """
[ats.greenhouse]
api_url = "{greenhouse}"
delay = "0s"
[ats.ashby]
api_url = "{ashby}"
delay = "0s"
[ats.google]
api_url = "{google}"
delay = "0s"
"""
TITLES = ("Research Engineer", "Research Engineer, Revised")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Make a folder as `make run` does: default configuration, served boards, two checks."""
    folder = tmp_path_factory.mktemp("readme")
    config = folder / "rolewatch.toml"
    assert CliRunner().invoke(app, ["init", str(config)]).exit_code == 0
    with (
        serving() as greenhouse,
        in_a_thread(AshbyServer()) as ashby,
        in_a_thread(GoogleServer()) as google,
    ):
        served = SERVED.format(greenhouse=greenhouse.url, ashby=ashby.url, google=google.url)
        config.write_text(config.read_text().replace("[ats.greenhouse]\n", served))
        names = [board.board.split(":") for board in load(config, {}).boards]
        for title in TITLES:
            google.add(1, 2, title=title)
            for ats, token in [*names, ("greenhouse", "stripe")]:
                if ats == "ashby":
                    ashby.lists(token, ashby_job(1, title=title), ashby_job(2))
                elif ats == "greenhouse":
                    greenhouse.board(token, job(1, title=title), job(2))
            assert CliRunner().invoke(app, ["--config", str(config), "check"]).exit_code == 0
        yield folder


@pytest.fixture
def _here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    for name in (
        "ROLEWATCH_CONFIG",
        "ROLEWATCH_DATABASE_URL",
        "SLACK_BOT_TOKEN",
        "SLACK_APP_TOKEN",
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("_here")
@pytest.mark.parametrize(
    "page", [page for page in PAGES if of_rolewatch(page)], ids=lambda page: page.name
)
def test_the_commands_of_a_page_run_in_order(page: Path) -> None:
    for command in of_rolewatch(page):
        ran = CliRunner().invoke(app, shlex.split(command))
        assert ran.exit_code == 0, (command, ran.output)
        assert ran.output, command


def test_the_demo_prints_the_output_in_readme(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Compare README's demo with the output. A line that ends with … is the beginning of one."""
    monkeypatch.chdir(tmp_path)
    asked = 0
    for command, expected in shown(ROOT / "README.md"):
        if command.startswith("cd "):
            monkeypatch.chdir(command.removeprefix("cd "))
        elif expected:
            printed = CliRunner().invoke(app, shlex.split(command)[1:]).output
            lines = [_DAY.sub("TIME", line) for line in printed.splitlines()]
            for line in expected:
                begin = _DAY.sub("TIME", line.removesuffix(" …"))
                assert any(
                    one.startswith(begin) if line.endswith(" …") else one.rstrip() == begin
                    for one in lines
                ), (
                    command,
                    line,
                    printed,
                )
            asked += 1
    assert asked > 5


def test_the_pages_show_commands() -> None:
    commands = [command for page in PAGES for command in of_rolewatch(page)]
    assert len(commands) > 25
    assert {"status", "roles", "show", "history", "rules", "diff", "db", "sql"} <= {
        command.split()[0] for command in commands
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_within_sentences_are_valid(page: Path) -> None:
    assert [
        (command, wrong)
        for command in inline_commands(page.read_text())
        if (wrong := fault(command))
    ] == []


def test_commands_in_messages_are_valid() -> None:
    advised = {
        command: file.name
        for file in ADVISING
        for span in re.findall(r"`rolewatch [^`]+`", file.read_text())
        for command in inline_commands(span)
        if not command.startswith("{")
    }
    assert len(advised) > 20
    assert {
        (file, command, wrong) for command, file in advised.items() if (wrong := fault(command))
    } == set()


def test_the_pages_name_commands_within_sentences() -> None:
    assert sum(len(list(inline_commands(page.read_text()))) for page in PAGES) > 30


@pytest.mark.parametrize(
    ("command", "wrong"),
    [
        ("frob", "no command 'frob'"),
        ("db chek", "no command 'chek'"),
        ("roles --txt x", "No such option: --txt"),
        ("rules list --rule x", "No such option: --rule"),
        ("history one two", "too many arguments: two"),
        ("roles --text", None),
        ("boards move OLD NEW", None),
        ("--install-completion", None),
    ],
)
def test_a_misspelled_command_is_found(command: str, wrong: str | None) -> None:
    found = fault(command)
    assert found is None if wrong is None else found is not None and found.startswith(wrong)


@pytest.mark.parametrize(
    "page", [page for page in PAGES if _TOML.search(page.read_text())], ids=lambda page: page.name
)
def test_the_configuration_that_a_page_shows_can_be_loaded(page: Path, tmp_path: Path) -> None:
    shown_keys = "\n".join(_TOML.findall(page.read_text()))
    watched = "" if "[[boards]]" in shown_keys else '[[boards]]\nboard = "google:deepmind"\n'
    (tmp_path / "rolewatch.toml").write_text(shown_keys + watched)
    assert load(tmp_path / "rolewatch.toml", {}).boards


def test_the_titles_of_the_rules_page_match_as_stated() -> None:
    rows = re.search(
        r"\| “research engineer” fits \|.*?\n\n",
        (ROOT / "docs" / "rules.md").read_text(),
        re.DOTALL,
    )
    assert rows is not None
    columns = zip(
        *(
            [cell.strip() for cell in row.split("|")[1:3]]
            for row in rows[0].splitlines()[2:]
            if row
        ),
        strict=True,
    )
    fits, misses = ([title for title in column if title] for column in columns)
    assert fits
    assert misses
    assert [title for title in fits if not Phrase("research engineer").found_in(title)] == []
    assert [title for title in misses if Phrase("research engineer").found_in(title)] == []


def test_readme_can_be_read_in_two_minutes() -> None:
    assert len(README.splitlines()) <= 90


@pytest.mark.parametrize("page", [ROOT / "README.md", CONTRIBUTING], ids=lambda page: page.name)
def test_the_files_that_a_page_links_to_exist(page: Path) -> None:
    for name in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
        assert (ROOT / name).is_file(), name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_paths_that_a_page_names_exist(page: Path) -> None:
    assert [
        path
        for path in _PATH.findall(page.read_text())
        if "NAME" not in path and not (ROOT / path).exists()
    ] == []


def test_the_documentation_builds_without_a_broken_link(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "commands" / "index.html").is_file()


@pytest.mark.parametrize("name", ["commands", "configuration"])
def test_a_generated_reference_is_up_to_date(name: str) -> None:
    spec = spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    program = module_from_spec(spec)
    spec.loader.exec_module(program)
    assert (ROOT / "docs" / f"{name}.md").read_text() == program.page(), "`make docs` renews it"


def test_the_manifest_in_docs_is_up_to_date() -> None:
    printed = CliRunner().invoke(app, ["slack", "manifest"]).output
    assert (ROOT / "docs" / "slack-app.yaml").read_text() == printed
